@testable import PacketFormat

/// Line 2 alone, and the four lines of a packet's head, whole and cut.
func fuzzHead(_ bytes: [UInt8]) {
  if let manifest = try? Manifest.parse(line: bytes) { checkWritten(manifest) }
  let whole = Outcome(of: bytes)
  if case .head(let head) = whole { check(head, against: bytes) }
  checkCuts(of: bytes, whole)
}

private enum Outcome: Equatable {
  case head(PacketHead)
  case incomplete
  case refused(FormatError)

  init(of bytes: [UInt8]) {
    do throws(FormatError) {
      self = try PacketHead.parse(bytes).map(Outcome.head) ?? .incomplete
    } catch {
      self = .refused(error)
    }
  }
}

private func checkWritten(_ manifest: Manifest) {
  let written = manifest.encodedLine()
  // Only control characters in `suite` can make the line grow.
  guard written.count < Manifest.maxBytes else { return }
  guard let again = try? Manifest.parse(line: written) else { finding("what we write does not parse") }
  require(again == manifest, "written and parsed again, the manifest is another")
  require(again.encodedLine() == written, "one manifest is written in two ways")
  require(manifest.messages.values.allSatisfy { $0 > 0 }, "a count that is not positive")
  require(manifest.blobs.allSatisfy { $0.offset + $0.bytes <= $0.total }, "a part beyond its blob")
}

private func check(_ head: PacketHead, against bytes: [UInt8]) {
  checkWritten(head.manifest)
  require(head.byteCount <= min(bytes.count, PacketHead.maxBytes), "a head longer than its bytes or its limit")
  let lines = PacketHead.magic + head.manifestLine + head.signatureLine + [0x0A] + head.certificateLine + [0x0A]
  require(lines == Array(bytes[..<head.byteCount]), "the lines are not the head's bytes")
  require(bytes.starts(with: head.signedBytes), "what is signed does not stand at the beginning")
  require(head.packetBytes > head.byteCount, "a packet without a payload")
}

/// A file that is still being copied is waited for, or refused for the reason for which the whole would be.
private func checkCuts(of bytes: [UInt8], _ whole: Outcome) {
  for count in [bytes.count / 3, bytes.count / 2, bytes.count - 1] where count >= 0 {
    let cut = Outcome(of: Array(bytes[..<count]))
    require(cut == .incomplete || cut == whole, "a beginning is read otherwise than the whole")
  }
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzHead(input(data, count))
    return 0
  }
#endif
