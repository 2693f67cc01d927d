import Web

/// The texts of what stands above pages.
let noticeStrings = StringTable([
  .init(
    "noticesUndelivered", "近14天有{0}封来信的短信通知未能发出，请通过其他方式告知来信人：",
    "In the last 14 days the text messages about {0} letters could not be sent; please tell their authors in another way:"
  ),
  .init(
    "noticeOwnCertificate", "您的证书还有{0}天到期（{1}），到期后将无法进入办公台。请尽快联系系统管理员换发并登记新证书。",
    "Your certificate expires in {0} days ({1}); after that you can no longer sign in. Ask the administrator for a new one now."
  ),
  .init(
    "noticeCertificateEnds", "证书“{0}”还有{3}天到期（{2}；配置项 {1}）。请换发新证书并替换文件。",
    "The certificate “{0}” expires in {3} days ({2}; {1} in zone.yaml). Issue a new one and replace the file."),
  .init(
    "noticeCertificateEnded", "证书“{0}”已于{2}到期（配置项 {1}）。请立即换发新证书并替换文件。",
    "The certificate “{0}” expired at {2} ({1} in zone.yaml). Issue a new one and replace the file at once."),
  .init(
    "noticeListOverdue", "“{0}”的证书吊销列表应于{1}前更新，现已逾期。{2}请签发新列表并导入（guandu ca crl、guandu trust import-crl）。",
    "The list of revocations of “{0}” should have been replaced before {1}. {2} Publish the next one and import it (guandu ca crl, guandu trust import-crl)."
  ),
  .init(
    "noticeListMissing", "尚无“{0}”的证书吊销列表。{1}请签发列表并导入（guandu ca crl、guandu trust import-crl）。",
    "There is no list of revocations of “{0}”. {1} Publish one and import it (guandu ca crl, guandu trust import-crl)."),
  .init("noticeListOverdueAlert", "其后的吊销在本区尚未生效。", "Revocations since then do not count here."),
  .init("noticeListMissingAlert", "该机构的吊销在本区尚未生效。", "What that authority revokes does not count here."),
  .init("noticeListRefuses", "按配置，该机构签发的证书一律不予接受。", "As configured, no certificate under that authority is accepted."),
])
