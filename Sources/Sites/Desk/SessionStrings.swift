import Web

/// The texts of coming in, of who one is, and of what is not allowed.
let sessionStrings = StringTable([
  .init("navMe", "本人", "My page"),
  .init("loginTitle", "进入办公台", "Sign in to the desk"),
  .init(
    "loginText", "请核对证书所属人员。不是本人的，请关闭浏览器后选择自己的证书。",
    "Please check whose certificate this is. If it is not yours, restart the browser and choose your own."),
  .init("login", "进入", "Sign in"),
  .init("logout", "安全退出", "Sign out"),
  .init("logoutEverywhere", "退出全部登录", "Sign out everywhere"),
  .init("meTitle", "本人信息", "My page"),
  .init("nameLabel", "姓名", "Name"),
  .init("personLabel", "人员编号", "Identifier"),
  .init("unitLabel", "单位", "Unit"),
  .init("rolesLabel", "角色", "Roles"),
  .init("mailboxesLabel", "负责信箱", "Mailboxes"),
  .init("standsInLabel", "正在代理", "Acting for"),
  .init("certificateLabel", "证书指纹（SHA-256）", "Certificate's fingerprint (SHA-256)"),
  .init("lastLoginLabel", "上次登录", "Last sign-in"),
  .init("firstLogin", "首次登录", "This is your first visit"),
  .init(
    "lastLoginHint", "上次登录时间与您的记忆不符时，请立即报告安全员。",
    "If this is not what you remember, tell the security officer at once."),
  .init("role-clerk", "收发员", "Clerk"),
  .init("role-leader", "领导", "Leader"),
  .init("role-handler", "承办人", "Handler"),
  .init("role-sealkeeper", "印章管理员", "Seal keeper"),
  .init("role-administrator", "系统管理员", "Administrator"),
  .init("role-security-officer", "安全员", "Security officer"),
  .init("endedTitle", "会话已结束", "The session has ended"),
  .init(
    "endedText", "会话已结束，这一步没有执行。请重新进入后再试。",
    "The session has ended, and nothing was done. Please sign in again and repeat the step."),
  .init("endedKept", "您填写的内容（请复制保存）", "What you wrote (please copy it)"),
  .init("foreignSessionTitle", "会话与证书不符", "The session belongs to another certificate"),
  .init(
    "foreignSessionText", "浏览器送来的会话属于另一张证书，已被终止。请重新进入；如非本人操作，请报告安全员。",
    "The browser sent a session that belongs to another certificate; the session was ended. Please sign in again, and tell the security officer if this was not you."
  ),
  .init("notAllowedTitle", "没有权限", "Not allowed"),
  .init(
    "notAllowedText", "您的角色不包含这项操作。如工作需要，请联系系统管理员。",
    "Your roles do not include this. Ask the administrator if your work needs it."),
  .init("refusedTitle", "未能保存", "Not saved"),
  .init(
    "problem-identifier", "编号只能用小写字母、数字和连字符（人员编号还可用点），不超过32个字符，单位编号以字母开头。",
    "An identifier has lower-case letters, digits and hyphens (a person's also dots), at most 32; a unit's begins with a letter."
  ),
  .init("problem-identifier-taken", "该编号已被使用。", "This identifier is taken."),
  .init("problem-name", "请填写名称，不超过60字。", "Please give a name of at most 60 characters."),
  .init("problem-no-such-unit", "单位不存在。", "There is no such unit."),
  .init("problem-unit-too-deep", "单位最多四级。", "Units have at most four levels."),
  .init("problem-unit-under-itself", "单位不能置于自身之下。", "A unit cannot stand under itself."),
  .init(
    "problem-unit-in-use", "该单位仍有人员、信箱或下级单位，不能删除。",
    "People, mailboxes or units still belong to this unit; it cannot be removed."),
  .init(
    "problem-barred-roles", "所选角色不能由同一人兼任：安全员不得兼任其他角色，系统管理员不得兼任收发员、领导、承办人。",
    "Nobody may hold these roles together: a security officer holds no other, and an administrator is no clerk, leader or handler."
  ),
  .init("problem-role", "角色不存在。", "There is no such role."),
  .init("problem-no-such-mailbox", "信箱不存在。", "There is no such mailbox."),
  .init("problem-fingerprint", "指纹应为64位十六进制数。", "A fingerprint has 64 hexadecimal digits."),
  .init("problem-fingerprint-taken", "该证书已登记给其他人员。", "This certificate belongs to another person."),
  .init(
    "problem-oneself", "不能修改本人的单位、角色、信箱和证书，也不能删除本人。请由其他管理员办理。",
    "Nobody changes their own unit, roles, mailboxes or certificates, or removes themself. Ask another administrator."),
  .init("problem-no-such-person", "人员不存在。", "There is no such person."),
  .init(
    "problem-delegate-role", "不能代理：双方须有可代理的角色，且代理后不得违反角色互斥的规定。",
    "This cannot be delegated: both need roles that handle letters, and together they must not bar each other."),
  .init(
    "problem-delegation-time", "结束时间须晚于开始时间和现在，且不超过366天。",
    "The end must be after the beginning and after now, and at most 366 days away."),
])
