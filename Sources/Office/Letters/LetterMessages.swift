import JSON
import PacketFormat
import Timestamps

/// A message about a letter. Each type of them is a struct of its own, `…Message`, which writes and reads it.
func letterMessage(
  _ type: String, letter: String, at milliseconds: UnixMilliseconds, _ body: JSONValue
) -> Message {
  Message(
    id: newIdentifier(at: milliseconds), type: type, subject: letter, after: [], at: timestamp(milliseconds),
    body: body)
}
