/// The texts of the layout and of error pages.
public let sharedStrings = StringTable([
  .init("skip", "跳到正文", "Skip to the content"),
  .init("switchLanguage", "English", "中文"),
  .init("mainNavigation", "主导航", "Main"),
  .init("notices", "提醒", "Notices"),
  .init("errorPrefix", "有错误：", "Error: "),
  .init("errorHeading", "请改正以下问题：", "Please correct the following:"),
  .init(
    "footer", "本站不使用脚本，不作跟踪。请勿在网上传递涉及国家秘密的内容。",
    "This site uses neither scripts nor trackers. Do not send state secrets over the network."),
  .init("backHome", "返回首页", "Back to the home page"),
  .init("previousPage", "上一页", "Previous"),
  .init("nextPage", "下一页", "Next"),
  .init("pages", "分页", "Pages"),
  .init("pageNumber", "页码：", "Page "),
  .init("elapsedMinute", "{0}分钟", "{0} minute"),
  .init("elapsedMinutes", "{0}分钟", "{0} minutes"),
  .init("elapsedHours", "{0}小时", "{0} hours"),
  .init("elapsedDays", "{0}天", "{0} days"),
  .init("badRequestTitle", "无法识别的请求", "The request could not be read"),
  .init(
    "badRequestText", "浏览器提交的内容不完整或格式有误。请返回上一页重试。",
    "What the browser sent is incomplete or malformed. Please go back and try again."),
  .init("forgedTitle", "页面已失效", "This page is no longer valid"),
  .init(
    "forgedText", "表单不是从本次访问的页面提交的，或者页面停留时间过长，会话已结束。请从首页重新开始。",
    "The form was not sent from a page of this visit, or the visit has ended because the page was open for too long. Please start again from the home page."
  ),
  .init("notFoundTitle", "页面不存在", "Page not found"),
  .init("notFoundText", "请检查网址，或返回首页。", "Please check the address, or go back to the home page."),
  .init("methodTitle", "不支持此操作", "This is not supported here"),
  .init("methodText", "请返回首页，从页面上的链接和按钮进入。", "Please go back to the home page and use its links and buttons."),
  .init("tooLargeTitle", "内容过大", "Too large"),
  .init(
    "tooLargeText", "提交的内容超过上限，未予接收，未保留任何部分。请返回上一页，减少或压缩附件后重试。",
    "What was sent is larger than the limit. It was not accepted, and no part of it was kept. Please go back, remove or shrink attachments and try again."
  ),
  .init("tooManyTitle", "操作过于频繁", "Too many attempts"),
  .init(
    "tooManyText", "为保护来信人，短时间内的次数有限。请过一段时间再试。",
    "To protect those who write, attempts are limited. Please try again after a while."),
  .init("unavailableTitle", "暂时无法办理", "Not possible right now"),
  .init("unavailableText", "系统暂时无法处理，请稍后再试。", "The system cannot do this at the moment. Please try again later."),
  .init("insideTitle", "系统出错", "Something went wrong"),
  .init(
    "insideText", "系统内部错误，已作记录。请稍后再试。",
    "An internal error occurred and was recorded. Please try again later."),
])
