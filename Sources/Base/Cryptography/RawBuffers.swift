/// C functions take non-null octets even for a length of 0, where the address is never read.
extension UnsafeRawBufferPointer {
  var octets: UnsafePointer<UInt8> {
    guard let baseAddress else { return UnsafePointer(emptyAddress) }
    return baseAddress.assumingMemoryBound(to: UInt8.self)
  }
}

extension UnsafeMutableRawBufferPointer {
  var octets: UnsafeMutablePointer<UInt8> {
    guard let baseAddress else { return emptyAddress }
    return baseAddress.assumingMemoryBound(to: UInt8.self)
  }
}

/// One byte that lives as long as the process, so that it is a valid address; nobody reads or writes it.
private nonisolated(unsafe) let emptyAddress = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
