extension EvidenceReport {
  /// A4, its text in the fonts that the system has for Chinese.
  func pdf() throws(EvidenceError) -> [UInt8] {
    let paper = try PDFPaper(title: title.chinese, date: date)
    paper.write(Self.heading.chinese + " · " + Self.heading.english, .small)
    both(title, .title, paper)
    both(Self.note, .small, paper)
    both(Self.trail, .heading, paper)
    for line in lines {
      paper.keepTogether(points: 90)
      paper.write("\(line.time)  \(line.zone)", .strong)
      both(line.words, .body, paper)
      paper.write("\(line.place) · \(line.witness.chinese)", .small)
      paper.write(line.witness.english, .small)
      if !line.packet.chinese.isEmpty { both(line.packet, .small, paper) }
    }
    paper.gap()
    for log in logs { both(log, .small, paper) }
    for (heading, texts) in [(Self.proved, Self.provedTexts), (Self.open, Self.openTexts)] {
      both(heading, .heading, paper)
      for text in texts { both(text, .body, paper) }
    }
    return try paper.finish()
  }

  private func both(_ text: TwoTexts, _ style: PDFPaper.Style, _ paper: PDFPaper) {
    paper.write(text.chinese, style)
    if !text.english.isEmpty { paper.write(text.english, style == .body ? .english : style) }
  }
}
