import Web

/// The texts of signing.
let keyStrings = StringTable([
  .init(
    "deskFooter", "本站除办理签名外不使用脚本，不作跟踪。请勿在网上传递涉及国家秘密的内容。",
    "This site runs no script but the one that signs acts, and no trackers. Do not send state secrets over the network."
  ),
  .init("keysTitle", "签名密钥", "Signing keys"),
  .init(
    "keysText", "登记后，您在本浏览器中签收、答复、不予受理来信时，将用您的密钥签名，作为本人办理的凭据。密钥保存在浏览器中，不能导出；清除浏览器数据后须重新登记。",
    "Once a key is enrolled, what you sign for, answer or decline in this browser is signed with it, as proof that it was you. The key stays in the browser and cannot be taken out; after clearing the browser's data, enrol another."
  ),
  .init(
    "keysNoScript", "本浏览器未启用脚本或不支持签名，无法登记密钥。不登记也可照常办理，记录中注明未签名。",
    "This browser runs no scripts or cannot sign, so no key can be enrolled. Everything works without one; the record then says that it is not signed."
  ),
  .init("keyEnrol", "在本浏览器中登记密钥", "Enrol a key in this browser"),
  .init("keyNameLabel", "密钥名称", "Name of the key"),
  .init("keyNameHint", "便于您辨认，例如“办公室电脑”。", "To help you recognise it, such as “office computer”."),
  .init("keyOfThisBrowser", "本浏览器", "This browser"),
  .init("keyEnrolled", "登记于", "Enrolled "),
  .init("keyRetired", "停用于", "retired "),
  .init("keyRetire", "停用", "Retire"),
  .init("signsHint", "提交时将用本浏览器中您的密钥签名。", "This will be signed with your key in this browser."),
  .init("badSignatureTitle", "签名无法核验", "The signature is not valid"),
  .init(
    "badSignatureText", "签名与您的密钥、会话或所填内容不符，这一步没有执行。请重新打开页面再试；仍有问题请停用并重新登记密钥，并告知安全员。",
    "The signature does not match your key, your session or what was filled in, and nothing was done. Open the page again and repeat the step; if that does not help, retire the key, enrol another, and tell the security officer."
  ),
  .init(
    "problem-key", "未能登记密钥：浏览器没有给出可用的密钥，或该密钥已经登记过。",
    "The key was not enrolled: the browser gave none that signs, or it is enrolled already."),
  .init("problem-too-many-keys", "有效密钥最多20个，请先停用不用的密钥。", "A person has at most 20 keys. Retire one first."),
])
