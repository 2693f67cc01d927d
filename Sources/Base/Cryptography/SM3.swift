import COpenSSL

/// The SM3 digest (GB/T 32905-2016): 32 bytes.
public func sm3(_ bytes: [UInt8]) -> [UInt8] {
  var output = [UInt8](repeating: 0, count: 32)
  var count: UInt32 = 0
  guard EVP_Digest(bytes, bytes.count, &output, &count, EVP_sm3(), nil) == 1, count == 32 else {
    preconditionFailure("OpenSSL offers no SM3")
  }
  return output
}
