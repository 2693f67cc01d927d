import Web

/// The texts of fetching a certificate by a link.
let enrolmentStrings = StringTable([
  .init("back", "返回", "Back"),
  .init("enrolOffer", "生成一次性领证链接", "Make a one-time link for a certificate"),
  .init("enrolLinkTitle", "一次性领证链接", "One-time link"),
  .init(
    "enrolLinkText", "请当面或通过可靠渠道交给本人。链接只显示这一次，只能使用一次；得到链接的人即可领取此人的证书。",
    "Hand it to the person themselves or send it through a channel that you trust. It is shown once and works once; whoever has it gets this person's certificate."
  ),
  .init("enrolHours", "{0}小时内有效。", "Valid for {0} hours."),
  .init("enrolTitle", "领取证书", "Get your certificate"),
  .init("enrolFor", "证书所属人员：", "The certificate is for: "),
  .init(
    "enrolText", "请为证书文件设定密码。下载后将文件（.p12）导入浏览器，导入时需要该密码；导入后请删除文件。",
    "Choose a password for the certificate's file. Import the file (.p12) into the browser, which asks for the password, and then delete the file."
  ),
  .init("enrolPassword", "文件密码", "Password of the file"),
  .init("enrolPasswordHint", "至少12个字符。", "At least 12 characters."),
  .init("enrolAgain", "再次输入", "Repeat the password"),
  .init("enrolDo", "领取", "Get the certificate"),
  .init("enrolPasswordShort", "密码至少12个字符。", "The password needs at least 12 characters."),
  .init("enrolPasswordDiffers", "两次输入的密码不一致。", "The two passwords are not the same."),
  .init("act-enrolment.offered", "生成领证链接", "Made a one-time link for a certificate"),
  .init("act-enrolment.used", "用链接领取证书", "Got a certificate by a link"),
])
