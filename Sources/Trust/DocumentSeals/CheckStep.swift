/// One thing that was looked at, and what was found.
public struct CheckStep: Equatable, Sendable {
  public enum Code: String, CaseIterable, Sendable {
    case document
    case sealed
    case signatureFiles = "signature-files"
    case files
    case unlisted
    case sealStructure = "seal-structure"
    case sealFile = "seal-file"
    case signedFile = "signed-file"
    case signature
    case sealSignature = "seal-signature"
    case sealer
    case sealDates = "seal-dates"
    case certificateDates = "certificate-dates"
    case time
    case place
    case picture
    case maker
    case chain
    case revocation
    case pdfDocument = "pdf-document"
    case pdfContent = "pdf-content"
    case pdfSeal = "pdf-seal"
    case pdfCoverage = "pdf-coverage"
    case pdfAdditions = "pdf-additions"
    case cms
    case digest
    case signingCertificate = "signing-certificate"
    case documentStamp = "document-stamp"
  }

  public enum Outcome: String, Sendable {
    case holds
    case fails
    /// It cannot be told, from what was given: no ground to refuse, and none to believe.
    case unknown
    /// Worth knowing, without a weight of its own.
    case remark
  }

  public let code: Code
  public let outcome: Outcome
  /// Names, paths and dates; may hold text of strangers. Empty where there is nothing to add.
  public let detail: String

  /// - Parameter detail: may hold text of strangers; empty where there is nothing to add.
  public init(_ code: Code, _ outcome: Outcome, _ detail: String = "") {
    self.code = code
    self.outcome = outcome
    self.detail = detail
  }

  init(_ code: Code, _ holds: Bool, _ detail: String = "") { self.init(code, holds ? .holds : .fails, detail) }

  public var chinese: String { words.chinese }
  public var english: String { words.english }

  private typealias Words = (chinese: String, english: String)

  private var words: Words {
    switch outcome {
    case .holds: Self.holding[code] ?? ("", "")
    case .fails: Self.failing[code] ?? ("", "")
    case .unknown, .remark: Self.open[code] ?? Self.failing[code] ?? ("", "")
    }
  }

  private static let holding: [Code: Words] = [
    .document: ("文件是完整的OFD文档", "the file is a whole OFD document"),
    .sealed: ("文档已盖章", "the document is sealed"),
    .signatureFiles: ("签名文件齐全", "the signature's files are there"),
    .files: ("被签文件均未改动", "no signed file was changed"),
    .unlisted: ("签名覆盖全部文件", "the signature covers every file"),
    .sealStructure: ("印章和签章数据符合GB/T 38540-2020", "seal and signed value are as GB/T 38540-2020 has them"),
    .sealFile: ("印章文件与签章数据中的印章一致", "the seal's file is the seal that was applied"),
    .signedFile: ("签章所指的签名文件未改动", "the signed value is over this signature file"),
    .signature: ("签章值验证通过", "the sealer's signature is right"),
    .sealSignature: ("印章由其制章人签名，未被改动", "the maker's signature on the seal is right"),
    .sealer: ("签章人在印章的证书列表中", "the seal names the sealer's certificate"),
    .sealDates: ("印章在有效期内", "the seal was valid at that time"),
    .certificateDates: ("证书在有效期内", "the certificate was in date"),
    .place: ("印章所在页面存在", "the seal stands on pages of the document"),
    .picture: ("印章图像可用", "the seal's picture can be used"),
    .maker: ("制章人可信", "the seal's maker is trusted"),
    .chain: ("签章人证书可信", "the sealer's certificate is trusted"),
    .revocation: ("证书未被吊销", "the certificate is not revoked"),
    .time: ("时间戳证明签章时间", "a time stamp proves the time of sealing"),
    .pdfDocument: ("文件是完整的PDF文档，只有一种读法", "the file is a whole PDF with one meaning"),
    .pdfContent: ("文档仅含页面内容", "the document holds pages and nothing else"),
    .pdfSeal: ("签章认证整个文档，不允许任何改动", "the seal certifies the document and allows no change"),
    .pdfCoverage: ("签名覆盖除签名值外的全部字节", "the signature is over every byte but its own value"),
    .pdfAdditions: ("盖章后文档未改动", "the document was not changed after sealing"),
    .cms: ("签名数据符合PAdES", "the signed data is as PAdES has it"),
    .digest: ("被签内容未改动", "the signed bytes were not changed"),
    .signingCertificate: ("签名指明的证书与所附证书一致", "the certificate is the one that was signed"),
    .documentStamp: ("文档时间戳有效", "a time stamp over the document is right"),
  ]

  private static let failing: [Code: Words] = [
    .document: ("文件不是完整的OFD文档", "the file is no OFD document, or has more than one meaning"),
    .sealed: ("文档未盖章", "the document is not sealed"),
    .signatureFiles: ("签名文件缺失或无法读取", "a file of the signature is missing or cannot be read"),
    .files: ("被签文件缺失或已被改动", "a signed file is missing or was changed"),
    .unlisted: ("存在未被签名覆盖的文件", "there are files that the signature does not cover"),
    .sealStructure: ("印章或签章数据不符合GB/T 38540-2020", "seal or signed value are not as GB/T 38540-2020 has them"),
    .sealFile: ("印章文件缺失，或与签章数据中的印章不一致", "the seal's file is missing, or not the seal that was applied"),
    .signedFile: ("签章所指的签名文件已被改动", "the signed value is over another signature file"),
    .signature: ("签章值验证不通过", "the sealer's signature is wrong"),
    .sealSignature: ("印章的制章人签名验证不通过", "the maker's signature on the seal is wrong"),
    .sealer: ("签章人不在印章的证书列表中", "the seal does not name the sealer's certificate"),
    .sealDates: ("印章不在有效期内", "the seal was not valid at that time"),
    .certificateDates: ("证书不在有效期内", "the certificate was not in date"),
    .time: ("签章时间不合理", "the time of sealing is impossible"),
    .place: ("印章不在文档页面上", "the seal stands on no page of the document"),
    .picture: ("印章图像不可用", "the seal's picture cannot be used"),
    .maker: ("制章人证书无法读取", "the maker's certificate cannot be read"),
    .chain: ("签章人证书不可信", "the sealer's certificate is not trusted"),
    .revocation: ("证书已被吊销", "the certificate is revoked"),
    .pdfDocument: ("文件不是完整的PDF文档，或有多种读法", "the file is no whole PDF, or has more than one meaning"),
    .pdfContent: ("文档含有不允许的内容", "the document holds what a sealed one must not"),
    .pdfSeal: ("签章未认证整个文档，或被改动", "the seal does not certify the document, or was changed"),
    .pdfCoverage: ("签名未覆盖全部字节", "the signature is not over every byte"),
    .pdfAdditions: ("盖章后文档被改动", "the document was changed after sealing"),
    .cms: ("签名数据不符合PAdES", "the signed data is not as PAdES has it"),
    .digest: ("被签内容已被改动", "the signed bytes were changed"),
    .signingCertificate: ("签名指明的证书与所附证书不一致", "the certificate is not the one that was signed"),
    .documentStamp: ("文档时间戳无效", "a time stamp over the document is wrong"),
  ]

  /// Where it can be said neither that a step holds nor that it fails, and of remarks.
  private static let open: [Code: Words] = [
    .document: ("不支持此种OFD文档", "this kind of OFD document is not supported"),
    .sealed: ("文档未盖章，或印章已被移除", "the document bears no seal, or it was removed"),
    .files: ("不支持此种摘要算法", "digests of this kind are not supported"),
    .sealStructure: ("不支持此版本或此种扩展的签章数据", "seals of this version, or with this extension, are not supported"),
    .sealFile: ("文档未单列印章文件", "the document has no file of the seal's own"),
    .signature: ("不支持此种签名算法", "signatures of this kind are not supported"),
    .sealSignature: ("不支持此种签名算法", "signatures of this kind are not supported"),
    .time: ("签章时间", "time of sealing"),
    .place: ("未载明印章位置", "where the seal stands is not stated"),
    .picture: ("不支持此种印章图像", "pictures of this kind are not supported"),
    .maker: ("制章人不在信任列表中", "the seal's maker is not among those trusted"),
    .chain: ("签章人证书无法追溯到信任的机构", "the sealer's certificate leads to no trusted authority"),
    .revocation: ("未能查询证书吊销状态", "whether the certificate is revoked is not known"),
    .pdfDocument: ("不支持此种PDF文档", "this kind of PDF is not supported"),
    .pdfContent: ("文档含有不支持的内容", "the document holds what is not supported"),
    .pdfSeal: ("不支持此种PDF签名", "signatures of this form are not supported"),
    .pdfCoverage: ("不支持此种PDF签名", "signatures of this form are not supported"),
    .cms: ("不支持此种签名算法", "signatures of this kind are not supported"),
    .documentStamp: ("文档时间戳", "a time stamp over the document"),
  ]
}

/// What all steps come to.
public enum CheckVerdict: String, Sendable {
  /// No step fails, and none is unknown; remarks may be there.
  case genuine
  /// Nothing is wrong, and something could not be told.
  case unproven
  /// Something is wrong.
  case refused

  public init(_ steps: some Sequence<CheckStep>) {
    var verdict = CheckVerdict.genuine
    for step in steps {
      if step.outcome == .fails { verdict = .refused }
      if step.outcome == .unknown, verdict == .genuine { verdict = .unproven }
    }
    self = verdict
  }

  public var chinese: String {
    switch self {
    case .genuine: "验证通过"
    case .unproven: "无法确认"
    case .refused: "验证不通过"
    }
  }
}
