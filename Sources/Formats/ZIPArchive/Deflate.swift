import CZlib

/// CRC-32 as ZIP has it.
func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
}

/// The raw deflate stream (RFC 1951) of `bytes`.
func deflate(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  let opened = deflateInit2_(
    &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  // Stored is always right too.
  guard opened == Z_OK, let size = uInt(exactly: bytes.count) else { return bytes }
  defer { deflateEnd(&stream) }
  let bound = Int(deflateBound(&stream, uLong(bytes.count)))
  guard let room = uInt(exactly: bound) else { return bytes }
  var input = bytes
  var isWhole = false
  let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
    input.withUnsafeMutableBufferPointer { source in
      (stream.next_in, stream.avail_in) = (source.baseAddress, size)
      (stream.next_out, stream.avail_out) = (buffer.baseAddress, room)
      isWhole = CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END
    }
    count = isWhole ? bound - Int(stream.avail_out) : 0
  }
  return isWhole ? output : bytes
}

/// Unpacks a raw deflate stream.
///
/// - Parameter byteCount: what it is to unpack to.
/// - Returns: nil unless the stream is whole, ends with the last byte of `packed`, and unpacks to just so many bytes.
func inflate(_ packed: ArraySlice<UInt8>, byteCount: Int) -> [UInt8]? {
  var stream = z_stream()
  guard let size = uInt(exactly: packed.count), let room = uInt(exactly: byteCount + 1),
    inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { inflateEnd(&stream) }
  var input = packed
  var isWhole = false
  // One byte more than is to come, so that a longer stream is seen.
  let output = [UInt8](unsafeUninitializedCapacity: byteCount + 1) { buffer, count in
    input.withUnsafeMutableBufferPointer { source in
      (stream.next_in, stream.avail_in) = (source.baseAddress, size)
      (stream.next_out, stream.avail_out) = (buffer.baseAddress, room)
      isWhole = CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 1
    }
    count = isWhole ? byteCount : 0
  }
  return isWhole ? output : nil
}
