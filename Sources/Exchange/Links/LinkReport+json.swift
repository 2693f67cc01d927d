public import JSON
import PacketFormat
import Zones

extension LinkReport {
  /// As `guandu link status --json` prints it: times are milliseconds since 1970; null means unknown.
  public var json: JSONValue {
    .object([
      "peer": .string(peer.text), "one_way": .bool(isOneWay), "late": .bool(isLate),
      "last_seen": optional(lastSeen), "clock_difference_milliseconds": optional(clockDifferenceMilliseconds),
      "outgoing": outgoing.json, "incoming": incoming.json, "quarantined_files": .integer(quarantinedFiles),
    ])
  }
}

private func optional(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }

extension LinkReport.Outgoing {
  fileprivate var json: JSONValue {
    .object([
      "waiting_messages": .integer(waitingMessages), "waiting_bytes": .integer(waitingBytes),
      "waiting_blobs": .integer(waitingBlobs), "waiting_blob_bytes": .integer(waitingBlobBytes),
      "unconfirmed_packets": .integer(unconfirmedPackets), "unconfirmed_bytes": .integer(unconfirmedBytes),
      "confirmed_packets": .integer(confirmedPackets), "confirmed_bytes": .integer(confirmedBytes),
      "not_confirmable_packets": .integer(notConfirmablePackets),
      "not_confirmable_bytes": .integer(notConfirmableBytes),
      "files_in_drop": optional(filesInDrop), "bytes_in_drop": optional(bytesInDrop), "oldest_at": optional(oldestAt),
      "messages_per_minute": optional(messagesPerMinute), "bytes_per_minute": optional(bytesPerMinute),
      "lanes": .array(
        lanes.map {
          .object([
            "lane": .string($0.lane.rawValue), "epoch": .integer($0.epoch), "next_sequence": .integer($0.nextSequence),
            "confirmed_sequence": .integer($0.confirmedSequence), "effective_sequence": .integer($0.effectiveSequence),
          ])
        }),
      "blobs": .array(blobs.map(\.json)),
    ])
  }
}

extension LinkReport.Incoming {
  fileprivate var json: JSONValue {
    .object([
      "files_in_drop": .integer(filesInDrop), "bytes_in_drop": .integer(bytesInDrop),
      "waiting_messages": .integer(waitingMessages), "refusals_to_tell": .integer(refusalsToTell),
      "streams": .array(streams.map { .object(["stream": .string($0.stream), "applied": .integer($0.applied)]) }),
      "blobs": .array(blobs.map(\.json)),
    ])
  }
}

extension LinkReport.BlobOnItsWay {
  fileprivate var json: JSONValue {
    .object(["digest": .string(digest), "bytes": .integer(bytes), "done_bytes": .integer(doneBytes)])
  }
}
