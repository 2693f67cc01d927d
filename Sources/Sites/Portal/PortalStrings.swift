import Web
import Zones

/// The portal's texts.
let portalStrings = pageStrings + unlockStrings + questionStrings + documentStrings

private let pageStrings = StringTable([
  .init("siteName", "政务信箱", "Government Mailbox"),
  .init("navHome", "首页", "Home"),
  .init("navWrite", "写信", "Write"),
  .init("navLookup", "查询", "Look up"),
  .init("navPublic", "公开信件", "Published"),

  .init("homeTitle", "欢迎来信", "Write to your government"),
  .init(
    "homeLead", "您可以在这里咨询问题、提出建议、反映情况。来信加密后送交办理单位，我们将在规定期限内答复。",
    "Here you can ask questions, make suggestions and complain. Your letter is sealed, handed to the responsible office, and answered within the prescribed time."
  ),
  .init("homeWrite", "我要写信", "Write a letter"),
  .init(
    "homeWriteText", "验证手机号，填写来信，领取信件编码和查询密码。",
    "Confirm your mobile number, write, and get a letter code and a password."),
  .init("homeLookup", "查询来信", "Look up a letter"),
  .init(
    "homeLookupText", "凭信件编码和查询密码查看办理进度和答复。",
    "See where your letter is and read the answer, with your letter code and password."),
  .init("homePublic", "公开信件", "Published letters"),
  .init(
    "homePublicText", "阅读经来信人同意公开的信件和答复。", "Read letters and answers that are published with their authors' consent."),
  .init(
    "demoSite", "这是演示系统：请勿填写真实个人信息。短信不会发送到手机，而是存放在演示目录的 sms 文件夹中。",
    "This is a demonstration: do not enter real personal data. Text messages are not sent; they appear in the sms folder of the demo."
  ),

  .init("steps", "办理步骤", "Steps"),
  .init("step1", "1. 来信须知", "1. Notice"),
  .init("step2", "2. 验证手机", "2. Mobile number"),
  .init("step3", "3. 填写来信", "3. Your letter"),
  .init("step4", "4. 核对发送", "4. Check and send"),
  .init("next", "下一步", "Continue"),

  .init("noticeTitle", "来信须知", "Before you write"),
  .init(
    "notice1", "请如实反映情况，并对来信内容的真实性负责。不得捏造事实、诬告陷害他人，不得发布违反法律法规的内容。",
    "Please report truthfully; you are responsible for what you write. False accusations and unlawful content are forbidden."
  ),
  .init(
    "notice2", "请勿在来信及附件中填写涉及国家秘密、商业秘密的内容。",
    "Do not include state secrets or business secrets in the letter or its attachments."),
  .init(
    "notice3", "我们仅为办理来信而使用您的手机号码、电子邮箱和来信内容，依法予以保密；来信自提交时起即加密保存，本网站不留存明文。",
    "Your number, mail address and letter are used to handle the letter only and are kept confidential by law. A letter is sealed the moment it is sent; this site keeps no readable copy."
  ),
  .init(
    "notice4", "只有您同意公开的来信，才可能与答复一并公开；您的联系方式不会公开。",
    "A letter is published, with its answer, only if you agree. Your contact details are never published."),
  .init(
    "notice5", "自收到来信之日起一般在15日内答复；不属于受理范围的，将说明理由。",
    "Letters are usually answered within 15 days of receipt. If a letter cannot be accepted, you will be told why."),
  .init("agree", "我已阅读并同意上述须知", "I have read this notice and agree"),
  .init("agreeMissing", "请先阅读须知并勾选同意。", "Please read the notice and tick that you agree."),

  .init("phoneTitle", "验证手机号码", "Confirm your mobile number"),
  .init("phoneLabel", "手机号码", "Mobile number"),
  .init("phoneHint", "中国大陆11位手机号码。", "A number of mainland China, 11 digits."),
  .init("sendCode", "获取短信验证码", "Send me a code"),
  .init(
    "phoneWrong", "手机号码不正确，请输入11位手机号码。", "The mobile number is not valid. Please enter its 11 digits."
  ),
  .init("tooManyCodes", "获取验证码过于频繁，请一小时后再试。", "Too many codes were requested. Please try again in an hour."),
  .init("smsFailed", "短信暂时无法发送，请稍后再试。", "The message could not be sent. Please try again later."),
  .init(
    "smsText", "【政务信箱】您的验证码为 {0}，15分钟内有效，请勿告诉他人。官方网址：{1}",
    "【政务信箱】Your code is {0}. It is valid for 15 minutes. Do not share it. Official site: {1}"),

  .init("codeTitle", "输入短信验证码", "Enter the code"),
  .init("codeSentTo", "验证码已发送至：", "The code was sent to: "),
  .init("codeLabel", "短信验证码", "Code"),
  .init("codeHint", "6位数字，15分钟内有效，可尝试5次。", "Six digits; valid for 15 minutes and five tries."),
  .init("codeAgain", "没有收到？重新获取", "No message? Ask for a new code"),
  .init("codeWrong", "验证码不正确，请检查后重新输入。", "The code is not correct. Please check it and try again."),
  .init("codeExpired", "验证码已过期，请重新获取。", "The code has expired. Please ask for a new one."),
  .init(
    "codeNoTries", "验证码错误次数过多，已失效，请重新获取。",
    "Too many wrong attempts: the code is no longer valid. Please ask for a new one."),
  .init("codeUsed", "验证码已使用或不存在，请重新获取。", "This code has been used or does not exist. Please ask for a new one."),
  .init("codeConfirmed", "手机号码已验证，继续填写来信", "Your number is confirmed: continue with your letter"),

  .init("letterTitle", "填写来信", "Write your letter"),
  .init("mailboxLabel", "信箱", "Mailbox"),
  .init("mailboxChoose", "请选择", "Please choose"),
  .init("kindLabel", "类别", "Kind"),
  .init("kind-question", "咨询", "Question"),
  .init("kind-suggestion", "建议", "Suggestion"),
  .init("kind-complaint", "投诉", "Complaint"),
  .init("titleLabel", "标题", "Title"),
  .init("titleHint", "不超过{0}字。", "At most {0} characters."),
  .init("textLabel", "正文", "Your letter"),
  .init(
    "textHint", "请写明时间、地点、事由和诉求，不超过{0}字。",
    "Please say when, where, what happened and what you ask for. At most {0} characters."),
  .init("publishLabel", "是否同意公开", "May the letter be published?"),
  .init("publishYes", "同意公开", "Yes, it may be published"),
  .init("publishNo", "不同意公开", "No, keep it private"),
  .init("mailLabel", "电子邮箱（选填）", "Mail address (optional)"),
  .init("filesLabel", "附件（选填）", "Attachments (optional)"),
  .init("filesHint", "最多{0}个，每个不超过{1}。允许的类型：{2}。", "At most {0} files of up to {1} each. Accepted types: {2}."),
  .init("filesKept", "已上传的附件", "Attachments already uploaded"),
  .init("removeFile", "删除", "Remove"),
  .init(
    "lostText", "本次访问已因时间过长而结束，来信没有发送，附件也没有保存。您刚才填写的内容如下，请复制保存后重新开始。",
    "Your visit has ended because it took too long. The letter was not sent, and its attachments were not kept. What you wrote is below: copy it, then start again."
  ),
  .init("startAgain", "重新开始", "Start again"),
  .init("toCheck", "下一步：核对", "Continue: check"),
  .init("chooseMailbox", "请选择信箱。", "Please choose a mailbox."),
  .init("chooseKind", "请选择类别。", "Please choose the kind of letter."),
  .init("titleMissing", "请填写标题。", "Please enter a title."),
  .init("titleTooLong", "标题过长，请不要超过{0}字。", "The title is too long: at most {0} characters."),
  .init("textMissing", "请填写正文。", "Please write your letter."),
  .init(
    "textTooLong", "正文过长，请不要超过{1}字，或将部分内容作为附件。",
    "The letter is too long: at most {1} characters. You can add the rest as an attachment."),
  .init("choosePublish", "请选择是否同意公开。", "Please choose whether the letter may be published."),
  .init("mailWrong", "电子邮箱格式不正确。", "The mail address is not valid."),
  .init("tooManyFiles", "附件不能超过{2}个，多出的附件未保存。", "At most {2} attachments; those beyond that were not kept."),
  .init(
    "fileTooLarge", "有附件超过{3}，未保存；其他内容已保留。", "An attachment is larger than {3} and was not kept; everything else was."),
  .init(
    "filesTooLarge", "附件合计过大，刚才选择的附件均未保存；其他内容已保留。最多{2}个，每个不超过{3}。",
    "The attachments are too large together, and none that you chose just now was kept; everything else was. At most {2} files of up to {3} each."
  ),
  .init(
    "fileKindRefused", "有附件的文件类型不在允许之列（以文件内容为准），未保存；其他内容已保留。允许的类型：{4}。",
    "An attachment is of a type that is not accepted (its content decides) and was not kept; everything else was. Accepted types: {4}."
  ),
  .init("fullTitle", "暂时不能接收来信", "No letters can be taken at the moment"),
  .init(
    "fullText", "因待送办理单位的来信较多，系统暂时不能接收新的来信，请约10分钟后再试。已提交的来信不受影响，查询照常进行。",
    "Too many letters are waiting to be delivered, so no new ones can be taken at the moment. Please try again in about 10 minutes. Letters already submitted are safe, and looking them up works as usual."
  ),
  .init(
    "fullKept", "因待送办理单位的来信较多，系统暂时不能接收来信，本信尚未提交。您填写的内容在本次访问中保留，请约10分钟后再试。",
    "Too many letters are waiting to be delivered, so this one was not submitted. What you wrote is kept during this visit: please try again in about 10 minutes."
  ),
  .init(
    "fullFiles", "刚才选择的附件未保存，再试时请重新选择。", "The files that you chose just now were not kept: choose them again then."),
  .init("alreadySentTitle", "来信已发送", "The letter has been sent"),
  .init("alreadySentText", "这封来信已经发送，不能再修改。", "This letter has been sent already and can no longer be changed."),

  .init("checkTitle", "核对来信内容", "Check your letter"),
  .init("checkLead", "请核对以下内容。发送后不能修改。", "Please check what you wrote. It cannot be changed once sent."),
  .init("phoneShown", "手机号码", "Mobile number"),
  .init("mailShown", "电子邮箱", "Mail address"),
  .init("filesShown", "附件", "Attachments"),
  .init("none", "无", "None"),
  .init("change", "返回修改", "Go back and change"),
  .init("send", "确认发送", "Send the letter"),
  .init(
    "sendBusy", "当前访问量较大，本信尚未提交。您填写的内容在本次访问中保留，请稍候几秒后再按“确认发送”。",
    "The site is very busy, so this letter was not submitted. What you wrote is kept during this visit: please press send again in a few seconds."
  ),
  .init(
    "sendFailed", "暂时无法接收来信，您填写的内容仍然保留，请稍后再按“确认发送”。",
    "Letters cannot be taken right now. What you wrote is still here; please press send again later."),

  .init("doneTitle", "来信已提交", "Your letter has been submitted"),
  .init(
    "doneLead", "请打印或抄写下面的信件编码和查询密码。它们只在本次访问中显示，遗失后无法找回。",
    "Print or write down the letter code and the password below. They are shown during this visit only and cannot be recovered."
  ),
  .init("numberLabel", "受理编号", "Reference number"),
  .init("codeNumberLabel", "信件编码", "Letter code"),
  .init("passwordLabel", "查询密码", "Password"),
  .init("acceptedLabel", "接收时间", "Accepted at"),
  .init(
    "numberHint", "受理编号仅供电话咨询时使用，不能用于查询内容。",
    "The reference number is for use on the telephone; it opens nothing."),
  .init(
    "doneDelivery", "来信将自动送达办理单位；是否已送达，可凭信件编码随时查询。",
    "Your letter is delivered to the office by itself. With the letter code you can see at any time whether it has arrived."
  ),
  .init("doneHow", "查询办理进度和答复：", "To see progress and the answer, go to: "),
  .init("printHint", "可使用浏览器的打印功能打印本页。", "Use your browser's print function to print this page."),
  .init("another", "再写一封", "Write another letter"),
  .init("leave", "结束访问并清除", "End the visit and forget it"),
  .init("leaveTitle", "确认结束访问", "End the visit?"),
  .init(
    "leaveText", "结束后，本次访问中显示的信件编码和查询密码、尚未发送的内容都将清除，无法找回。已发送的来信不受影响。",
    "The letter code and the password that this visit shows, and whatever was not sent, are forgotten then and cannot be recovered. Letters that were sent stay."
  ),
  .init("stay", "返回", "Go back"),
  .init(
    "leaveHint", "在公用电脑上，请在保存好编码和密码后结束访问。",
    "On a shared computer, end your visit once you have kept the code and password."),

  .init("lookupTitle", "查询来信", "Look up a letter"),
  .init("lookupCodeHint", "20位字母和数字，不分大小写，可带横线或空格。", "20 letters and digits; case, hyphens and spaces do not matter."),
  .init("lookupPasswordHint", "6位数字。", "Six digits."),
  .init("lookupButton", "查询", "Look up"),
  .init(
    "lookupWrong", "信件编码或查询密码不正确，请检查后重新输入。",
    "The letter code or the password is not correct. Please check both and try again."),
  .init(
    "lookupBusy", "当前访问量较大，本次查询尚未受理，不计入查询次数。请稍候几秒后重试。",
    "Many people are looking up letters right now. Yours was not looked up, and this does not count as an attempt. Please try again in a few seconds."
  ),
  .init("busyTitle", "当前访问量较大", "The site is very busy"),
  .init("busyText", "本次操作尚未受理，请稍候几秒后重试。", "This was not done yet. Please try again in a few seconds."),
  .init("tooManyLookups", "查询次数过多，请{5}后再试。", "Too many attempts. Please try again in {5}."),

  .init("readTitle", "我的来信", "Your letter"),
  .init(
    "sentMeans", "来信已加密保存，正在送往内网；收到内网的签名回执后，此处显示“已送达”。",
    "Your letter is sealed and kept, and on its way. Once the office's network has confirmed it with a signed receipt, it is shown here as delivered."
  ),
  .init(
    "sentOneWay", "来信已加密保存并送往内网。本系统到内网为单向传输，没有回执，因此不显示是否送达。",
    "Your letter is sealed and was sent on its way. The way to the office's network is one-way and brings no receipts, so this page cannot show whether it arrived."
  ),
  .init(
    "deliveredMeans", "内网已以签名回执确认收到来信。",
    "The office's network has confirmed with a signed receipt that your letter arrived."),
  .init(
    "lateSent", "内网最近一次联络：{0}前。您的来信已妥善保存，恢复后自动送达。",
    "Last contact with the office's network: {0} ago. Your letter is safely kept and will be delivered by itself once contact is restored."
  ),
  .init(
    "lateAnswer", "内网最近一次联络：{0}前。办理进度和答复可能有延迟，恢复后自动更新。",
    "Last contact with the office's network: {0} ago. Progress and answer may be delayed and will follow by themselves once contact is restored."
  ),
  .init(
    "neverSent", "尚未与内网取得联络。您的来信已妥善保存，联络后自动送达。",
    "The office's network has not been in contact yet. Your letter is safely kept and will be delivered by itself."),
  .init(
    "neverAnswer", "尚未与内网取得联络，办理进度和答复可能有延迟。",
    "The office's network has not been in contact yet. Progress and answer may be delayed."),
  .init("stageLabel", "办理进度", "Progress"),
  .init("stage-sent", "已提交，等待送达", "Submitted, on its way"),
  .init("stage-delivered", "已送达办理单位", "Delivered to the office"),
  .init("stage-signed-for", "已签收，办理中", "Signed for, being handled"),
  .init("stage-answered", "已答复", "Answered"),
  .init("stage-declined", "不予受理", "Declined"),
  .init("stage-refused", "未能送达", "Could not be delivered"),
  .init("standing-done", "已完成", "Done"),
  .init("standing-current", "当前", "Now"),
  .init("standing-coming", "待进行", "To come"),
  .init("done-sent", "已提交", "Submitted"),
  .init("done-delivered", "已送达办理单位", "Delivered to the office"),
  .init("done-signed-for", "已签收", "Signed for"),
  .init("done-answered", "已答复", "Answered"),
  .init("done-declined", "不予受理", "Declined"),
  .init("done-refused", "未能送达", "Could not be delivered"),
  .init("current-delivered", "正在送往办理单位", "On its way to the office"),
  .init("current-signed-for", "等待办理单位签收", "Waiting for the office to sign for it"),
  .init("current-answered", "正在办理", "Being handled"),
  .init("coming-signed-for", "办理单位签收", "The office signs for it"),
  .init("coming-answered", "答复", "Answer"),
  .init(
    "refused-type", "来信未能送达：办理单位的内网目前不接收网上来信。请稍后重新来信。",
    "Your letter could not be delivered: the office's network takes no letters from this site at present. Please write again later."
  ),
  .init(
    "refused-classification", "来信未能送达：来信的密级超出了内外网交换的规定。请勿在网上传递涉密内容。",
    "Your letter could not be delivered: its classification is above what may cross to the office's network. Do not send secrets over the network."
  ),
  .init(
    "refused-size", "来信未能送达：有附件超过内网允许的大小。请去掉或压缩该附件后重新来信。",
    "Your letter could not be delivered: an attachment is larger than the office's network allows. Please remove or shrink it and write again."
  ),
  .init(
    "refused-kind", "来信未能送达：有附件的文件类型不符合内网的规定（以文件内容为准）。请去掉该附件或更换格式后重新来信。",
    "Your letter could not be delivered: an attachment is of a kind that the office's network does not allow (its content decides). Please remove or convert it and write again."
  ),
  .init(
    "refused-policy", "来信未能送达：来信不符合内外网数据交换的规定。请去掉附件后重新来信。",
    "Your letter could not be delivered: it does not comply with the rules for what may cross to the office's network. Please write again without attachments."
  ),
  .init(
    "refused-mailbox", "来信未能送达：所选信箱已停用。请选择其他信箱重新来信。",
    "Your letter could not be delivered: the mailbox that you chose is no longer in use. Please choose another and write again."
  ),
  .init(
    "refused-form", "来信未能送达：内网无法识别来信数据。这是系统原因，请重新来信。",
    "Your letter could not be delivered: the office's network could not read it. The fault is ours; please write again."
  ),
  .init(
    "refused-incomplete", "来信未能送达：附件未能完整传到内网。请重新来信；附件较大时请分开发送。",
    "Your letter could not be delivered: its attachments did not reach the office's network whole. Please write again, with smaller attachments if they are large."
  ),
  .init(
    "refused-cancelled", "来信未能送达：附件传送途中被管理人员中止。请重新来信。",
    "Your letter could not be delivered: the transfer of its attachments was stopped by an operator. Please write again."
  ),
  .init(
    "refused-unknown", "来信未能送达：内网未能登记来信。这是系统原因，请重新来信。",
    "Your letter could not be delivered: the office's network could not register it. The fault is ours; please write again."
  ),
  .init(
    "refused-other", "来信未能送达：内网未能接收。这是系统原因，请重新来信。",
    "Your letter could not be delivered: the office's network did not take it. The fault is ours; please write again."
  ),
  .init(
    "refusedCall", "您也可以致电受理单位，并告知受理编号。来信内容仍可在本页查看。",
    "You can also telephone the office and give the reference number. What you wrote can still be read on this page."),
  .init("answerHeading", "答复", "Answer"),
  .init("declineHeading", "不予受理的理由", "Why it was declined"),
  .init("noOutcome", "尚无答复。", "There is no answer yet."),
  .init("outcomePublished", "本答复已公开。", "This answer is published."),
  .init("outcomePrivate", "本答复仅您本人可见。", "Only you can read this answer."),
  .init("letterHeading", "来信内容", "What you wrote"),
  .init("answeredLabel", "答复时间", "Answered at"),

  .init("publicTitle", "公开信件", "Published letters"),
  .init("publicEmpty", "暂无公开信件。", "Nothing has been published yet."),
  .init("publishedTitle", "公开信件", "Published letter"),
  .init("backToPublic", "返回公开信件", "Back to the published letters"),
])
