import ZIPArchive

/// An archive that is read, written anew, is read as the same files; none is larger than the limits.
func fuzzZIP(_ bytes: [UInt8]) {
  let limits = ZIPLimits(
    maxArchiveBytes: 1 << 20, maxEntries: 64, maxEntryBytes: 1 << 20, maxTotalBytes: 2 << 20, maxRatio: 200)
  guard let entries = try? ZIPArchive.read(bytes, limits: limits) else { return }
  require(entries.count <= limits.maxEntries, "more files than allowed")
  require(entries.reduce(0) { $0 + $1.data.count } <= limits.maxTotalBytes, "more bytes than allowed")
  for entry in entries {
    let parts = entry.name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    require(!parts.contains { $0.isEmpty || $0.elementsEqual("..".utf8) }, "a name that leads elsewhere")
  }
  guard let written = try? ZIPArchive.write(entries) else { finding("what was read cannot be written") }
  let again = try? ZIPArchive.read(written, limits: ZIPLimits(maxRatio: 2_000))
  require(again == entries, "written and read again, the files are others")
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzZIP(input(data, count))
    return 0
  }
#endif
