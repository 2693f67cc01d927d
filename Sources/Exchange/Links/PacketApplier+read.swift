import Dispatch
import PacketFormat

extension PacketApplier {
  /// A packet's message after the work that needs no database.
  enum ReadMessage: Sendable {
    case prepared(PreparedMessage)
    /// The link's policy does not name its type.
    case notAllowed(Message)
    case malformed(FormatError)
  }

  /// Fewer do not justify more threads.
  private static let fewMessages = 32
  private static let parts = 4

  /// Parses messages and runs their handlers' first halves, on all cores. The result has their order.
  func read(_ messages: [[UInt8]], allowed: Set<String>) -> [ReadMessage] {
    guard messages.count > Self.fewMessages else { return messages.map { read($0, allowed) } }
    return [ReadMessage](unsafeUninitializedCapacity: messages.count) { output, count in
      // Each part fills its own slots.
      nonisolated(unsafe) let places = output
      let partCount = (messages.count + Self.parts - 1) / Self.parts
      DispatchQueue.concurrentPerform(iterations: Self.parts) { part in
        let end = min(messages.count, (part + 1) * partCount)
        for index in min(part * partCount, end)..<end {
          places.initializeElement(at: index, to: read(messages[index], allowed))
        }
      }
      count = messages.count
    }
  }

  private func read(_ bytes: [UInt8], _ allowed: Set<String>) -> ReadMessage {
    do {
      let message = try Message.parse(bytes)
      let isAllowed = allowed.contains(message.type) || message.type == BlobsCancelled.type
      return isAllowed ? .prepared(prepare(message, bytes)) : .notAllowed(message)
    } catch {
      return .malformed(error)
    }
  }
}
