import Web

/// The texts of what the office asks a citizen, and of the answer.
let questionStrings = StringTable([
  .init("questionsHeading", "办理单位的提问", "What the office has asked"),
  .init("questionAsked", "提问时间：{0}", "Asked on {0}"),
  .init(
    "questionUntil", "请在{0}前答复；到期未答复的，办理单位将继续办理。",
    "Please answer by {0}; without an answer the office goes on after that."),
  .init("questionOver", "该问题已不再等待答复。", "The office no longer waits for an answer to this."),
  .init("replyLabel", "您的补充", "Your answer"),
  .init(
    "replyHint", "必填，不超过2000字。加密后送往办理单位，发送后不能修改。",
    "Required, at most 2,000 characters. It is sealed for the office, and cannot be changed once sent."),
  .init("replySend", "发送补充", "Send the answer"),
  .init("replyMissing", "请填写您的补充。", "Please write your answer."),
  .init("replyTooLong", "补充内容过长，不超过2000字。", "The answer is too long: 2,000 characters at most."),
  .init(
    "replyTooMany", "这封来信的补充次数已用完，请致电受理单位。", "No more answers are taken for this letter. Please telephone the office."),
  .init("replyLostHeading", "补充尚未发送", "Your answer was not sent"),
  .init(
    "replyLostEnded", "本次访问已结束，补充没有发送。请复制下面的内容，重新查询来信后再发送。",
    "Your visit has ended, and nothing was sent. Copy what you wrote, open your letter again, and send it there."),
  .init(
    "replyLostBusy", "当前访问量较大，补充没有发送。请复制下面的内容，稍后重新查询来信再发送。",
    "The site is busy, and nothing was sent. Copy what you wrote, open your letter again in a while, and send it there."
  ),
  .init("replyLostLabel", "您写的内容", "What you wrote"),
  .init("replyLostAgain", "重新查询来信", "Open the letter again"),
  .init(
    "replyBusy", "当前访问量较大，补充尚未发送，请稍候几秒后再按“发送补充”。",
    "The site is very busy, so your answer was not sent. Please press send again in a few seconds."),
  .init(
    "replyFull", "暂时不能接收补充，您填写的内容仍在下面，请稍后再试。",
    "Answers cannot be taken right now. What you wrote is still below; please try again later."),
  .init(
    "replyUnknown", "这封来信没有等待答复的这一问题。您填写的内容仍在下面。", "This letter has no such question. What you wrote is still below."),
  .init("replyByPhone", "目前不能在网上答复，请致电受理单位。", "It cannot be answered here at present. Please telephone the office."),
  .init("replyState-sent", "已发送，正在送往办理单位", "Sent, on its way to the office"),
  .init("replyState-delivered", "已送达办理单位", "Delivered to the office"),
  .init("replyState-refused", "未能送达，请致电受理单位", "Could not be delivered; please telephone the office"),
  .init("current-question", "等待您补充", "Waiting for your answer"),
])
