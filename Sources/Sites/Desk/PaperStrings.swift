import Web

/// The texts of papers that were made elsewhere.
let paperStrings = StringTable([
  .init("paperNew", "上传文件用印", "Bring a paper to be sealed"),
  .init("paperChange", "修改用印文件", "Change the paper"),
  .init(
    "paperHint",
    "用于证明、合同、表单等非公文材料的内部用印。文件上传后重新打印为PDF，表单、脚本、附件和图层随之去除；未设为可打印的批注和表单项不会出现，请先核对版面。审批和用印的均为打印后的版面。用印文件不编号，不发布，不分发。涉密内容不得上传。",
    "For certificates, contracts and forms that are no official documents. The file is printed anew: forms become text, and scripts, attachments and layers are gone. Notes and fields that are not set to print do not appear: look at the pages. What is granted and sealed is what was printed. It bears no number, and is neither published nor delivered. Nothing classified may be brought."
  ),
  .init("uploadsBusy", "上传的文件过多，请稍后再试。", "Too many files are being uploaded. Please try again shortly."),
  .init("paperTitle", "名称", "Title"),
  .init("paperTitleHint", "不超过120字，例如“张三在职证明”。", "At most 120 characters."),
  .init("paperFile", "PDF文件", "PDF file"),
  .init("paperFileHint", "不超过16 MB。", "At most 16 MB."),
  .init("paperFileKept", "不选择则沿用原文件。不超过16 MB。", "Without a choice the file stays as it is. At most 16 MB."),
  .init("paperPage", "用印页码", "Page of the seal"),
  .init("paperPageHint", "留空为最后一页。", "Left empty: the last one."),
  .init("paperLeft", "印章中心距左边（毫米）", "Seal's centre from the left edge (mm)"),
  .init("paperTop", "印章中心距上边（毫米）", "Seal's centre from the upper edge (mm)"),
  .init("paperPlaceHint", "两项均留空时位于页面右下方。", "Both left empty: below on the right."),
  .init("paperSave", "保存并查看版面", "Save and look at the pages"),
  .init("paperNoNumber", "用印文件不编号", "A paper bears none"),
  .init(
    "paperLead", "共{0}页，为上传文件重新打印后的版面。红圈为用印位置。",
    "{0} pages, as the file was printed anew. The red circle shows where the seal will stand."),
  .init(
    "paperLeadSealed", "共{0}页。红圈为用印位置；印章在下载的文件中。",
    "{0} pages. The red circle shows where the seal stands; the seal itself is in the file."),
  .init("paperDigest", "用印后PDF的SHA-256", "SHA-256 of the sealed PDF"),
  .init("paperFilePlain", "下载PDF（未用印）", "PDF, without seal"),
  .init("paperFileSealed", "下载PDF（已用印）", "PDF, sealed"),
  .init(
    "paperGrant", "批准后由印章管理员对下列版面用印。用印文件不编号。",
    "Once granted, the seal's keeper seals the pages below. No number is given."),
  .init("docEvent-granted-paper", "批准用印", "Seal granted"),
  .init("endPaper", "文件退回拟稿，须重新申请用印。", "The paper is a draft again, and the seal has to be asked for anew."),
  .init("docProblem-paper-title", "请填写名称，一行，不超过120字。", "Please give a title: one line of at most 120 characters."),
  .init("docProblem-paper-too-large", "文件超过16 MB。", "The file is larger than 16 MB."),
  .init("docProblem-not-a-pdf", "请选择PDF文件。", "Please choose a PDF file."),
  .init(
    "docProblem-not-printed", "文件无法打印：可能已加密、已损坏或过于复杂。请在原程序中另存或“打印为PDF”后再上传。",
    "The file could not be printed: it may be encrypted, damaged or too complex. Please save it anew, or print it to a PDF, and bring that."
  ),
  .init(
    "docProblem-paper-form", "文件含有不能用印的内容（如透明蒙版），或超过页数限制。请在原程序中以图片方式“打印为PDF”后再上传。",
    "The file holds something that cannot be sealed, such as a mask, or too many pages. Please print it to a PDF as pictures, and bring that."
  ),
  .init(
    "docProblem-paper-place", "用印位置有误：页码应在文件页数之内，距左和距上应同时填写，且在页面之内。",
    "The place is none on the paper: the page has to be one of the file's, and both distances are given, or neither."),
  .init(
    "docProblem-seal-off-page", "印章超出页面。请修改用印位置。",
    "The seal would not lie on the page as a whole. Please change its place."),
  .init(
    "docProblem-seal-signs-no-pdf", "这枚印章没有PDF签名密钥，不能用于此文件。请选择其他印章。",
    "This seal has no key for PDF. Please choose another."),
  .init(
    "docProblem-no-printer", "本系统未安装打印程序（poppler-utils、poppler-data），或内核不支持隔离。请联系系统管理员。",
    "The printing program (poppler-utils, poppler-data) is not installed, or the kernel cannot contain it. Please tell the administrator."
  ),
  .init(
    "docProblem-other-kind", "此件为上传的用印文件，不适用于公文的这一步；或此件为公文，请在公文页面办理。",
    "This is a paper where a document is meant, or the other way round."),
])
