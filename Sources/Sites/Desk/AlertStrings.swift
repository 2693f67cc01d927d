import Web

/// What alerts are called, and what to do about each.
let alertStrings = StringTable([
  .init("alert-packet.refused", "对端的数据包被拒绝", "A peer's packet was refused"),
  .init(
    "alertHint-packet.refused", "对端签名的数据包违反交换策略，或内容不符。请查看代码和清单，并与对端核实。",
    "A packet that the peer has signed breaks the link's policy, or its content does not fit. Ask the peer; look at the code and the manifest."
  ),
  .init("alert-message.refused", "对端的消息被拒绝", "A peer's message was refused"),
  .init(
    "alertHint-message.refused", "数据包有效，其中一条消息不予接受。请查看代码，并与对端核实该消息来源。",
    "The packet was good, and one message in it was not. Look at the code, and ask the peer where it came from."),
  .init("alert-file.quarantined", "摆渡目录中的文件被隔离", "A file in the drop was put into quarantine"),
  .init(
    "alertHint-file.quarantined",
    "文件损坏，或签名、证书不符，可能是伪造的数据包。文件仍在隔离区，可用 guandu quarantine 查看。请查明何人可以写入摆渡目录。",
    "It is damaged, or its signature or certificate does not fit: it may be a forged packet. It still lies in the quarantine (guandu quarantine). Find out who can write to the drop."
  ),
  .init("alert-streams.forgotten", "运维人员清除了对端的传送序列", "An operator had the peer's streams forgotten"),
  .init(
    "alertHint-streams.forgotten", "运维人员执行了 guandu link forget-streams。请核实操作是否经批准。",
    "An operator ran guandu link forget-streams. Ask whether that was approved."
  ),
  .init("alert-epoch.opened", "新纪元，全部重新发送", "A new epoch: everything is sent again"),
  .init(
    "alertHint-epoch.opened", "通常是本区或对端曾从备份恢复，条目中写明原因。请核实恢复是否经批准。",
    "Usually this zone or the peer was restored from a backup; the entry has the reason. Make sure that the restore was approved."
  ),
  .init("alert-peer.log-alarm", "对端的审计日志异常", "A peer's audit log does not continue the one seen before"),
  .init(
    "alertHint-peer.log-alarm", "对端日志分叉、倒退或不能证明连续，可能被改写。两份检查点均已保存。请封存对端机器并报告。",
    "It forked, went back, or does not prove that it continues: it may have been rewritten. Both checkpoints are kept. Secure that machine, and report it."
  ),
  .init("alert-login.refused", "办公台登录被拒", "Log-ins to the desk were refused"),
  .init(
    "alertHint-login.refused", "有人出示的证书不受信任、已吊销或未登记。请按证书指纹查明持有人。",
    "A certificate was shown that is not trusted, revoked or not enrolled. Find its owner by the fingerprint."),
  .init("alert-guess.stopped", "门户密码猜测受到限制", "Guessing at the portal was stopped"),
  .init(
    "alertHint-guess.stopped", "查询密码输错次数，或索取短信验证码的次数，已达上限（见结果代码）。单封信件达到上限，可能是来信人忘记密码；单一来源或全站达到上限，应视为攻击。",
    "Wrong passwords, or requests for codes by SMS, reached a limit (see the code). For one letter, its author may have forgotten the password; for a source, or the whole site, treat it as an attack."
  ),
  .init("alert-clock.jumped", "系统时钟被调整", "The clock was moved"),
  .init(
    "alertHint-clock.jumped", "时钟跳变超过5秒。条目所记时间自此以新时钟为准。请核实何人、为何调整。",
    "It was moved by more than 5 seconds; entries bear the new time from here on. Find out who moved it and why."),
  .init("alert-link.silent", "对端失联", "A peer fell silent"),
  .init(
    "alertHint-link.silent", "对端连续三次心跳没有消息。请检查对端和传输途径。",
    "Three heartbeats are missing. Check the peer and the transport."),
  .init("alert-keys.changed", "安全域密钥更换", "A zone's keys were changed"),
  .init("alertHint-keys.changed", "请核实密钥更换是否经批准。", "Make sure that this was approved."),
  .init("alert-log.opened", "审计日志重新开始", "An audit log began anew"),
  .init(
    "alertHint-log.opened", "数据库或日志文件曾被恢复、更改或丢失，条目中写明原因和此前的检查点。此前未见证的条目可能缺失。",
    "The database or the log's files were restored, changed or lost; the entry says why, and names the head of the log before. Entries that were not witnessed may be missing."
  ),
  .init("alert-zone.killed", "本区未正常停止", "A zone ended without being stopped"),
  .init(
    "alertHint-zone.killed", "进程被强制结束或断电。若无已知故障，请查明原因。",
    "It was killed, or lost power. If no cause is known, find out why."),
  .init("alert-rights.changed", "人员权限变更", "Somebody's rights were changed"),
  .init(
    "alertHint-rights.changed", "人员、角色、证书、信箱或代理有变更。请在办理记录中按序号核对变更内容和经办人。",
    "A person, role, certificate, mailbox or delegation was changed. The record of acts has, under the same number, what and by whom."
  ),
  .init("alert-unknown.entry", "日志中有无法识别的条目", "An entry of no known kind"),
  .init("alertHint-unknown.entry", "请核验日志。", "Check the log."),
  .init("alert-check.failed", "日志核验不符", "A log failed its check"),
  .init(
    "alertHint-check.failed", "日志的条目、哈希或签名不符，可能被篡改。请保全文件，勿重启，并用 guandu audit verify 另行核验副本。",
    "Its entries, hashes or signatures do not fit: it may have been tampered with. Keep the files, do not restart, and verify a copy with guandu audit verify."
  ),
  .init("alert-record.differs", "办理记录与日志不符", "The record of acts does not match the log"),
  .init(
    "alertHint-record.differs", "数据库中的办理记录被改动、删除或增补。请保全数据库和日志文件，并用 guandu acts export 和 guandu acts verify --log 另行核验。",
    "Acts were changed in the database, taken out of it, or put into it. Keep the database and the log's files, and check them with guandu acts export and guandu acts verify --log."
  ),
  .init("act-alert.acknowledged", "处理警报", "Acknowledged an alert"),
  .init("act-evidence.exported", "导出证据", "Exported evidence"),
])
