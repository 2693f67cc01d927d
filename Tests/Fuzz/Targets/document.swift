import DocumentNotation
import Layout

/// Each character as a glyph of its own, as wide as its number says, so that widths of all kinds are met.
private struct AnyFaces: GlyphSource {
  func glyph(for scalar: Unicode.Scalar, in role: FaceRole) -> Glyph? {
    guard scalar.value % 251 != 250 else { return nil }
    let advance = scalar.value < 0x250 ? Double(scalar.value % 12) / 10 : Double(scalar.value % 5) / 4
    return Glyph(face: Int(scalar.value % 3), id: scalar.value, advance: advance, isSubstitute: scalar.value % 3 > 0)
  }

  func ink(of glyph: Glyph) -> Ink { Ink(left: 0, right: glyph.advance, bottom: -0.1, top: 0.8) }

  func name(ofFace face: Int) -> String { "face \(face)" }
}

/// A document that is taken is set on so many pages as there may be, and every origin is a place on the paper.
func fuzzDocument(_ bytes: [UInt8]) {
  guard let document = try? OfficialDocument(notation: bytes) else { return }
  guard let set = try? DocumentLayout.setting(document, in: AnyFaces()) else { return }
  require((1...LayoutLimits.maxPages).contains(set.pages.count), "more pages than there may be")
  for page in set.pages {
    for run in page.runs {
      require(run.baseline > 0 && run.baseline < LaidOutDocument.pageHeight, "a baseline beside the paper")
      require(!run.glyphs.isEmpty, "a run of nothing")
      for glyph in run.glyphs {
        let x = run.x + glyph.offset
        require(x > -20 && x < LaidOutDocument.pageWidth + 20, "a glyph beside the paper")
      }
    }
    for rule in page.rules {
      require(rule.width > 0 && rule.height > 0, "a rule of nothing")
      require(rule.y >= 0 && rule.y + rule.height <= LaidOutDocument.pageHeight, "a rule beside the paper")
    }
  }
  for seal in set.seals { require((1...set.pages.count).contains(seal.page), "a seal on no page") }
}

#if FUZZER
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzDocument(input(data, count))
    return 0
  }
#endif
