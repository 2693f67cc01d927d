@testable import SealObjects

/// A seal or a signature that is read is what it was read from; a seal's words, written anew, are read as the same.
func fuzzSeal(_ bytes: [UInt8]) {
  if let seal = try? ElectronicSeal(bytes) {
    require(seal.bytes == bytes, "a seal is not its bytes")
    check(seal)
  }
  if let signature = try? SealSignature(bytes) {
    require(signature.signedBytes.count < bytes.count, "more is signed than there is")
    check(signature.seal)
    if let der = SM2SignatureValue.der(signature.signature) {
      require((6...72).contains(der.count), "a signature of \(der.count) bytes")
    }
  }
  if let signature = try? CMSSignature(bytes) {
    let again = CMSSignature.toSign(digest: signature.messageDigest, certificateDigest: signature.certificateDigest)
    require(again == signature.signedBytes, "what is signed is written otherwise")
  }
  if let head = try? PNGHead(bytes) {
    require(head.width * head.height <= SealLimits.pictureMaxPixels * SealLimits.pictureMaxPixels, "a large picture")
  }
}

private func check(_ seal: ElectronicSeal) {
  guard let written = try? seal.info.encoded() else { finding("a seal that was read cannot be written") }
  var reader = DERReader(written)
  guard let again = try? SealInfo(&reader) else { finding("what we write is not read") }
  require(again == seal.info, "written and read again, the seal is another")
  let dates = [seal.info.created, seal.info.validFrom, seal.info.validUntil]
  require(dates.allSatisfy { SealTime(generalized: Array($0.generalized.utf8)) == $0 }, "a date is another")
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzSeal(input(data, count))
    return 0
  }
#endif
