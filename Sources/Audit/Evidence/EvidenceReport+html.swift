extension EvidenceReport {
  private static let style = """
    body{font:16px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
    h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}[lang=en]{color:#444}
    table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #999;text-align:left;vertical-align:top;padding:.4rem}
    small{overflow-wrap:anywhere}td:first-child{white-space:nowrap}@media print{body{margin:0}tr{break-inside:avoid}}
    """

  /// One page that loads nothing.
  var html: String {
    var page = """
      <!DOCTYPE html>
      <html lang="zh-CN"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width"><title>\(Self.escape(title.chinese))</title>
      <style>\(Self.style)</style></head><body>
      <p>\(Self.both(Self.heading))</p>
      <h1>\(Self.both(title))</h1>
      <p>\(Self.both(Self.note))</p>
      <h2>\(Self.both(Self.trail))</h2>
      <table><thead><tr><th>时间 <span lang="en">Time</span></th><th>区域 <span lang="en">Zone</span></th>\
      <th>事项 <span lang="en">Event</span></th><th>日志位置与见证 <span lang="en">Place, witness</span></th></tr></thead><tbody>

      """
    for line in lines { page += Self.row(line) }
    page += "</tbody></table>\n<ul>\(logs.map { "<li>\(Self.both($0))</li>" }.joined(separator: "\n"))</ul>\n"
    for (heading, texts) in [(Self.proved, Self.provedTexts), (Self.open, Self.openTexts)] {
      page += "<h2>\(Self.both(heading))</h2>\n<ul>"
      page += texts.map { "<li>\(Self.both($0))</li>" }.joined(separator: "\n") + "</ul>\n"
    }
    return page + "</body></html>\n"
  }

  private static func row(_ line: Line) -> String {
    let packet = line.packet.chinese.isEmpty ? "" : "<br><small>\(both(line.packet))</small>"
    return """
      <tr><td>\(escape(line.time))</td><td>\(escape(line.zone))</td><td>\(both(line.words))\(packet)</td>\
      <td>\(escape(line.place))<br>\(both(line.witness))</td></tr>

      """
  }

  private static func both(_ text: TwoTexts) -> String {
    text.english.isEmpty
      ? escape(text.chinese) : "\(escape(text.chinese))<br><span lang=\"en\">\(escape(text.english))</span>"
  }

  private static func escape(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.append(character)
      }
    }
  }
}
