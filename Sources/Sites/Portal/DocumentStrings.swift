import Web

/// The texts of published documents and their check.
let documentStrings = StringTable([
  .init("navDocuments", "公文", "Documents"),
  .init("homeDocuments", "公文公开与核验", "Documents and their check"),
  .init(
    "homeDocumentsText", "查阅公开发布的公文，核验公文的真伪和是否有效。",
    "Read official documents, and check whether one is genuine and in force."),
  .init("documentsTitle", "公开公文", "Official documents"),
  .init(
    "documentsLead", "这里列出本站公开发布的公文，最新的在前。", "The documents that are published here, the newest first."),
  .init("documentsEmpty", "暂无公开公文。", "Nothing has been published yet."),
  .init("documentsBack", "返回公开公文", "Back to the documents"),
  .init("documentTitle", "公开公文", "Official document"),
  .init("documentNumber", "发文字号", "Document number"),
  .init("documentIssuer", "发文机关", "Issuer"),
  .init("documentDate", "成文日期", "Date"),
  .init("documentPublishedAt", "发布时间", "Published at"),
  .init("documentState", "状态", "State"),
  .init("documentInForce", "已发布，未撤回", "Published, not withdrawn"),
  .init("documentWithdrawn", "已撤回", "Withdrawn"),
  .init("documentWithdrawnAt", "撤回时间", "Withdrawn at"),
  .init("documentReason", "撤回理由", "Reason"),
  .init(
    "documentWithdrawnText", "此公文已撤回，不再有效，请勿据此办理。文件不再提供下载。",
    "This document is withdrawn and no longer in force. Do not act on it. Its files are not given out any more."),
  .init("documentFiles", "文件", "Files"),
  .init("documentOFD", "加盖电子印章的正本（OFD）", "The sealed original (OFD)"),
  .init("documentPDF", "副本（PDF）", "The copy (PDF)"),
  .init("documentSize", "大小", "Size"),
  .init("documentDigest", "SHA-256", "SHA-256"),
  .init("documentDownload", "下载", "Download"),

  .init("documentCheckLink", "核验公文", "Check a document"),
  .init("documentCheckTitle", "核验公文", "Check a document"),
  .init(
    "documentCheckLead", "可以按发文字号查询，也可以上传公文文件，逐项核验印章、签名和发布情况。",
    "Look a document up by its number, or upload its file to have seals, signatures and publication checked step by step."
  ),
  .init("documentCheckByNumber", "按发文字号查询", "By number"),
  .init("documentCheckByFile", "上传文件核验", "By file"),
  .init(
    "documentNumberHint", "例如：安政发〔2026〕12号。空格、全角数字和其他括号均可。",
    "For example 安政发〔2026〕12号; spaces, wide digits and other brackets will do."),
  .init("documentFileLabel", "公文文件", "The document's file"),
  .init("documentFileHint", "OFD 或 PDF，不超过{0}。", "OFD or PDF, at most {0}."),
  .init("documentCheckButton", "核验", "Check"),
  .init(
    "documentCheckPrivacy", "上传的文件只用于本次核验，核验后立即清除，不作保存。",
    "A file is used for this check alone, and forgotten right after it."),
  .init("documentSeal", "印章或签名：", "Seal or signature:"),
  .init(
    "documentNumberWrong", "看不出这是发文字号，请按“安政发〔2026〕12号”的样式填写。",
    "No document number can be seen in this; write it like 安政发〔2026〕12号."),
  .init("documentFileMissing", "请选择要核验的文件。", "Choose the file to be checked."),
  .init("documentFileTooLarge", "文件超过{6}。", "The file is larger than {6}."),
  .init(
    "documentCheckBusy", "核验的人较多，请过几秒再试。", "Many files are being checked at the moment; try again in a few seconds."),
  .init(
    "documentCheckTooMany", "您的网络在短时间内核验的文件较多，请过一刻钟再试。",
    "Many files came from your network; try again in a quarter of an hour."),

  .init("step-holds", "符合", "Holds:"),
  .init("step-fails", "不符", "Fails:"),
  .init("step-unknown", "不明", "Unknown:"),
  .init("step-remark", "说明", "Remark:"),
  .init("published-holds", "文件与本站发布的公文逐字节一致", "The file is, byte for byte, what is published here"),
  .init("published-fails", "文件不是本站发布的公文", "The file is not a document that is published here"),
  .init("number-holds", "本站发布过该文号的公文", "A document of this number was published here"),
  .init("number-fails", "本站未发布过该文号的公文", "No document of this number was published here"),
  .init("force-holds", "公文未撤回", "The document is not withdrawn"),
  .init("force-fails", "公文已撤回", "The document is withdrawn"),
  .init("checked-unknown", "文件的印章和签名未能核验", "Seals and signatures of the file could not be checked"),

  .init("verdict-good", "核验通过", "Genuine"),
  .init(
    "verdictText-good", "印章和签名完好可信，文件就是本站发布的公文，且未撤回。",
    "Seals and signatures are right and trusted; the file is the document that is published here, and it is not withdrawn."
  ),
  .init("verdict-withdrawn", "公文已撤回", "Withdrawn"),
  .init(
    "verdictText-withdrawn", "此公文已撤回，不再有效，请勿据此办理。理由见公文页面。",
    "This document is withdrawn and no longer in force. Do not act on it. Its page gives the reason."),
  .init("verdict-other", "不是发布的公文", "Not the published document"),
  .init(
    "verdictText-other", "文件所标文号的公文在本站有发布，但此文件与发布的文件不一致。请以下列公文页面的文件为准。",
    "A document of the number that the file bears is published here, and this file is not it. What counts is the file on the page below."
  ),
  .init("verdict-refused", "核验不通过", "Refused"),
  .init(
    "verdictText-refused", "文件的印章或签名有问题，详见以下各项。请勿采信。",
    "Something is wrong with the file's seals or signatures, as the steps below say. Do not rely on it."),
  .init("verdict-unchecked", "未能核验", "Could not be checked"),
  .init(
    "verdictText-unchecked", "此文件未能核验，不能认定真伪。文件可能已损坏。",
    "This file could not be checked, and nothing is confirmed. It may be damaged."),
  .init("verdict-same", "与发布的文件一致，签名未能确认", "The published file; its signatures are not confirmed"),
  .init(
    "verdictText-same", "文件就是本站发布的公文，且未撤回；其中有项目未能确认，详见以下各项。",
    "The file is what is published here, and it is not withdrawn; some steps below could not be confirmed."),
  .init("verdict-unknown", "无法确认", "Not confirmed"),
  .init(
    "verdictText-unknown", "本站未发布过此文件，不能认定它是有效的公文。",
    "This file was not published here; nothing confirms that it is a document in force."),
  .init("verdict-number", "此文号的公文由本站发布，未撤回", "Published here, not withdrawn"),
  .init(
    "verdictText-number", "文号本身不能证明您手中文件的内容。请与下列公文的文件对照，或者上传文件核验。",
    "A number proves nothing about the paper in your hand. Compare it with the file below, or have your file checked."),
  .init("verdict-missing", "未找到", "Not found"),
  .init(
    "verdictText-missing", "本站未发布过该公文。请核对文号，或者向发文机关查询。",
    "No such document was published here. Check the number, or ask the issuer."),
])
