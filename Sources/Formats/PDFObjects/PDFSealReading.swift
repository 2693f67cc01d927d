/// Reads the parts of a sealed file, each on its own.
struct PDFSealReading {
  struct Field {
    let number: Int
    let signature: Int
    let pageNumber: Int
  }

  let file: PDFFile

  init(_ file: PDFFile) { self.file = file }

  private func malformed(_ reason: String) -> PDFFormatError { PDFFormatError(.malformed, reason) }

  /// Whether something in it is, or was, a signature.
  var isSealed: Bool {
    file.revisions.contains { revision in
      revision.objects.values.contains { object in
        guard let dictionary = object.value.dictionary else { return false }
        return dictionary["ByteRange"] != nil || ["Sig", "DocTimeStamp"].contains(dictionary["Type"]?.name)
          || dictionary["Perms"] != nil || dictionary["AcroForm"] != nil
      }
    }
  }

  /// The document before its seal.
  func checkContent() throws(PDFFormatError) {
    let objects = file.objects(upTo: 0)
    _ = try PDFWalk(objects, trailer: file.revisions[0].trailer, stage: .plain)
    _ = try PDFPages(objects, trailer: file.revisions[0].trailer)
  }

  private func dictionary(_ value: PDFValue?, _ objects: [Int: PDFObject]) -> PDFDictionary? {
    value?.dictionary ?? value?.reference.flatMap { objects[$0]?.stream == nil ? objects[$0]?.value.dictionary : nil }
  }

  private func root(_ objects: [Int: PDFObject]) throws(PDFFormatError) -> (number: Int, catalog: PDFDictionary) {
    guard let number = file.revisions[0].trailer["Root"]?.reference,
      file.revisions.allSatisfy({ $0.trailer["Root"]?.reference == number }),
      let catalog = objects[number]?.value.dictionary
    else { throw malformed("a later revision has another catalogue") }
    guard file.revisions.allSatisfy({ $0.trailer["Info"] == file.revisions[0].trailer["Info"] }) else {
      throw malformed("a later revision has other information (/Info)")
    }
    return (number, catalog)
  }

  /// The second revision: the seal, and nothing else.
  func seal() throws(PDFFormatError) -> Field {
    guard file.revisions.count >= 2, !file.revisions[0].objects.values.contains(where: Self.isSignature) else {
      throw PDFFormatError(.unsupported, "the seal is no addition to the document that it seals")
    }
    let (before, after) = (file.objects(upTo: 0), file.objects(upTo: 1))
    let (rootNumber, catalog) = try root(after)
    let field = try field(catalog, after)
    let walk = try PDFWalk(after, trailer: file.revisions[1].trailer, stage: .sealed)
    guard walk.kinds[field.signature] == .signature else { throw malformed("the seal is no signature") }
    let page = try page(of: field, after)
    let changed = Set(file.revisions[1].objects.keys).intersection(before.keys)
    guard changed == [rootNumber, page.number] else {
      let beyond = changed.subtracting([rootNumber, page.number]).sorted().first
      throw malformed(
        beyond.map { "the seal's revision replaces object \($0)" } ?? "the seal's revision has no page or catalogue")
    }
    try unchanged(rootNumber, before, after, but: ["AcroForm", "Perms", "Version", "Extensions"])
    try unchanged(page.number, before, after, but: ["Annots"])
    guard catalog["DSS"] == nil else { throw malformed("evidence stands before the seal") }
    try checkSignature(field.signature, catalog, after)
    return Field(number: field.number, signature: field.signature, pageNumber: page.index)
  }

  private static func isSignature(_ object: PDFObject) -> Bool { object.value.dictionary?["ByteRange"] != nil }

  /// The form's one field.
  private func field(
    _ catalog: PDFDictionary, _ objects: [Int: PDFObject]
  ) throws(PDFFormatError) -> (number: Int, signature: Int) {
    guard let form = dictionary(catalog["AcroForm"], objects), let fields = form["Fields"]?.array else {
      throw malformed("the document has no form with the seal in it")
    }
    guard fields.count == 1, let number = fields[0].reference, let field = objects[number]?.value.dictionary,
      form["SigFlags"]?.integer == 3, let signature = field["V"]?.reference
    else {
      throw malformed("the form holds another field than the seal's, or does not say that it may not be rewritten")
    }
    return (number, signature)
  }

  /// The page that the seal stands on, from 1 on, and that it stands there and nowhere else.
  private func page(
    of field: (number: Int, signature: Int), _ objects: [Int: PDFObject]
  ) throws(PDFFormatError) -> (number: Int, index: Int) {
    let pages = try PDFPages(objects, trailer: file.revisions[1].trailer).pages
    let bearing = pages.indices.filter { objects[pages[$0].number]?.value.dictionary?["Annots"] != nil }
    guard bearing.count == 1, let index = bearing.first,
      objects[pages[index].number]?.value.dictionary?["Annots"] == .array([.reference(field.number)]),
      let widget = objects[field.number]?.value.dictionary, widget["P"]?.reference == pages[index].number
    else { throw malformed("the seal stands on no page, or other annotations do") }
    let beyond = widget.keys.subtracting(["Type", "Subtype", "FT", "T", "F", "P", "V", "Rect", "AP"]).sorted()
    guard beyond.isEmpty else { throw malformed("the seal's field has /\(beyond[0])") }
    let box = widget["Rect"]?.array?.compactMap(\.number) ?? []
    guard box.count == 4, 0 <= box[0], box[0] < box[2], box[2] <= pages[index].width + 0.01, 0 <= box[1],
      box[1] < box[3],
      box[3] <= pages[index].height + 0.01, widget["F"]?.integer == 132, widget["Subtype"]?.name == "Widget",
      widget["Type"]?.name == "Annot", widget["AP"] != nil
    else { throw malformed("the seal does not lie on its page, or is not to be seen") }
    return (pages[index].number, index + 1)
  }

  /// That an object of the revision before says the same but for some keys.
  private func unchanged(
    _ number: Int, _ before: [Int: PDFObject], _ after: [Int: PDFObject], but keys: Set<String>
  ) throws(PDFFormatError) {
    guard let old = before[number]?.value.dictionary, let new = after[number]?.value.dictionary else {
      throw malformed("object \(number) was replaced by something else")
    }
    let changed = old.keys.union(new.keys).subtracting(keys).filter { old[$0] != new[$0] }
    guard let key = changed.min() else { return }
    let danger = PDFKind.dangers[key].map { " (\($0))" } ?? ""
    throw malformed("/\(key)\(danger) of object \(number) was added, changed or taken away")
  }

  /// That it certifies the document, and allows no change (DocMDP, P = 1).
  private func checkSignature(
    _ number: Int, _ catalog: PDFDictionary, _ objects: [Int: PDFObject]
  ) throws(PDFFormatError) {
    guard let signature = objects[number]?.value.dictionary else { throw malformed("the seal is no signature") }
    guard signature["Type"]?.name == "Sig", signature["Filter"]?.name == "Adobe.PPKLite" else {
      throw PDFFormatError(.unsupported, "a seal that is no signature of the usual kind")
    }
    guard signature["SubFilter"]?.name == "ETSI.CAdES.detached" else {
      let name = signature["SubFilter"]?.kindName ?? "nothing"
      throw PDFFormatError(.unsupported, "signatures of the form \(name), where /ETSI.CAdES.detached is supported")
    }
    guard dictionary(catalog["Perms"], objects)?["DocMDP"] == .reference(number) else {
      throw malformed("the seal does not certify the document (/Perms, /DocMDP)")
    }
    let references = signature["Reference"]?.array ?? []
    guard references.count == 1, let reference = dictionary(references[0], objects),
      reference["TransformMethod"]?.name == "DocMDP",
      let parameters = dictionary(reference["TransformParams"], objects), parameters["P"]?.integer == 1,
      parameters["V"]?.name == "1.2"
    else { throw malformed("the seal allows changes: it does not certify with P = 1") }
  }

  /// A signature's value, and what it is over: two ranges with nothing but the value between them, up to its revision's end.
  func signature(_ number: Int, revision: Int) throws(PDFFormatError) -> PDFSignature {
    guard let object = file.revisions[revision].objects[number], let dictionary = object.value.dictionary,
      let place = dictionary.range(of: "Contents"), let contents = dictionary["Contents"]?.text,
      let range = dictionary["ByteRange"]?.array?.compactMap(\.integer), range.count == 4
    else { throw malformed("a signature without a value, or without what it is over") }
    let end = file.revisions[revision].end
    guard range[0] == 0, range[1] == place.lowerBound, range[2] == place.upperBound, range[3] >= 0,
      file.bytes[place.lowerBound] == UInt8(ascii: "<")
    else { throw malformed("the signature leaves out more than its own value (/ByteRange \(range))") }
    guard range[3] == end - range[2] else {
      throw malformed("the signature is not over its revision up to the end (/ByteRange \(range))")
    }
    return PDFSignature(
      value: try Self.value(contents), signedBytes: Array(file.bytes[..<range[1]] + file.bytes[range[2]..<end]),
      name: PDFText.string(dictionary["Name"]?.text ?? []), reason: PDFText.string(dictionary["Reason"]?.text ?? []),
      date: PDFText.string(dictionary["M"]?.text ?? []))
  }

  /// A value in DER, behind which nothing stands but zeros.
  private static func value(_ contents: [UInt8]) throws(PDFFormatError) -> [UInt8] {
    var count = 0
    if contents.count >= 2, contents[0] == 0x30 {
      switch contents[1] {
      case 0..<0x80: count = 2 + Int(contents[1])
      case 0x81 where contents.count >= 3: count = 3 + Int(contents[2])
      case 0x82 where contents.count >= 4: count = 4 + Int(contents[2]) << 8 + Int(contents[3])
      default: break
      }
    }
    guard count > 0, count <= contents.count, contents[count...].allSatisfy({ $0 == 0 }) else {
      throw PDFFormatError(.malformed, "a signature's value that is not whole, or behind which more than zeros stands")
    }
    return Array(contents[..<count])
  }

  /// What was added after the seal: evidence, and time stamps over the whole.
  func additions() throws(PDFFormatError) -> [PDFSignature] {
    var stamps: [PDFSignature] = []
    for revision in file.revisions.indices.dropFirst(2) {
      do throws(PDFFormatError) { stamps += try addition(revision) } catch {
        throw PDFFormatError(.malformed, "addition \(revision - 1) after the seal: \(error.reason)")
      }
    }
    return stamps
  }

  private func addition(_ revision: Int) throws(PDFFormatError) -> [PDFSignature] {
    let (before, after) = (file.objects(upTo: revision - 1), file.objects(upTo: revision))
    let (rootNumber, catalog) = try root(after)
    let old = try PDFWalk(before, trailer: file.revisions[revision - 1].trailer, stage: .kept)
    guard let oldCatalog = before[rootNumber]?.value.dictionary else { throw malformed("no catalogue") }
    let fields = try newFields(catalog, after, oldCatalog, before)
    let written = file.revisions[revision].objects.keys.sorted()
    for number in written where before[number] != nil {
      try checkReplaced(number, old.kinds[number], before, after, fields)
    }
    var stamps: [PDFSignature] = []
    for field in fields.sorted() { stamps.append(try stamp(field, after, revision)) }
    let walk = try PDFWalk(after, trailer: file.revisions[revision].trailer, stage: .kept)
    let signatures = Set(fields.compactMap { after[$0]?.value.dictionary?["V"]?.reference })
    for number in written {
      let kind = walk.kinds[number]
      guard
        before[number] != nil
          ? kind == old.kinds[number]
          : kind?.isAdded == true || fields.contains(number)
            || signatures.contains(number)
      else { throw malformed("object \(number) was added, which is neither evidence nor a time stamp") }
    }
    return stamps
  }

  /// What may be written anew: the way to evidence and time stamps.
  private func checkReplaced(
    _ number: Int, _ kind: PDFKind?, _ before: [Int: PDFObject], _ after: [Int: PDFObject], _ fields: Set<Int>
  ) throws(PDFFormatError) {
    switch kind {
    case .catalog: try unchanged(number, before, after, but: ["AcroForm", "DSS", "Extensions", "Version"])
    case .page: try checkPage(number, before, after, fields)
    // Writers put their name and the date there.
    case .information: try unchanged(number, before, after, but: ["Producer", "ModDate"])
    case .form: return
    case .some(let kind) where kind.isAdded: return
    default: throw malformed("object \(number) was replaced")
    }
  }

  /// The form's fields since: all that were there, in order, and new ones behind them.
  private func newFields(
    _ catalog: PDFDictionary, _ after: [Int: PDFObject], _ oldCatalog: PDFDictionary, _ before: [Int: PDFObject]
  ) throws(PDFFormatError) -> Set<Int> {
    guard let form = dictionary(catalog["AcroForm"], after), let oldForm = dictionary(oldCatalog["AcroForm"], before),
      let fields = form["Fields"]?.array, let oldFields = oldForm["Fields"]?.array
    else { throw malformed("the form was taken away") }
    guard fields.starts(with: oldFields), form.without(["Fields"]) == oldForm.without(["Fields"]) else {
      throw malformed("the form was changed")
    }
    let numbers = fields.dropFirst(oldFields.count).compactMap(\.reference)
    guard Set(numbers).count == fields.count - oldFields.count, numbers.allSatisfy({ before[$0] == nil }) else {
      throw malformed("the form was changed")
    }
    // Two fields of one name are one field to a reader.
    let names = fields.map { $0.reference.flatMap { after[$0]?.value.dictionary?["T"]?.text } ?? [] }
    guard Set(names).count == fields.count else { throw malformed("two fields of the form have one name, or none") }
    return Set(numbers)
  }

  /// On pages nothing may appear but the places of time stamps, which show nothing.
  private func checkPage(
    _ number: Int, _ before: [Int: PDFObject], _ after: [Int: PDFObject], _ fields: Set<Int>
  ) throws(PDFFormatError) {
    try unchanged(number, before, after, but: ["Annots"])
    let old = before[number]?.value.dictionary?["Annots"]?.array ?? []
    let new = after[number]?.value.dictionary?["Annots"]?.array ?? []
    guard new.starts(with: old), new.dropFirst(old.count).allSatisfy({ $0.reference.map(fields.contains) == true })
    else {
      throw malformed("annotations of a page were changed")
    }
  }

  /// A time stamp over the whole file up to its revision's end, which shows nothing.
  private func stamp(_ number: Int, _ objects: [Int: PDFObject], _ revision: Int) throws(PDFFormatError) -> PDFSignature
  {
    guard let field = objects[number]?.value.dictionary, let value = field["V"]?.reference,
      let signature = objects[value]?.value.dictionary
    else { throw malformed("a field without a signature") }
    guard signature["Type"]?.name == "DocTimeStamp", signature["SubFilter"]?.name == "ETSI.RFC3161" else {
      throw malformed("a signature that is no time stamp")
    }
    let box = field["Rect"]?.array?.compactMap(\.number) ?? [0, 0, 0, 0]
    guard field["AP"] == nil, box == [0, 0, 0, 0] else { throw malformed("a time stamp that shows something") }
    guard signature["Reference"] == nil else { throw malformed("a time stamp that certifies") }
    return try self.signature(value, revision: revision)
  }
}
