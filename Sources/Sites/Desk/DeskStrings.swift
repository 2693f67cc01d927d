import Web

/// The desk's texts.
let deskStrings =
  letterStrings + listStrings + stepStrings + stepActStrings + outcomeStrings + sessionStrings + officeStrings
  + actStrings
  + enrolmentStrings + noticeStrings
  + keyStrings
  + auditStrings + alertStrings + documentStrings + paperStrings + publicationStrings + receivedStrings + sealStrings

private let letterStrings = StringTable([
  .init("siteName", "信件办公台", "Letter desk"),
  .init("navFolders", "信件", "Letters"),
  .init("signedInAs", "当前人员：", "Signed in as "),

  .init(
    "linkLate", "与门户的联络已中断：最近一次联络在{0}前。新来信和办理结果在恢复后自动送达。",
    "The portal is silent: last contact {0} ago. New letters and outcomes follow by themselves once contact is restored."
  ),
  .init("linkNever", "尚未与门户取得联络。", "The portal has not been in contact yet."),
  .init(
    "outcomeLate", "门户最近一次联络：{0}前。办理结果已妥善保存，恢复后自动送达。",
    "Last contact with the portal: {0} ago. The outcome is safely kept and will be delivered by itself."),
  .init(
    "outcomeNever", "尚未与门户取得联络。办理结果已妥善保存，联络后自动送达。",
    "The portal has not been in contact yet. The outcome is safely kept and will be delivered by itself."),
  .init("folders", "文件夹", "Folders"),
  .init("folder-to-do", "待办理", "To do"),
  .init("folder-tracking", "流程追踪", "Tracking"),
  .init("folder-concluded", "审理完成", "Concluded"),
  .init("folder-untreated", "未处理", "Untreated"),
  .init("folder-declined", "不予受理", "Declined"),
  .init("folder-all", "全部受理来信", "All letters"),
  .init("folder-recycle-bin", "回收站", "Recycle bin"),
  .init("folderEmpty", "暂无信件。", "There are no letters here."),
  .init("columnNumber", "受理编号", "Reference number"),
  .init("columnTitle", "标题", "Title"),
  .init("columnMailbox", "信箱", "Mailbox"),
  .init("columnKind", "类别", "Kind"),
  .init("columnStage", "状态", "State"),
  .init("columnAccepted", "接收时间", "Accepted at"),
  .init("withAttachments", "附件", "attachments"),

  .init("kind-question", "咨询", "Question"),
  .init("kind-suggestion", "建议", "Suggestion"),
  .init("kind-complaint", "投诉", "Complaint"),
  .init("stage-sent", "未签收", "Not signed for"),
  .init("stage-delivered", "未签收", "Not signed for"),
  .init("stage-signed-for", "已签收，办理中", "Signed for, being handled"),
  .init("stage-answered", "已答复", "Answered"),
  .init("stage-declined", "不予受理", "Declined"),
  .init("stage-refused", "未能送达", "Not delivered"),
  .init("event-sent", "来信提交", "Sent by the citizen"),
  .init("event-delivered", "送达内网", "Arrived"),
  .init("event-signed-for", "签收", "Signed for"),
  .init("event-answered", "答复", "Answered"),
  .init("event-declined", "不予受理", "Declined"),
  .init("event-refused", "未能送达", "Not delivered"),
  .init("nobody", "系统", "system"),

  .init("letterHeading", "来信", "Letter"),
  .init("phoneLabel", "手机号码", "Mobile number"),
  .init("mailLabel", "电子邮箱", "Mail address"),
  .init("textHeading", "正文", "Text"),
  .init("publishLabel", "公开意愿", "Publication"),
  .init("publishYes", "来信人同意公开", "The author agrees to publication"),
  .init("publishNo", "来信人不同意公开", "The author does not agree to publication"),
  .init("filesHeading", "附件", "Attachments"),
  .init("filesWarning", "附件由来信人提供，打开前请先查毒。", "Attachments come from outside: scan them before opening."),
  .init("none", "无", "None"),
  .init("historyHeading", "办理经过", "History"),

  .init("signForHeading", "签收", "Sign for"),
  .init(
    "signForText", "签收后信件进入“流程追踪”，来信人可以看到已签收。",
    "The letter moves to Tracking, and its author sees that it was signed for."),
  .init("signFor", "签收", "Sign for"),
  .init("answerFormHeading", "答复来信", "Answer"),
  .init("answerLabel", "答复内容", "Your answer"),
  .init("answerHint", "不超过10000字。发出后不能修改。", "At most 10000 characters. It cannot be changed once sent."),
  .init("visibilityLabel", "公开方式", "Who may read it"),
  .init("visibilityPublic", "公开：在门户上公布来信和答复", "Public: letter and answer appear on the portal"),
  .init("visibilityPrivate", "不公开：仅来信人可见", "Private: for its author only"),
  .init("sendAnswer", "发出答复", "Send the answer"),
  .init("declineFormHeading", "不予受理", "Decline"),
  .init("reasonLabel", "不予受理的理由", "Reason"),
  .init("reasonHint", "理由将告知来信人。", "The author will read it."),
  .init("decline", "不予受理", "Decline"),
  .init("answerMissing", "请填写答复内容。", "Please write an answer."),
  .init("answerTooLong", "内容过长，请不要超过{0}字。", "Too long: at most {0} characters."),
  .init("visibilityMissing", "请选择公开方式。", "Please choose who may read the answer."),
  .init("reasonMissing", "请填写不予受理的理由。", "Please give a reason."),

  .init("answerHeading", "答复", "Answer"),
  .init("declineHeading", "不予受理的理由", "Why it was declined"),
  .init("deliveryLabel", "送达门户", "Delivery to the portal"),
  .init("deliveryDone", "门户已确认收到", "The portal has confirmed it"),
  .init("deliveryWaiting", "等待送达，门户尚未确认", "On its way; the portal has not confirmed it yet"),
  .init("deliveryOneWay", "已送出；单向传输，无法确认是否送达", "Sent; the way is one-way, so delivery cannot be confirmed"),
  .init("deliveryRefused", "门户拒收，未送达", "Refused by the portal, not delivered"),
  .init(
    "refused-type", "门户拒收：外网的交换规定不接收这类消息，来信人看不到办理结果。",
    "The portal refused it: its rules take no messages of this type. The author cannot read the outcome."),
  .init(
    "refused-classification", "门户拒收：密级超出外网的规定，来信人看不到办理结果。",
    "The portal refused it: its classification is above what the portal may hold. The author cannot read the outcome."
  ),
  .init(
    "refused-size", "门户拒收：附件超过外网允许的大小，来信人看不到办理结果。",
    "The portal refused it: an attachment is larger than the portal takes. The author cannot read the outcome."),
  .init(
    "refused-kind", "门户拒收：附件的文件类型不符合外网的规定，来信人看不到办理结果。",
    "The portal refused it: an attachment is of a kind that the portal does not take. The author cannot read the outcome."
  ),
  .init(
    "refused-policy", "门户拒收：不符合外网的交换规定，来信人看不到办理结果。",
    "The portal refused it: it does not comply with the portal's rules. The author cannot read the outcome."),
  .init(
    "refused-mailbox", "门户拒收：外网没有这个信箱，来信人看不到办理结果。",
    "The portal refused it: it has no such mailbox. The author cannot read the outcome."),
  .init(
    "refused-form", "门户拒收：外网无法识别数据，来信人看不到办理结果。",
    "The portal refused it: it could not read what came. The author cannot read the outcome."),
  .init(
    "refused-incomplete", "门户拒收：数据未能完整送达，来信人看不到办理结果。",
    "The portal refused it: it did not come whole. The author cannot read the outcome."),
  .init(
    "refused-cancelled", "门户拒收：传送途中被管理人员中止，来信人看不到办理结果。",
    "The portal refused it: an operator stopped it on the way. The author cannot read the outcome."),
  .init(
    "refused-unknown", "门户拒收：外网没有这封来信，来信人看不到办理结果。",
    "The portal refused it: it has no such letter. The author cannot read the outcome."),
  .init(
    "refused-other", "门户拒收，来信人看不到办理结果。",
    "The portal refused it. The author cannot read the outcome."),
  .init(
    "refusedCall", "请联系系统管理员，并按来信人留下的电话答复。",
    "Please tell the administrator, and answer the author by telephone."),
  .init("noticeLabel", "短信通知", "Text message"),
  .init("notice-waiting", "等待发送", "Waiting"),
  .init("notice-sent", "已发送", "Sent"),
  .init("notice-failed", "发送失败", "Failed"),

  .init("noCertificateTitle", "未出示证书", "No certificate was shown"),
  .init(
    "noCertificateText", "进入办公台需要个人证书。请将管理员发放的证书文件（.p12）导入浏览器，关闭浏览器后重新打开本页，并在提示时选择该证书。",
    "The desk needs your personal certificate. Import the certificate file (.p12) from your administrator into the browser, restart the browser, open this page again and choose the certificate when asked."
  ),
  .init("untrustedTitle", "证书不受信任", "The certificate is not trusted"),
  .init(
    "untrustedText", "所出示的证书不是本单位签发的人员证书，或者已过期、已吊销。请关闭浏览器后重新选择证书；仍有问题请联系管理员。",
    "The certificate that was shown was not issued to a person by this office, or it has expired or was revoked. Restart the browser and choose another; if that does not help, ask your administrator."
  ),
  .init("notEnrolledTitle", "证书未登记", "The certificate is not enrolled"),
  .init(
    "notEnrolledText", "证书有效，但没有登记为办理人员。请联系管理员登记。",
    "The certificate is valid, but it does not belong to an enrolled handler. Ask your administrator to enrol it."),
  .init("wrongStageTitle", "信件已被他人办理", "Somebody else has handled the letter"),
  .init(
    "wrongStageText", "信件的状态已经改变，这一步没有执行。请返回文件夹查看。",
    "The letter's state has changed, and this step was not taken. Please go back to the folders and look again."),
  .init("mayNotPublishTitle", "不能公开", "It may not be published"),
  .init("mayNotPublishText", "来信人不同意公开，请选择“不公开”。", "The author does not agree to publication; please choose private."),
])
