import Web

/// What the notation and the layout find wrong, in Chinese: their errors are written in English for the command line.
///
/// A template's `{0}`, `{1}`, … stand for what the error has at those places.
struct FaultText: Sendable {
  let english: String
  let chinese: String

  init(_ english: String, _ chinese: String) { (self.english, self.chinese) = (english, chinese) }

  /// The error in Chinese; as it is where no template fits.
  static func chinese(_ reason: String) -> String {
    for text in faultTexts {
      if let values = text.values(in: reason) { return text.filled(values) }
    }
    return reason
  }

  /// What stands at the places of the template, where the rest of it is `reason`.
  private func values(in reason: String) -> [Int: Substring]? {
    var rest = reason[...]
    var values: [Int: Substring] = [:]
    let (first, places) = Self.pieces(english)
    guard rest.hasPrefix(first) else { return nil }
    rest = rest.dropFirst(first.count)
    for (number, literal) in places {
      guard !literal.isEmpty else {
        values[number] = rest
        return values
      }
      guard let found = rest.firstRange(of: literal) else { return nil }
      values[number] = rest[..<found.lowerBound]
      rest = rest[found.upperBound...]
    }
    return rest.isEmpty ? values : nil
  }

  /// The text before the first place, and each place with the text behind it.
  private static func pieces(_ template: String) -> (first: Substring, places: [(Int, Substring)]) {
    let parts = template.split(separator: "{", omittingEmptySubsequences: false)
    return (
      parts[0],
      parts.dropFirst().map { part in
        let end = part.firstIndex(of: "}") ?? part.startIndex
        return (Int(part[..<end]) ?? 0, end < part.endIndex ? part[part.index(after: end)...] : "")
      }
    )
  }

  private func filled(_ values: [Int: Substring]) -> String {
    let (first, places) = Self.pieces(chinese)
    return places.reduce(String(first)) { $0 + (values[$1.0] ?? "") + $1.1 }
  }
}

private let faultTexts = [
  FaultText("the document has {0} bytes; at most {1} are taken: split it", "全文{0}字节，超过上限{1}字节，请分成几份"),
  FaultText("this is not UTF-8; save the file in UTF-8", "不是UTF-8编码"),
  FaultText("{0} characters in a line; at most {1}: split it", "一行有{0}字，超过上限{1}字，请分段"),
  FaultText(
    "a line of the head is “key: value”; the text begins after the first empty line", "文首每行写作“键: 值”；正文从第一个空行之后开始"),
  FaultText("unknown key “{0}”; there are: {1}", "没有“{0}”这个键；可用的键：{1}"),
  FaultText("“{0}” is here a second time; take one out", "“{0}”重复，请删去一行"),
  FaultText("“{0}” has no value; write one, or take the line out", "“{0}”没有内容，请填写或删去此行"),
  FaultText(
    "“{0}” has {1} characters; at most {2} fit a line: use the standard short name", "“{0}”有{1}字，一行最多{2}字，请用规范化简称"),
  FaultText("“{0}” has {1} characters; at most {2}", "“{0}”有{1}字，最多{2}字"),
  FaultText("the document has no text; write it after an empty line below the head", "没有正文，请在文首之后空一行书写"),
  FaultText(
    "a letter has no printer and no day of printing (GB/T 9704-2012, 10.1); take them out",
    "信函格式不写印发机关和印发日期（GB/T 9704-2012，10.1），请删去"),
  FaultText("a day of printing goes with a printer; add “printer: …”", "写了印发日期，须写印发机关（printer）"),
  FaultText("the head has no “{0}”; add “{0}: …”", "文首缺少“{0}”，请补上“{0}: …”"),
  FaultText("“{0}” is {1} or {2}, not “{3}”", "“{0}”应为{1}或{2}，不能是“{3}”"),
  FaultText("documents of the form “{0}” are not set yet", "暂不支持“{0}”格式"),
  FaultText("“form” is general, upward or letter, not “{0}”", "form应为general、upward或letter，不能是“{0}”"),
  FaultText("“{0}” is no day; write it as 2026-11-28", "“{0}”不是日期，应写作2026-11-28"),
  FaultText("a copy number has six digits, as in 000012 (7.2.1)", "份号为6位数字，如000012（7.2.1）"),
  FaultText("a seal's diameter is a whole number of millimetres from 30 to 60", "印章直径为30至60的整数（毫米）"),
  FaultText(
    "documents above 秘密 are not made with this software; use what is approved for them", "本系统不处理机密、绝密公文，请使用经批准的专用设备"),
  FaultText(
    "a classification is written as 秘密, 秘密★1年, 秘密★6个月 or 秘密★长期 (7.2.2)", "密级应写作秘密、秘密★1年、秘密★6个月或秘密★长期（7.2.2）"),
  FaultText(
    "a document's number is written as 安政发〔2026〕12号: {0}", "发文字号应写作安政发〔2026〕12号：年份用全称加〔〕，不加“第”，不编虚位（7.2.5）"),
  FaultText("the number is given when the seal is granted; take this line out", "字号在批准用印时编定，请删去此行"),
  FaultText(
    "signers (签发人) stand on documents of the form “upward” alone (7.2.6)", "只有上行文（upward）写签发人（7.2.6）"),
  FaultText("signers are names of at most 8 characters with 、 between them", "签发人姓名不超过8字，之间用“、”隔开"),
  FaultText("{0} signers; at most {1}", "签发人{0}名，最多{1}名"),
  FaultText("the title has {0} characters; at most {1}: shorten it", "标题{0}字，最多{1}字，请缩短"),
  FaultText("the title has {0} characters; at most {1}", "标题{0}字，最多{1}字"),
  FaultText(
    "the note has {0} characters; at most {1}: write it into the text, or into an attachment", "附注{0}字，最多{1}字，请写入正文或附件"),
  FaultText("a line of the title is empty", "标题中有空行"),
  FaultText("this attachment has no text; write it below its title", "附件没有内容，请写在附件标题之下"),
  FaultText("write the attachment's title behind ===", "请在===之后写附件标题"),
  FaultText("no punctuation stands after an attachment's name (7.3.4)", "附件名称后不加标点符号（7.3.4）"),
  FaultText("a document has at most {0} attachments", "附件最多{0}个"),
  FaultText(
    "a table has a head, a line | --- | --- | and at least one row, each begun with |",
    "表格须有表头、一行| --- | --- |和至少一行内容，各行以|开头"),
  FaultText("{0} columns; at most {1}", "表格{0}栏，最多{1}栏"),
  FaultText("{0} cells in this row; the table's head has {1}", "本行{0}格，表头{1}格"),
  FaultText("more than {0} cells in the document's tables; split it", "全文表格超过{0}格，请分成几份"),
  FaultText("a row of a table ends with | that is no part of a cell", "表格各行以|结尾，且不属于单元格内容"),
  FaultText("a row of a table ends with |", "表格各行以|结尾"),
  FaultText(
    "below a table's head stands ---, :---: or ---: for each column: left, centred, right",
    "表头之下每栏写---、:---:或---:，分别表示左对齐、居中、右对齐"),
  FaultText("{0} is written from right to left, which is not set; take it out", "{0}为从右向左书写的字符，不能排版，请删去"),
  FaultText("{0}: write spaces instead", "{0}：请改用空格"),
  FaultText("{0} is invisible and no text; take it out", "{0}为不可见字符，请删去"),
  FaultText("{0}: begin a new line instead", "{0}：请另起一行"),
  FaultText("{0} is a private character, which others do not have; write the public one", "{0}为自造字，他人无法显示，请用标准字"),
  FaultText("{0} is no character", "{0}不是字符"),
  FaultText(
    "{0} joins with the character before it, which is not set; write the joined character", "{0}为组合符号，不能排版，请写合成后的字符"),
  FaultText("number and signers do not fit on one line; shorten the names", "发文字号和签发人一行排不下，请缩短姓名"),
  FaultText(
    "the imprint has {0} lines, and a page {1}; use collective names, such as 市各委办局", "版记{0}行，一页只有{1}行，请用统称，如市各委办局"),
  FaultText(
    "printer and day of printing do not fit on one line; use the printer's short name", "印发机关和印发日期一行排不下，请用印发机关简称"),
  FaultText("the document has {0} pages; at most {1}: make several of it", "公文{0}页，最多{1}页，请分成几份"),
  FaultText("the title leaves no room for the text on page 1 (7.3.3); shorten it", "标题过长，首页排不下正文（7.3.3），请缩短"),
  FaultText("this line of the title is longer than the type area; break it with |", "标题此行超过版心，请用“|”换行"),
  FaultText(
    "no typeface has “{0}” ({1}); write another character, or add a face that has it", "没有字体包含“{0}”（{1}），请改用其他字或加装字体"),
  FaultText("the issuer's name is longer than a line; use the standard short name", "发文机关署名超过一行，请用规范化简称"),
  FaultText("this row does not fit a page; make several rows of it", "表格此行一页排不下，请分成几行"),
  FaultText(
    "this table is too wide: its {0} columns take {1} of the {2} mm there are; {3}",
    "表格过宽：{0}栏需{1}毫米，只有{2}毫米；请减少栏数、缩短文字或分成两个表"),
  FaultText("the title has {0} lines and leaves {1}; shorten it", "标题{0}行，余下的位置不够，请缩短"),
  FaultText("the addressees have {0} lines and leave {1}; {2}", "主送机关{0}行，余下的位置不够，请用统称（如市各委办局），或增加一行正文"),
  FaultText("with the note there is {0}; shorten it, {1}", "写上附注后位置不够，请缩短附注，或增加一行正文"),
  FaultText("there is {0}; lengthen the text by a line, {1}", "位置不够，请增加一行正文，或缩短标题、主送机关、前面的表格"),
]
