import WebKitchen

/// The texts of the record of acts.
let actStrings = StringTable([
  .init("navActs", "办理记录", "Record"),
  .init(
    "actsHint", "每条记录与前一条相连，改动或删除会被发现。完整记录可由运维人员用 guandu acts export 导出并核验。",
    "Each entry is tied to the one before, so that a change or a gap shows. The operator exports and checks the whole with guandu acts export."
  ),
  .init("actNumber", "序号", "No."),
  .init("actAt", "时间", "When"),
  .init("actWho", "人员", "Who"),
  .init("actWhat", "事项", "What"),
  .init("actProof", "依据", "Proof"),
  .init("actStead", "代：", "for: "),
  .init("actOperator", "运维人员", "Operator"),
  .init("proof-tls", "登录证书（未签名）", "The certificate of the session; not signed"),
  .init("proof-operator", "命令行或配置文件", "Command line or configuration"),
  .init("act-letter.signed-for", "签收来信", "Signed for a letter"),
  .init("act-letter.answered", "答复来信", "Answered a letter"),
  .init("act-letter.declined", "不予受理来信", "Declined a letter"),
  .init("act-person.came-in", "进入办公台", "Came in"),
  .init("act-person.taken-over", "按配置文件登记人员", "Taken over from the configuration"),
  .init("act-person.added", "添加人员", "Added a person"),
  .init("act-person.changed", "修改人员", "Changed a person"),
  .init("act-person.removed", "删除人员", "Removed a person"),
  .init("act-people.imported", "导入人员", "Imported people"),
  .init("act-units.imported", "导入单位", "Imported units"),
  .init("act-certificate.enrolled", "登记证书", "Enrolled a certificate"),
  .init("act-certificate.taken", "取消证书登记", "Took a certificate away"),
  .init("act-unit.added", "添加单位", "Added a unit"),
  .init("act-unit.changed", "修改单位", "Changed a unit"),
  .init("act-unit.removed", "删除单位", "Removed a unit"),
  .init("act-mailbox.given", "设定信箱所属单位", "Gave a mailbox to a unit"),
  .init("act-delegation.given", "设定代理", "Delegated"),
  .init("act-delegation.ended", "结束代理", "Ended a delegation"),
  .init("act-sessions.ended", "结束会话", "Ended sessions"),
])
