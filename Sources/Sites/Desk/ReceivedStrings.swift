import Web

/// The texts of delivering documents, and of documents of other offices.
let receivedStrings = StringTable([
  .init("navReceived", "收文", "Received"),
  .init("receivedTitle", "收文", "Received document"),
  .init("receivedEmpty", "暂无收文。", "There are no documents here."),
  .init("receivedState-arrived", "待签收", "To be signed for"),
  .init("receivedState-signed-for", "已签收", "Signed for"),
  .init("receivedState-withdrawn", "已撤回", "Withdrawn"),
  .init("receivedNumber", "发文字号", "Number"),
  .init("receivedIssuer", "发文机关", "Issuer"),
  .init("receivedDate", "成文日期", "Date"),
  .init("receivedPeer", "来文单位（区）", "Sent by (zone)"),
  .init("receivedArrived", "送达时间", "Arrived"),
  .init("receivedSignedFor", "签收", "Signed for"),
  .init("receivedReceipt", "回执", "Receipt"),
  .init("receivedReceipt-sent", "正在送往来文单位，尚无其确认", "On its way to the sender, which has not confirmed it yet"),
  .init("receivedReceipt-delivered", "来文单位已收到", "The sender has it"),
  .init("receivedReceipt-refused", "来文单位拒收（{0}）", "Refused by the sender ({0})"),
  .init(
    "receivedReceiptRefused", "来文单位拒收了签收回执，可能不知道此公文已经签收。请来文单位再次发送此公文，本系统随即再次发送回执。",
    "The sender has refused the receipt, and may not know that the document is signed for. Ask it to send the document again; the receipt follows then."
  ),
  .init("receivedDigest", "正本 SHA-256", "SHA-256 of the original"),
  .init("receivedWithdrawn", "来文单位已撤回此公文，请勿继续办理。", "The sender has withdrawn this document. Do not act on it."),
  .init(
    "receivedWithdrawnBy", "制发此公文的单位（{0}）已撤回同一文件，请勿继续办理。",
    "The office whose document this is ({0}) has withdrawn the same file. Do not act on it."),
  .init(
    "receivedWithdrawnHere", "此文件由本单位制发，已经撤回，不能签收。",
    "This office has made this file and withdrawn it. It cannot be signed for."),
  .init(
    "receivedSameFile", "{0} 称已撤回同一文件，本系统无法确认其有权撤回。请先与制发单位核实，再作办理。",
    "{0} says that it has withdrawn the same file; that it may do so is not known here. Ask the office whose document it is before you act on it."
  ),
  .init(
    "receivedSameNumber", "{0} 称已撤回同一文号的另一文件。请先与制发单位核实，再作办理。",
    "{0} says that it has withdrawn another file with this number. Ask the office whose document it is before you act on it."
  ),
  .init("receivedReason", "撤回理由", "Reason"),
  .init("receivedCheck", "送达时的核验结果", "What the check on arrival found"),
  .init("receivedSeal", "印章：", "Seal: "),
  .init("receivedSealer", "签章人：", "sealed by "),
  .init(
    "receivedStated", "标题、发文机关和密级为来文单位所述；文号与文件首页一致，印章归属见下方核验结果。",
    "Title, issuer and classification are as the sender states them; the number is that on the file's first page. Below stands whose seal it is."
  ),
  .init("receivedGood", "✓ 印章和签名核验通过。", "✓ Seals and signatures hold."),
  .init(
    "receivedGoodOnce", "印章和签名核验通过，但有单位称已撤回，见上文。",
    "Seals and signatures hold; the document is withdrawn, or said to be: see above."),
  .init("receivedFiles", "文件", "Files"),
  .init(
    "receivedBefore", "签收后方可打开文件。", "The files can be opened once somebody has signed for the document."),
  .init("receivedSign", "签收", "Sign for it"),
  .init(
    "receivedSignText", "签收前将再次核验印章。签收后，来文单位会收到回执，内有您的姓名、单位和签收时间。",
    "The seals are checked once more. The sender will learn your name, your unit and the time."),
  .init("receivedBack", "返回收文列表", "Back to the list"),
  .init(
    "receivedPolicy", "链路配置不允许发送回执：{0}。请运维人员在 zone.yaml 的该链路 policy.outgoing.messages 中加入 document.signed-for。",
    "The link does not let the receipt out: {0}. The operator has to add document.signed-for to policy.outgoing.messages of this link in zone.yaml."
  ),
  .init("docStep-deliver", "分发…", "Deliver…"),
  .init("docEvent-delivered", "分发", "Delivered"),
  .init("docEvent-signed-for", "对方签收", "Signed for by the other office"),
  .init("deliverTitle", "分发公文", "Deliver"),
  .init(
    "deliverText", "公文的正本和副本将送往所选单位；对方核验印章后签收，回执显示在本页。",
    "The original and the copy go to the offices that you choose. They check the seals and sign for the document; you see that on its page."
  ),
  .init("deliverOffices", "主送单位（区）", "Offices (zones)"),
  .init("deliveryHeading", "分发", "Deliveries"),
  .init("deliveryPeer", "单位（区）", "Office (zone)"),
  .init("deliveryState", "状态", "State"),
  .init("deliverySignedFor", "签收", "Signed for"),
  .init("statedTime", "对方所述时间 {0}", "at {0} by the other office's word"),
  .init("receiptTime", "，本系统 {0} 收到回执", "; its receipt came here at {0}"),
  .init(
    "receivedWithdrawnAt", "撤回通知 {0} 收到，对方所述撤回时间 {1}",
    "word of it came here at {0}; by the other office's word it was withdrawn at {1}"),
  .init("deliveryNotSigned", "尚未签收", "Not yet"),
  .init("deliveredBy", "分发", "Sent"),
  .init(
    "deliveryLearned", "分发记录因恢复备份而丢失，{0}由对方回执得知",
    "Lost with the restore of a backup; known since {0} from the other office's receipt"),
  .init("delivery-sent", "正在送往对方，尚无回执", "On its way; no receipt yet"),
  .init("delivery-delivered", "已送达对方", "Delivered"),
  .init("delivery-refused", "对方拒收：{0}（{1}）", "Refused by the other office: {0} ({1})"),
  .init("delivery-withdrawal-sent", "撤回通知正在送往对方，尚无回执", "The withdrawal is on its way; no receipt yet"),
  .init("delivery-withdrawal-delivered", "已撤回", "Withdrawn"),
  .init("delivery-withdrawal-refused", "对方拒收撤回通知：{0}（{1}）", "The other office refused the withdrawal: {0} ({1})"),
  .init("refusedDocument-office-policy", "对方链路配置不允许此类内容", "the other side of the link lets nothing of this kind in"),
  .init(
    "refusedDocument-office-off", "对方未配置签收单位或可信的制章人",
    "that office names nobody who signs for documents, or nobody to believe seals from"),
  .init(
    "refusedDocument-office-duplicate", "对方已有同一文件或同一标识的公文",
    "that office has another document of this file or identifier"),
  .init("refusedDocument-office-check", "对方对印章或文号的核验不通过", "the seals, or the number, do not hold there"),
  .init("refusedDocument-office-other", "对方未能接收", "that office did not take it"),
  .init(
    "docProblem-nowhere-to-deliver", "所选单位已有此公文，或没有通往该单位的链路。",
    "These offices have the document already, or no link leads to them."),
  .init("docProblem-no-office", "请至少选择一个单位。", "Choose one office at least."),
  .init("docProblem-already-signed-for", "此公文已经签收。", "This document is signed for already."),
  .init(
    "docProblem-not-genuine", "印章核验不再通过，不能签收。请与来文单位联系。",
    "The seals do not hold any more. It cannot be signed for; ask the sender."),
  .init("docProblem-not-checked", "本次未能核验印章，请稍后重试。", "The seals could not be checked. Try again shortly."),
])
