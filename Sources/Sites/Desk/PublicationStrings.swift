import Web

/// The texts of publishing and withdrawing documents.
let publicationStrings = StringTable([
  .init("docEvent-published", "发布到门户", "Sent to the portal"),
  .init("docEvent-withdrawn", "撤回", "Withdrawn"),
  .init("docStep-publish", "发布到门户", "Publish"),
  .init("docStep-withdraw", "撤回…", "Withdraw…"),
  .init("publicationHeading", "公开发布", "Publication"),
  .init("publicationState", "发布状态", "State"),
  .init("publishedBy", "发布", "Published"),
  .init("withdrawnBy", "撤回", "Withdrawn"),
  .init("publication-sent", "正在送往门户，尚无回执", "On its way to the portal; no receipt yet"),
  .init("publication-delivered", "已送达门户", "Delivered to the portal"),
  .init("publication-refused", "门户拒收：{0}（{1}）", "Refused by the portal: {0} ({1})"),
  .init("publication-withdrawal-sent", "撤回通知正在送往门户，尚无回执", "The withdrawal is on its way to the portal; no receipt yet"),
  .init("publication-withdrawal-delivered", "已从门户撤回", "Withdrawn from the portal"),
  .init("publication-withdrawal-refused", "门户拒收撤回通知：{0}（{1}）", "The portal refused the withdrawal: {0} ({1})"),
  .init("refusedDocument-policy", "门户一侧的链路配置不允许此类内容", "the portal's side of the link lets nothing of this kind in"),
  .init("refusedDocument-off", "门户未配置可信的制章人和机构", "the portal names nobody to believe seals from"),
  .init(
    "refusedDocument-duplicate", "门户已有同一文号、同一文件或同一标识的公文",
    "the portal has another document of this number, file or identifier"),
  .init("refusedDocument-check", "门户对印章或签名的核验不通过", "seals or signatures do not hold at the portal"),
  .init("refusedDocument-other", "门户未能接收", "the portal did not take it"),
  .init("publishTitle", "发布到门户", "Publish"),
  .init(
    "publishText", "公文的正本、副本、文号、标题、发文机关和成文日期将在门户公开，任何人都可以查阅和下载。",
    "The original, the copy, number, title, issuer and date will be on the portal, for anybody to read and keep."),
  .init("withdrawTitle", "撤回公文", "Withdraw"),
  .init(
    "withdrawText", "门户和收到此公文的单位都将得知公文已撤回及其理由；门户不再提供下载。撤回后不能再次发布或分发此公文。",
    "The portal and the offices that have it will say that this document is withdrawn, and why; the portal gives its files out no more. It cannot be published or delivered again."
  ),
  .init("withdrawReason", "撤回理由（公开或告知收文单位）", "Reason, for all who have it"),
  .init("withdrawReasonHint", "1 至 500 字。", "1 to 500 characters."),
  .init(
    "publishPolicy", "链路配置不允许发送：{0}。请运维人员在内网 zone.yaml 的链路中加入：{1}。",
    "The link lets it not out: {0}. The operator has to add to the link in the intranet's zone.yaml: {1}."),
  .init("publishPolicyOther", "策略中该规则所要求的内容", "what this rule names"),
  .init(
    "docProblem-not-open", "公开属性不是“主动公开”，不能发布。", "Its disclosure attribute does not say that it is open to the public."),
  .init("docProblem-already-published", "此公文已经发布或已撤回。", "This document was published already, or withdrawn."),
  .init("docProblem-not-published", "此公文尚未发布。", "This document is not published."),
  .init("docProblem-already-withdrawn", "此公文已经撤回。", "This document is withdrawn already."),
  .init(
    "docProblem-not-publishable", "此公文的文号、标题或文件不能用于发布。", "Its number, title or files are none that the portal shows."),
  .init("docPolicy", "链路配置不允许发送此内容。", "The link's policy does not let this out."),
])
