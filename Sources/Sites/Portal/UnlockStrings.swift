import Web

/// The texts of lifting a lock.
let unlockStrings = StringTable([
  .init(
    "letterLocked", "该信件编码的查询次数过多，已暂时锁定。可用来信时的手机号码解锁，或者{5}后再试。",
    "Too many attempts with this letter code; it is locked for now. Unlock it with the mobile number that you gave, or try again in {5}."
  ),
  .init(
    "unlockBusy", "当前访问量较大，本次申请尚未受理，未发送验证码。请稍候几秒后重试。",
    "The site is very busy, so no code was sent. Please try again in a few seconds."),
  .init("unlockLink", "用手机号码解锁", "Unlock with my mobile number"),
  .init("unlockTitle", "解除查询锁定", "Unlock a letter"),
  .init(
    "unlockText", "请填写信件编码和来信时使用的手机号码。两者相符时，将向该号码发送验证码。",
    "Please enter the letter code and the mobile number that you gave with the letter. If they belong together, a code is sent to that number."
  ),
  .init("unlockPhoneLabel", "来信时的手机号码", "Mobile number given with the letter"),
  .init("unlockCodeWrong", "信件编码不完整或有误，请检查。", "The letter code is not valid. Please check it."),
  .init(
    "unlockSent", "如信件编码与手机号码相符，验证码已发送。没有收到时，请检查两者后重试。",
    "If code and number belong together, a code has been sent. If none arrives, check both and try again."),
  .init("unlockDo", "解除锁定", "Unlock"),
  .init("unlockAgain", "重新填写", "Start again"),
  .init("unlocked", "锁定已解除，请重新查询。", "The letter is unlocked. Please look it up again."),
  .init(
    "smsUnlock", "【政务信箱】您正在解除来信查询锁定，验证码为 {0}，15分钟内有效。非本人操作请勿理会，也勿告诉他人。官方网址：{1}",
    "【政务信箱】The code to unlock your letter is {0}. It is valid for 15 minutes. If you did not ask for it, ignore it and do not share it. Official site: {1}"
  ),
])
