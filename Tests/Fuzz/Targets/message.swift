@testable import PacketFormat

func fuzzMessage(_ bytes: [UInt8]) {
  let identifier = Message.name(in: bytes)?.id
  guard let message = try? Message.parse(bytes) else { return }
  require(identifier == message.id, "the id is read otherwise than the message")
  require(isUUIDv7(message.id) && isUUIDv7(message.subject) && isMessageType(message.type), "a malformed name")
  require(message.after.count <= Message.maxAfter && message.after.allSatisfy(isUUIDv7), "a malformed list")
  guard let needed = try? message.neededBlobs() else { finding("blobs that were checked cannot be read") }
  require(needed.count <= 64, "more blobs than allowed")
  let written = message.encoded()
  // Escapes of control characters can be longer than they came.
  guard written.count <= Message.maxBytes else { return }
  guard let again = try? Message.parse(written) else { finding("what we write does not parse") }
  require(again == message && again.encoded() == written, "written and parsed again, the message is another")
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzMessage(input(data, count))
    return 0
  }
#endif
