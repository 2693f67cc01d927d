import DocumentNotation
import Testing

private let english = """
  form: upward
  mark: 安澜市人民政府文件
  copy-number: 000012
  classification: 秘密★1年
  urgency: 特急
  number: 安政发〔2026〕12号
  signers: 张三
  title: 关于测试的请示
  to: 省人民政府
  issuer: 安澜市人民政府
  date: 2026-11-28
  sealed: no
  seal-millimetres: 45
  note: 此件公开发布
  copies: 市委
  printer: 市政府办公室
  printed: 2026-11-29
  check-address: https://an.example.cn/check
  """

private let words = [
  ("form: upward", "格式: 上行文"), ("mark", "发文机关标志"), ("copy-number", "份号"), ("classification", "密级"), ("urgency", "紧急程度"),
  ("number", "发文字号"), ("signers", "签发人"), ("title", "标题"), ("to", "主送"), ("issuer", "发文机关"), ("date", "成文日期"),
  ("sealed: no", "盖章：否"), ("seal-millimetres", "印章直径"), ("note", "附注"), ("copies", "抄送"), ("printer", "印发机关"),
  ("printed", "印发日期"), ("check-address", "查验地址"),
]

private func read(_ head: String) throws(NotationError) -> OfficialDocument {
  try OfficialDocument(notation: Array((head + "\n\n正文。").utf8))
}

/// The head with a key in Chinese.
private func line(_ line: Substring, _ pair: (String, String)) -> String {
  if pair.0.contains(":") { return line == pair.0 ? pair.1 : String(line) }
  return line.hasPrefix(pair.0 + ":") ? pair.1 + line.dropFirst(pair.0.count) : String(line)
}

@Suite struct KeysInChinese {
  @Test func `mean what the English ones mean, each alone and all together`() throws {
    let lines = english.split(separator: "\n")
    #expect(words.count == lines.count)
    let expected = summary(try read(english))
    for pair in words {
      #expect(summary(try read(lines.map { line($0, pair) }.joined(separator: "\n"))) == expected, "\(pair)")
    }
    let all = lines.enumerated().map { line($0.element, words[$0.offset]) }.joined(separator: "\n")
    #expect(!all.contains("form"))
    #expect(summary(try read(all)) == expected)
  }

  /// All but the places, which the lengths of the keys move.
  private func summary(_ document: OfficialDocument) -> [String] {
    let texts = [
      document.mark, document.copyNumber, document.classification, document.urgency, document.number,
      document.addressees, document.issuer, document.date.place, document.note, document.copies, document.printer,
      document.printed?.place, document.checkAddress,
    ]
    return texts.map { $0?.text ?? "–" } + (document.signers + document.title).map(\.text)
      + ["\(document.form) \(document.isSealed) \(document.sealMillimetres)"]
  }

  @Test func `stand once, in whichever language`() throws {
    for (first, second) in [("title", "标题"), ("标题", "title"), ("标题", "标题")] {
      let head = english.replacing("title: 关于测试的请示", with: "\(first): 甲\n\(second): 乙")
      let error = #expect(throws: NotationError.self) { try read(head) }
      #expect(error?.line == 9 && error?.reason.hasPrefix("“\(second)” is here a second time, first in line 8") == true)
      #expect(error?.chinese.hasPrefix("第9行第1个字符：“\(second)”重复，第8行已有") == true)
    }
  }

  @Test(arguments: [
    ("title: 关于测试的请示", "题目: 甲", "没有“题目”这一项目，可用的有：格式、"), ("title: 关于测试的请示", "标题:", "“标题”没有内容"),
    ("title: 关于测试的请示\n", "", "文头缺少“标题”，请加“标题: …”"), ("date: 2026-11-28", "date: 今天", "不是日期"),
    ("form: upward", "格式: 命令", "尚不能排"), ("form: upward", "form: other", "“格式”应为通用、上行文或信函"),
    ("sealed: no", "盖章: 不", "“盖章”应为yes或no或是或否"), ("copy-number: 000012", "份号: 12", "6位"),
    ("number: 安政发〔2026〕12号", "number: 安政发[2026]12号", "六角括号"), ("秘密★1年", "绝密", "不得用本软件制作"),
    ("note: 此件公开发布", "note: 此件\u{202E}公开", "从右向左"),
  ]) func `get errors in Chinese`(old: String, new: String, chinese: String) throws {
    let error = #expect(throws: NotationError.self) { try read(english.replacing(old, with: new)) }
    #expect(error?.chinese.contains(chinese) == true, "\(error?.chinese ?? "")")
    #expect(error?.reason.isEmpty == false)
  }

  @Test(arguments: [
    "http://an.example.cn/", "https://", "https:///check", "https://a b.cn", "https://市政府.cn",
    "https://me@an.example.cn",
    "HTTPS://an.example.cn", "https://an.example.cn/<x>", "https://" + String(repeating: "a", count: 193),
  ]) func `take https addresses alone`(address: String) {
    let error = #expect(throws: NotationError.self) {
      try read(english.replacing("https://an.example.cn/check", with: address))
    }
    #expect(error?.line == 18 && error?.chinese.contains("查验地址") == true)
  }
}
