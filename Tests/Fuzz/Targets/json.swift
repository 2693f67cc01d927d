import JSON

/// A value that parses is written in one way, and that way parses to the same value.
func fuzzJSON(_ bytes: [UInt8]) {
  guard let value = try? JSONValue.parse(bytes) else { return }
  let written = value.encoded()
  guard let again = try? JSONValue.parse(written) else { finding("what we write does not parse") }
  require(again == value, "written and parsed again, the value is another")
  require(again.encoded() == written, "one value is written in two ways")
  require(depth(of: value) <= JSONValue.maxDepth, "deeper than allowed")
  require(!written.contains(where: { $0 < 0x20 }), "a control character is written as it is")
}

private func depth(of value: JSONValue) -> Int {
  let below = value.elements ?? value.members?.map(\.value) ?? []
  return 1 + (below.map(depth(of:)).max() ?? 0)
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzJSON(input(data, count))
    return 0
  }
#endif
