/// A key of the head. Both words mean the same; a document may use either for each key.
enum HeadKey: String, CaseIterable {
  case form, mark
  case copyNumber = "copy-number"
  case classification, urgency, number, signers, title, to, issuer, date, sealed
  case sealMillimetres = "seal-millimetres"
  case note, copies, printer, printed
  case checkAddress = "check-address"

  var english: String { rawValue }

  var chinese: String {
    switch self {
    case .form: "格式"
    case .mark: "发文机关标志"
    case .copyNumber: "份号"
    case .classification: "密级"
    case .urgency: "紧急程度"
    case .number: "发文字号"
    case .signers: "签发人"
    case .title: "标题"
    case .to: "主送"
    case .issuer: "发文机关"
    case .date: "成文日期"
    case .sealed: "盖章"
    case .sealMillimetres: "印章直径"
    case .note: "附注"
    case .copies: "抄送"
    case .printer: "印发机关"
    case .printed: "印发日期"
    case .checkAddress: "查验地址"
    }
  }

  /// Nil for a word that is none of them.
  init?(word: String) {
    guard let key = Self.allCases.first(where: { $0.english == word || $0.chinese == word }) else {
      return nil
    }
    self = key
  }
}
