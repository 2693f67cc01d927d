import TransparencyLog

/// The report, before it is laid out.
struct EvidenceReport: Sendable {
  struct Line: Sendable {
    let time: String
    let zone: String
    let words: TwoTexts
    /// Log and index.
    let place: String
    let witness: TwoTexts
    /// Of the enclosed manifest; empty if the line is about no packet, or its manifest was not kept.
    let packet: TwoTexts
  }

  static let (heading, trail, proved, open) = (
    TwoTexts("审计证据报告", "Audit evidence"),
    TwoTexts("全程记录", "The trail"), TwoTexts("已证明的事项", "What is proved"),
    TwoTexts("未证明的事项", "What is not proved")
  )
  static let note = TwoTexts(
    "时间为各区域自身时钟所记（UTC）。核验方法见 README.md，无需官渡软件。",
    "Times are by the zones' own clocks (UTC). README.md says how to check all of it without Guandu.")

  static let provedTexts = [
    TwoTexts(
      "所列每一条记录在所示日志的所示位置上，与 entries/ 中的文件逐字节相同；该日志的检查点由其日志密钥签名。",
      "Each line stands in its log at the place that is given, byte for byte as in entries/; the log's key has signed a checkpoint over it."
    ),
    TwoTexts(
      "标明“已见证”的记录：另一区域在所示时间之前已看到包含该记录的日志并联署，此后要改动须同时掌握两个区域的密钥。",
      "Where a line says “witnessed”, the other zone had seen a log with it by that time and cosigned it: to change it since takes the keys of both zones."
    ),
    TwoTexts(
      "packets/ 中的每份清单由所附证书的密钥签名：何时、由谁、向谁发出，内含何种消息，载荷的长度和摘要。两个区域的记录中摘要相同，说明一方发出的正是另一方接收的。",
      "Each manifest in packets/ was signed with the key of the certificate beside it: who sent it to whom and when, which kinds of messages it has, the length and digest of its payload. The same digest in both logs says that what one zone sent is what the other took."
    ),
  ]
  static let openTexts = [
    TwoTexts(
      "信件的内容和写信人：记录中只有编号和摘要。", "What the letter says, and who wrote it: entries hold identifiers and digests alone."),
    TwoTexts(
      "未标明“已见证”的记录：掌握该区域日志密钥者仍可能改写。",
      "Lines that are not witnessed: who has the log's key of that zone could still rewrite them."),
    TwoTexts(
      "记录的时间由各区域自己书写；见证时间只说明记录不晚于该时刻。",
      "A line's time is what its zone wrote; a witness's time says only that the line was there by then."),
    TwoTexts(
      "由谁办理：记录中只有办理记录的加盐摘要。须由办理机关出具办理记录（guandu acts export），并与日志比对（guandu acts verify --log）。",
      "Who acted: entries hold a salted digest of the record of acts. The office has to show that record (guandu acts export), and have it compared with the log (guandu acts verify --log)."
    ),
    TwoTexts(
      "附件的传送：附件内容所在的数据包不在所列之内，其摘要记于两部日志中有关数据包条目的 blobs 项。",
      "How attachments crossed: the packets that hold their bytes are not listed; both logs have the digests, as blobs of the packets' entries."
    ),
    TwoTexts(
      "没有其他记录：本报告的条目由本区域的索引选出。要排除遗漏，须核验整部日志。",
      "That there is nothing else: an index of this zone chose the lines. To rule out that one was left out takes the whole logs."
    ),
    TwoTexts(
      "证书是否已被吊销，根证书是否真实：请从别处取得根证书指纹和吊销列表进行比对。",
      "Whether a certificate was revoked, and whether the root is the true one: compare the root's fingerprint and the lists of revocations with what you have from elsewhere."
    ),
  ]

  let title: TwoTexts
  let lines: [Line]
  let logs: [TwoTexts]
  /// Of the last entry: it is the report's own date, so that the same evidence makes the same report.
  let date: String
}

extension EvidenceReport {
  init(_ evidence: EvidenceBundle) {
    title = TwoTexts(evidence.title.chinese, evidence.title.english)
    let kept = Set(evidence.packets.map(\.digest))
    lines = evidence.entries.map { Self.line($0, evidence.subject, kept) }
    logs = evidence.logs.map(Self.line)
    date = evidence.entries.map(\.time).max() ?? "1970-01-01T00:00:00Z"
  }

  private static func line(_ entry: ProvedEntry, _ subject: String?, _ kept: Set<String>) -> Line {
    let witness =
      entry.witness.map {
        let time = timeText(seconds: $0.seconds)
        return TwoTexts("已见证：\($0.key.name)，\(time)", "witnessed by \($0.key.name) at \(time)")
      } ?? TwoTexts("尚未见证", "not witnessed yet")
    let packet =
      entry.digest.map { digest in
        kept.contains(digest)
          ? TwoTexts("清单：packets/\(digest)", "")
          : TwoTexts("清单未留存：\(digest)", "its manifest was not kept")
      } ?? TwoTexts("", "")
    return Line(
      time: entry.time, zone: entry.place.zone, words: EvidenceWords.words(entry, about: subject),
      place: "\(entry.log.name) #\(entry.place.index)", witness: witness, packet: packet)
  }

  private static func line(_ log: KnownLog) -> TwoTexts {
    guard let witnessed = log.witnessed else {
      return TwoTexts("\(log.origin)：共 \(log.newestSize) 条，尚无见证", "\(log.newestSize) entries, witnessed by nobody")
    }
    let (time, rest) = (timeText(seconds: witnessed.seconds), log.newestSize - witnessed.size)
    return TwoTexts(
      "\(log.origin)：共 \(log.newestSize) 条，\(witnessed.key.name) 于 \(time) 见证前 \(witnessed.size) 条",
      "\(log.newestSize) entries; \(witnessed.key.name) cosigned \(witnessed.size) of them at \(time)"
        + (rest > 0 ? "; the \(rest) after them are not witnessed" : ""))
  }
}
