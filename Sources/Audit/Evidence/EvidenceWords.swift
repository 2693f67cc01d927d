import AuditLog
import JSON

/// A text in both languages.
struct TwoTexts: Equatable, Sendable {
  let chinese: String
  let english: String

  init(_ chinese: String, _ english: String) {
    self.chinese = chinese
    self.english = english
  }
}

/// What an entry says, in words.
enum EvidenceWords {
  private static let kinds: [String: TwoTexts] = [
    "log.opened": TwoTexts("启用新的审计日志", "A new audit log was begun"),
    "zone.started": TwoTexts("系统启动", "The zone was started"),
    "zone.stopped": TwoTexts("系统停止", "The zone was stopped"),
    "clock.jumped": TwoTexts("系统时钟被调整", "The clock was moved"),
    "letter.accepted": TwoTexts("门户接收来信", "The portal took the letter in"),
    "act.recorded": TwoTexts("工作人员操作", "An official acted"),
    "login.refused": TwoTexts("办公台拒绝登录", "Somebody was turned away from the desk"),
    "guess.stopped": TwoTexts("猜测次数达到上限", "A limit on guesses was reached"),
    "link.silent": TwoTexts("对端长时间无消息", "Nothing came from the peer for too long"),
    "link.heard": TwoTexts("对端恢复联系", "The peer was heard again"),
    "trust.list": TwoTexts("启用新的证书吊销列表", "A new list of revocations counts"),
    "keys.changed": TwoTexts("更换密钥", "Keys were changed"),
    "packet.sent": TwoTexts("向对端发出数据包", "A packet left for the peer"),
    "packet.applied": TwoTexts("接收对端数据包", "A packet of the peer was applied"),
    "packet.refused": TwoTexts("拒收对端数据包", "A packet of the peer was refused"),
    "message.refused": TwoTexts("拒收一条消息", "A message was refused"),
    "file.quarantined": TwoTexts("隔离一个文件", "A file was quarantined"),
    "streams.forgotten": TwoTexts("清除对端传送序列", "The peer's streams were forgotten"),
    "epoch.opened": TwoTexts("新纪元，重新编号发送", "A new epoch: everything is sent again"),
    "peer.checkpoint": TwoTexts("为对端日志作见证", "The peer's log was witnessed"),
    "peer.log-alarm": TwoTexts("对端日志异常", "The peer's log does not continue the one seen before"),
  ]

  private static let messages: [String: TwoTexts] = [
    "letter.submitted": TwoTexts("来信", "the letter"),
    "letter.signed-for": TwoTexts("签收", "word that it was signed for"),
    "letter.answered": TwoTexts("答复", "the answer"),
    "letter.declined": TwoTexts("不予受理", "word that it was declined"),
    "letter.progress": TwoTexts("办理进展与提问", "word of the letter's course, and questions"),
    "letter.supplemented": TwoTexts("来信人补充", "the author's answer to a question"),
    "letter.restored": TwoTexts("信件恢复", "the letter, for a portal that was rebuilt"),
    "notice.requested": TwoTexts("短信通知请求", "a request for a notice"),
    "notice.sent": TwoTexts("短信已发送", "word that a notice was sent"),
    "notice.failed": TwoTexts("短信发送失败", "word that a notice failed"),
  ]

  private static let acts: [String: TwoTexts] = [
    "letter.signed-for": TwoTexts("签收来信", "signed for the letter"),
    "letter.answered": TwoTexts("答复来信", "answered the letter"),
    "letter.declined": TwoTexts("决定不予受理", "declined the letter"),
    "letter.ask-citizen": TwoTexts("请来信人补充", "asked the letter's author"),
  ]

  /// - Parameter subject: whose messages are described; nil for all.
  static func words(_ entry: ProvedEntry, about subject: String?) -> TwoTexts {
    let kind =
      kinds[entry.kind]
      ?? TwoTexts("无法识别的记录 \(entry.kind)", "An entry that this release does not know \(entry.kind)")
    let (parts, value) = (contents(entry.value, about: subject), entry.value)
    var (chinese, english) = (kind.chinese, kind.english)
    if let peer = value["peer"]?.text { (chinese, english) = (chinese + "（\(peer)）", english + " (\(peer))") }
    if !parts.isEmpty {
      chinese += "，内有：" + parts.map(\.chinese).joined(separator: "、")
      english += ", with " + parts.map(\.english).joined(separator: ", ")
    }
    if let act = value["act"]?.text {
      let words = acts[act] ?? TwoTexts(act, act)
      (chinese, english) = (chinese + "：\(words.chinese)", english + ": \(words.english)")
    }
    let code = ["code", "alarm", "reason", "limit"].lazy.compactMap { value[$0]?.text }.first
    if let code, !code.isEmpty { (chinese, english) = (chinese + "：\(code)", english + ": \(code)") }
    return TwoTexts(chinese, english)
  }

  /// What a packet carries, each kind of message once.
  private static func contents(_ value: JSONValue, about subject: String?) -> [TwoTexts] {
    var (found, seen): ([TwoTexts], Set<String>) = ([], [])
    for message in value["messages"]?.elements ?? [] {
      guard let parts = message.elements, parts.count == 3, let type = parts[1].text,
        subject == nil || parts[2].text == subject, seen.insert(type).inserted
      else { continue }
      found.append(messages[type] ?? TwoTexts(type, type))
    }
    return found
  }
}
