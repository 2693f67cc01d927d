@testable import PDFObjects

/// A file that is read has each byte in one place; what is signed is all of its revision but the signature; sealed anew, it begins
/// with what it was.
func fuzzPDF(_ bytes: [UInt8]) {
  guard let file = try? PDFFile(bytes) else { return }
  require((1...PDFLimits.revisionsMost).contains(file.revisions.count), "more revisions than allowed")
  require(file.revisions.last?.end == bytes.count, "bytes behind the end")
  for (before, after) in zip(file.revisions, file.revisions.dropFirst()) {
    require(before.end <= after.table, "revisions overlap")
    require(after.objects.values.allSatisfy { $0.range.lowerBound >= before.end }, "an object of an earlier revision")
  }
  let sealed = PDFSealedFile(file)
  if let signature = sealed.signature {
    require(signature.signedBytes.count + signature.value.count * 2 <= bytes.count, "more is signed than there is")
    require(bytes.starts(with: signature.signedBytes.prefix(100)), "what is signed is not the beginning")
  }
  guard !sealed.isSealed, case .holds = sealed.content else { return }
  let picture = PDFPicture(width: 1, height: 1, colours: [0, 0, 0], opacity: [255])
  let words = PDFSealWords(name: "a", reason: "b", time: "20261128093000Z")
  let sealing = try? PDFSealing(
    bytes, pageNumber: 1, box: PDFBox(x: 0, y: 0, width: 0.01, height: 0.01), picture: picture, words: words,
    valueMaxBytes: 16)
  guard let sealing, let whole = try? sealing.finish([0x30, 0]) else { return }
  guard let again = try? PDFFile(whole) else { finding("what we sealed is not read") }
  require(whole.starts(with: bytes), "sealing changed what was there")
  let read = PDFSealedFile(again)
  guard case .holds = read.seal, case .holds = read.coverage, case .holds = read.additions else {
    finding("what we sealed is refused: \(read.seal) \(read.coverage) \(read.additions)")
  }
  require(read.signature?.signedBytes == sealing.signedBytes, "what is signed is read as something else")
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzPDF(input(data, count))
    return 0
  }
#endif
