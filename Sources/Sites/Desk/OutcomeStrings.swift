import Web

/// The texts of how a letter ends.
let outcomeStrings = StringTable([
  .init("standing-done", "已完成", "Done"),
  .init("standing-current", "当前", "Now"),
  .init("standing-coming", "待进行", "To come"),
  .init("current-signed-for", "等待签收", "Waiting to be signed for"),
  .init("current-answered", "办理中", "Being handled"),
  .init("coming-outcome", "答复或不予受理", "An answer, or a decline"),
  .init("checkAnswer", "下一步：核对答复", "Continue: check the answer"),
  .init("checkDecline", "下一步：核对不予受理", "Continue: check the decline"),
  .init("checkAnswerTitle", "核对答复", "Check the answer"),
  .init("checkDeclineTitle", "核对不予受理", "Check the decline"),
  .init(
    "checkOutcomeLead", "尚未发出。请核对以下内容，发出后不能修改。",
    "Nothing has been sent yet. Please check what follows; it cannot be changed once sent."),
  .init("citizenSees", "来信人将看到", "What the author will see"),
  .init("citizenPublished", "本答复已公开。", "This answer is published."),
  .init("citizenPrivate", "本答复仅您本人可见。", "Only you can read this answer."),
  .init("publicSees", "公众将看到", "What the public will see"),
  .init(
    "publicWarning", "来信原文和答复将一并公布。联系方式和附件不公布；请核对正文中有无姓名、电话、住址等个人信息。",
    "The letter is published with the answer. Contact details and attachments are not; look for names, numbers and addresses in the text itself."
  ),
  .init("publicSeesNothing", "公众看不到来信和答复。", "The public sees neither the letter nor this."),
  .init("portalAddress", "（门户网址）", "(the portal's address)"),
  .init("backToForm", "返回修改", "Go back and change"),
  .init("keptAnswer", "您填写的内容（已保留）", "What you wrote (kept)"),
  .init("keptReason", "您填写的理由（已保留）", "The reason that you wrote (kept)"),
  .init(
    "conflictText", "{0}已于{1}办理：{2}。您的这一步没有执行，您填写的内容没有丢失。",
    "{0} has handled it, at {1}: {2}. Your step was not taken, and nothing that you wrote is lost."),
  .init("openLetter", "查看来信", "Open the letter"),
])
