import Links
import PacketFormat
import Timestamps

/// A link's state for people.
struct LinkText {
  let report: LinkReport
  /// Milliseconds since 1970.
  let now: UnixMilliseconds

  var lines: [String] {
    ["link with \(report.peer)" + (report.isOneWay ? ", one way" : "")] + aligned(life + outgoing + incoming)
  }

  private var life: [[String]] {
    var text = report.lastSeen.map { "\(age($0)) ago" } ?? "never"
    if report.isLate { text += ", LATE" }
    if let difference = report.clockDifferenceMilliseconds { text += "; its clock \(clock(difference))" }
    return [["  last sign of life", text], ["  quarantine", count(report.quarantinedFiles, "file")]]
  }

  private var outgoing: [[String]] {
    let out = report.outgoing
    var rows = [
      [
        "  out  waiting",
        "\(count(out.waitingMessages, "message")), \(size(out.waitingBytes)); "
          + "\(count(out.waitingBlobs, "file")), \(size(out.waitingBlobBytes))",
      ],
      ["  out  not confirmed", "\(count(out.unconfirmedPackets, "packet")), \(size(out.unconfirmedBytes))"],
      ["  out  confirmed and kept", "\(count(out.confirmedPackets, "packet")), \(size(out.confirmedBytes))"],
    ]
    if report.isOneWay || out.notConfirmablePackets > 0 {
      rows.append([
        "  out  sent, not confirmable",
        "\(count(out.notConfirmablePackets, "packet")), \(size(out.notConfirmableBytes))",
      ])
    }
    if let files = out.filesInDrop, let bytes = out.bytesInDrop {
      rows.append(["  out  in the drop", "\(count(files, "file")), \(size(bytes))"])
    }
    rows.append(["  out  oldest", out.oldestAt.map(age) ?? "nothing waits"])
    if let rate { rows.append(["  out  rate", rate]) }
    rows += out.lanes.map { lane in
      let confirmed =
        lane.lane == .control
        ? ""
        : ", confirmed \(lane.confirmedSequence)"
          + (lane.lane == .messages ? ", in effect \(lane.effectiveSequence)" : "")
      return ["  out  lane \(lane.lane.rawValue)", "epoch \(lane.epoch), next \(lane.nextSequence)\(confirmed)"]
    }
    return rows + out.blobs.map { ["  out  file", progress($0)] }
  }

  private var incoming: [[String]] {
    let into = report.incoming
    return [
      ["  in   in the drop", "\(count(into.filesInDrop, "file")), \(size(into.bytesInDrop))"],
      ["  in   waiting", "\(count(into.waitingMessages, "message")) for files or for other messages"],
      ["  in   refusals not confirmed", "\(into.refusalsToTell)"],
    ] + into.streams.map { ["  in   \($0.stream)", "applied \($0.applied)"] }
      + into.blobs.map { ["  in   file", progress($0)] }
  }

  private var rate: String? {
    let parts = [
      report.outgoing.messagesPerMinute.map { count($0, "message") }, report.outgoing.bytesPerMinute.map(size),
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ") + " a minute"
  }

  private func progress(_ blob: LinkReport.BlobOnItsWay) -> String {
    let percent = blob.bytes > 0 ? 100 * blob.doneBytes / blob.bytes : 100
    return "\(percent) % of \(size(blob.bytes)), \(blob.digest)"
  }

  private func age(_ at: UnixMilliseconds) -> String {
    let seconds = max(0, (now - at) / 1000)
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3_600) h"
    default: return "\(seconds / 86_400) days"
    }
  }

  private func clock(_ milliseconds: Int) -> String {
    abs(milliseconds) < 1_000
      ? "agrees with ours"
      : "\(abs(milliseconds) / 1_000) s \(milliseconds > 0 ? "ahead" : "behind, or the way is that long")"
  }
}
