@testable import AgeFormat

/// The textual head of an age file: what parses is written back byte for byte, and a cut one is waited for.
func fuzzAgeHeader(_ bytes: [UInt8]) {
  let whole = Outcome(of: bytes)
  if case .header(let header, let length) = whole { check(header, length, bytes) }
  for count in [bytes.count / 3, bytes.count / 2, bytes.count - 1] where count >= 0 {
    let cut = Outcome(of: Array(bytes[..<count]))
    require(cut == .incomplete || cut == whole, "a beginning is read otherwise than the whole")
  }
}

private enum Outcome: Equatable {
  case header(AgeHeader, length: Int)
  case incomplete
  case refused(AgeError)

  init(of bytes: [UInt8]) {
    do throws(AgeError) {
      self = try AgeHeader.parse(bytes).map { .header($0.header, length: $0.count) } ?? .incomplete
    } catch {
      self = .refused(error)
    }
  }
}

private func check(_ header: AgeHeader, _ length: Int, _ bytes: [UInt8]) {
  require(length <= min(bytes.count, AgeHeader.maxBytes), "a header longer than its bytes or its limit")
  let stanzas = header.stanzas.map(AgeHeader.encodeStanza).joined()
  let authenticated = Array((AgeHeader.versionLine + "\n" + stanzas + "---").utf8)
  require(header.authenticated == authenticated, "the stanzas are not the header's bytes")
  require(bytes.starts(with: authenticated), "what the MAC covers does not stand at the beginning")
  require(header.mac.count == 32, "a MAC of another length")
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzAgeHeader(input(data, count))
    return 0
  }
#endif
