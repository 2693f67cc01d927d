/// The pages of a document, in order.
struct PDFPages {
  struct Page {
    let number: Int
    /// In points.
    let width: Double
    let height: Double
  }

  let pages: [Page]

  /// - Throws: `malformed` where pages and their count contradict each other; `unsupported` for a tree of several levels.
  init(_ objects: [Int: PDFObject], trailer: PDFDictionary) throws(PDFFormatError) {
    guard let catalog = trailer["Root"]?.reference.flatMap({ objects[$0]?.value.dictionary }),
      let root = catalog["Pages"]?.reference, let tree = objects[root]?.value.dictionary,
      let kids = tree["Kids"]?.array, let count = tree["Count"]?.integer
    else { throw PDFFormatError(.unsupported, "a list of pages of an unknown form") }
    guard count == kids.count, (1...PDFLimits.pagesMost).contains(count) else {
      throw PDFFormatError(.malformed, "the pages are not as many as is stated, or more than \(PDFLimits.pagesMost)")
    }
    var (found, seen): ([Page], Set<Int>) = ([], [])
    for kid in kids {
      guard let number = kid.reference, seen.insert(number).inserted, let page = objects[number]?.value.dictionary,
        page["Type"]?.name == "Page", page["Parent"]?.reference == root
      else { throw PDFFormatError(.unsupported, "a page that stands twice, or a tree of pages of several levels") }
      let box = page["MediaBox"]?.array?.compactMap(\.number) ?? []
      guard box.count == 4, box[0] == 0, box[1] == 0, (1...PDFLimits.sideMaxPoints).contains(box[2]),
        (1...PDFLimits.sideMaxPoints).contains(box[3])
      else { throw PDFFormatError(.unsupported, "page \(found.count + 1) has no size that is read here") }
      found.append(Page(number: number, width: box[2], height: box[3]))
    }
    pages = found
  }
}
