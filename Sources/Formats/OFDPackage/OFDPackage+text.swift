extension OFDPackage {
  /// What a page says, one text a run of characters (TextCode), in the file's order; its templates left out.
  ///
  /// - Throws: `structure`, `xml`.
  public func texts(of page: OFDPage) throws(OFDError) -> [String] {
    guard let content = files[page.path] else { throw OFDError(.structure, "\(page.path) is missing") }
    var texts: [String] = []
    // An explicit list instead of a recursion; the reader has bounded how many elements there are.
    var left = [try XMLReader.read(content, page.path, root: "Page")]
    while let element = left.popLast() {
      if element.name == "TextCode" { texts.append(element.text) }
      left += element.children.reversed()
    }
    return texts
  }
}
