import Web

/// The texts of official documents.
let documentStrings = StringTable([
  .init("navDocuments", "公文", "Documents"),
  .init("docTitle", "公文", "Document"),
  .init("docNew", "拟稿", "Write a draft"),
  .init("docWaiting", "待我办理", "Waiting for you"),
  .init("docStates", "按状态", "By state"),
  .init("docEmpty", "暂无公文。", "There are no documents here."),
  .init("docNumber", "发文字号", "Number"),
  .init("docNoNumber", "批准用印时编号", "Given when the seal is granted"),
  .init("docUnit", "拟稿单位", "Unit"),
  .init("docDrafter", "拟稿人", "Drafted by"),
  .init("docChangedAt", "更新时间", "Last change"),
  .init("docDisclosure", "公开属性", "Disclosure"),
  .init("docClassification", "密级和保密期限", "Classification"),
  .init("disclosure-open", "主动公开", "Open to the public"),
  .init("disclosure-on-request", "依申请公开", "Open on request"),
  .init("disclosure-not", "不予公开", "Not open"),
  .init("docState-draft", "拟稿", "Draft"),
  .init("docState-requested", "用印申请", "Seal requested"),
  .init("docState-granted", "已批准", "Granted"),
  .init("docState-sealed", "已用印", "Sealed"),
  .init("docState-discarded", "已废弃", "Given up"),
  .init(
    "docProblem-check-address", "查验地址由系统填写，请删去“查验地址”一行。",
    "The address for checking is filled in by the desk: take the line `check-address` out."),
  .init("docEvent-drafted", "拟稿", "Drafted"),
  .init("docEvent-changed", "修改", "Changed"),
  .init("docEvent-discarded", "废弃草稿", "Given up"),
  .init("docEvent-requested", "申请用印", "Seal requested"),
  .init("docEvent-granted", "批准用印，编号", "Seal granted, number given"),
  .init("docEvent-refused", "不批准用印，退回拟稿", "Seal refused, a draft again"),
  .init("docEvent-taken-back", "撤回用印申请", "Request taken back"),
  .init("docEvent-given-back", "印章管理员退回", "Given back by the seal's keeper"),
  .init("docEvent-sealed", "用印", "Sealed"),
  .init("docStep-change", "修改草稿", "Change the draft"),
  .init("docStep-discard", "废弃草稿…", "Give the draft up…"),
  .init("docStep-request", "申请用印", "Request a seal"),
  .init("docStep-grant", "审批用印", "Grant or refuse"),
  .init("docStep-refuse", "撤销批准…", "End the grant…"),
  .init("docStep-take-back", "撤回申请…", "Take the request back…"),
  .init("docStep-apply", "用印", "Apply the seal"),
  .init("discardDraft", "废弃这份草稿？", "Give this draft up?"),
  .init(
    "discardDraft-text", "草稿和办理经过仍保留，但不能再修改或用印。", "It stays with its history, and can no longer be changed or sealed."),
  .init("discardDraft-verb", "废弃", "Give it up"),
  .init("docBack", "返回公文", "Back to the document"),
  .init("docText", "文稿原文", "The text as it was written"),

  .init("docPages", "版面", "Pages"),
  .init(
    "docLead", "共{0}页。红圈为用印位置，批准前字号显示为“×”。",
    "{0} pages. The red circle shows where the seal will stand; before the grant the number has a ×."),
  .init(
    "docLeadSealed", "共{0}页。图片中的红圈为用印位置；印章在下载的文件中。",
    "{0} pages. The red circle shows where the seal stands; the seal itself is in the files."),
  .init("docSheet", "第{0}页，共{1}页", "Page {0} of {1}"),
  .init("docFile-ofd", "下载OFD预览（未用印）", "OFD, without seal"),
  .init("docFile-pdf", "下载PDF预览（未用印）", "PDF, without seal"),
  .init("docFileSealed-ofd", "下载OFD（已用印的原件）", "OFD, the sealed original"),
  .init("docFileSealed-pdf", "下载PDF（副本）", "PDF, a copy"),
  .init("docRemarks", "排版提示", "To look at"),
  .init(
    "docSubstituted", "“{0}”（{1}）由{2}代替显示，首见于第{3}行第{4}字", "“{0}” ({1}) is shown by {2}, first in line {3}, column {4}"),
  .init("docBusy", "排版任务过多，请稍后再试。", "Too many documents are being set. Please try again shortly."),
  .init("docNotSet", "暂时无法排版，请联系系统管理员。", "The document cannot be set at the moment. Please tell the administrator."),
  .init("faultPlace", "第{0}行第{1}字：{2}", "Line {0}, column {1}: {2}"),
  .init("faultLine", "第{0}行：{1}", "Line {0}: {1}"),
  .init("faultWhole", "全文：{0}", "The whole text: {0}"),

  .init("draftText", "文稿", "Text"),
  .init(
    "draftHint", "先写“键: 值”各行，空一行后写正文；不写字号（number），批准用印时编号。机密、绝密内容不得录入。",
    "First lines of “key: value”, an empty line, then the text; no number, which is given when the seal is granted. Nothing above 秘密 may be written here."
  ),
  .init("draftSeries", "发文字号系列", "Series of numbers"),
  .init("draftSeriesHint", "按年度编号。", "Counted for each year."),
  .init("draftSave", "保存并查看版面", "Save and look at the pages"),
  .init("draftHelp", "写法示例", "How it is written"),
  .init(
    "draftHelpHead",
    "文首可用的键：form（general、upward、letter）、mark、copy-number、classification、urgency、signers、title、to、issuer、date、sealed、note、copies、printer、printed。标题中“|”表示换行。",
    "Keys of the head: form (general, upward, letter), mark, copy-number, classification, urgency, signers, title, to, issuer, date, sealed, note, copies, printer, printed. A | ends a line of the title."
  ),
  .init(
    "draftHelpBody", "每行一段。层次序数依次为“一、”“（一）”“1.”“（1）”。", "Each line is a paragraph. Levels are numbered 一、 （一） 1. （1）."),
  .init(
    "draftHelpTable", "以“|”开头的行为表格；“=== 标题”一行起为附件。",
    "Lines that begin with | are a table; a line “=== title” begins an attachment."),

  .init("docWrongStateTitle", "公文状态已改变", "The document has moved on"),
  .init(
    "docWrongStateText", "公文已由他人办理，这一步没有执行。请返回公文查看。",
    "Somebody has handled the document, and this step was not taken. Please look at it again."),
  .init("docRefusedTitle", "没有执行", "Not done"),
  .init(
    "docProblem-changed-meanwhile", "公文在您打开本页后已被修改，这一步没有执行。请重新查看后再办理。",
    "The document was changed after this page was opened, and nothing was done. Please look at it again."),
  .init(
    "docProblem-no-unit", "您不属于任何单位，不能拟稿。请联系管理员。",
    "You belong to no unit, and cannot draft. Please tell the administrator."),
  .init("docProblem-no-such-series", "请选择发文字号系列。", "Please choose a series of numbers."),
  .init("docProblem-reason", "请填写理由，不超过500字。", "Please give a reason of at most 500 characters."),
  .init(
    "docProblem-not-to-be-sealed", "文稿写明不用印（sealed: no），不能申请用印。", "The text says that it is not sealed (sealed: no)."),
  .init("docProblem-classified-is-not-open", "有密级的公文不能主动公开。", "A classified document cannot be open to the public."),
  .init(
    "docProblem-other-year", "成文日期不在本年度，不能编号。请修改日期。",
    "The document's date is of another year than today, so that no number can be given. Please change the date."),
  .init(
    "docProblem-asked-themself", "拟稿人和申请人不能批准自己的用印申请，请由其他领导审批。",
    "Who drafted or asked does not grant. Another leader must decide."),
  .init(
    "docProblem-granted-themself", "拟稿人、申请人和批准人不能用印，请由其他印章管理员办理。",
    "Who drafted, asked or granted does not apply the seal. Another keeper must do it."),
])
