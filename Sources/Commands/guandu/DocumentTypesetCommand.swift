import ArgumentParser
import Cryptography
import DocumentNotation
import DurableFiles
import Foundation
import JSON
import Layout
import OFD
import PDF
import QRCodes
import Typefaces

extension DocumentCommand {
  struct Typeset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "typeset",
      abstract: "Sets an official document by GB/T 9704-2012, as PDF, as OFD, or both.",
      discussion: """
        docs/documents.md describes the notation; zones/documents has examples. The typefaces are those that \
        scripts/packages.sh installs; GUANDU_FACES or --faces names a folder that is looked into before.
        """)

    @Argument(help: "The document, in the plain notation.") var file: String
    @Option(help: "The PDF to write.") var pdf: String?
    @Option(help: "The OFD to write.") var ofd: String?
    @Option(help: "A folder with typefaces; may be repeated.") var faces: [String] = []
    @Flag(help: "Replace files that are there.") var replace = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
      guard pdf != nil || ofd != nil else {
        throw ValidationError("name a file to write: --pdf, --ofd, or both")
      }
      let source = FileIdentity(file)
      for path in [pdf, ofd].compactMap(\.self) where FileIdentity(path) == source {
        throw ValidationError("\(path) is the document itself; write to another file")
      }
      if let pdf, let ofd, FileIdentity(pdf) == FileIdentity(ofd) {
        throw ValidationError("--pdf and --ofd are one file, \(ofd); name two")
      }
    }

    func run() async throws {
      try await reportingFailures {
        let output = DocumentOutput(paths: [pdf, ofd].compactMap(\.self), isReplacing: replace)
        try output.check()
        let setting = try DocumentSetting(path: file, folders: folders)
        var files: [DocumentOutput.File] = []
        if let pdf { files.append(.init(kind: "pdf", path: pdf, bytes: try setting.pdf())) }
        if let ofd { files.append(.init(kind: "ofd", path: ofd, bytes: try setting.ofd())) }
        try output.write(files)
        if json {
          print(String(decoding: setting.json(files).encoded(), as: UTF8.self))
        } else {
          for line in setting.text(files) { print(printable(line)) }
        }
      }
    }

    private var folders: [String] {
      faces
        + [ProcessInfo.processInfo.environment["GUANDU_FACES"]].compactMap {
          $0?.isEmpty == false ? $0 : nil
        }
    }
  }
}

/// A document, read and laid out.
private struct DocumentSetting {
  private let path: String
  private let source: [UInt8]
  private let typefaces: Typefaces
  private let pages: LaidOutDocument

  init(path: String, folders: [String]) throws {
    self.path = path
    do { source = try Files().read(path, maxBytes: NotationLimits.maxBytes) } catch {
      throw CommandFailure(
        .refused, "\(error); a document is a file of at most \(NotationLimits.maxBytes) bytes")
    }
    do {
      let document = try OfficialDocument(notation: source)
      typefaces = try Typefaces(folders: folders) { Files().exists($0) }
      pages = try DocumentLayout.setting(document, in: typefaces, codes: QRCode.matrix)
    } catch let error as NotationError {
      throw CommandFailure(
        .refused, printable("\(path): \(error)") + "\n" + printable("\(path)：\(error.chinese)"))
    } catch let error as TypefaceError {
      throw CommandFailure(.configuration, error.reason)
    }
  }

  func pdf() throws -> [UInt8] {
    do { return try PDFWriter(typefaces).write(pages) } catch {
      throw CommandFailure(.failed, error.reason)
    }
  }

  func ofd() throws -> [UInt8] {
    // Of the notation's digest, so that the same document has the same number.
    let identifier = Array(Digest.of(source).bytes.prefix(16))
    do { return try OFDWriter.write(pages, identifier: identifier, in: typefaces) } catch {
      throw CommandFailure(.failed, error.reason)
    }
  }

  func text(_ files: [DocumentOutput.File]) -> [String] {
    var lines = files.map {
      "\($0.path): \(count(pages.pages.count, "page")), \(size($0.bytes.count))"
    }
    for seal in pages.seals {
      let (left, top) = (
        Self.tenths(seal.x - seal.diameter / 2), Self.tenths(seal.y - seal.diameter / 2)
      )
      lines.append(
        "seal: page \(seal.page), \(Int(seal.diameter)) mm wide, \(left) mm from the left and \(top) mm from the top"
      )
    }
    if let code = pages.code {
      let (left, top) = (Self.tenths(code.x), Self.tenths(code.y))
      lines.append(
        "check code: page \(code.page), \(Self.tenths(code.side)) mm wide, \(left) mm from the left and \(top) mm from the top"
      )
    }
    lines += pages.substitutions.map {
      "substituted: \($0.scalar) \(Self.code($0.scalar)) by \($0.face), first in line \($0.line), column \($0.column)"
    }
    return lines + pages.warnings.map { "look: \($0)" }
  }

  func json(_ files: [DocumentOutput.File]) -> JSONValue {
    .object([
      "pages": .integer(pages.pages.count),
      "title_lines": .array(pages.titleLines.map { .string($0) }),
      "files": .array(
        files.map {
          .object([
            "kind": .string($0.kind), "path": .string($0.path), "bytes": .integer($0.bytes.count),
            "sha256": .string(Digest.of($0.bytes).hex),
          ])
        }),
      "seals": .array(
        pages.seals.map {
          .object([
            "page": .integer($0.page),
            "left_micrometres": .integer(Self.micrometres($0.x - $0.diameter / 2)),
            "top_micrometres": .integer(Self.micrometres($0.y - $0.diameter / 2)),
            "diameter_micrometres": .integer(Self.micrometres($0.diameter)),
          ])
        }),
      "check_code": pages.code.map {
        .object([
          "page": .integer($0.page), "left_micrometres": .integer(Self.micrometres($0.x)),
          "top_micrometres": .integer(Self.micrometres($0.y)),
          "side_micrometres": .integer(Self.micrometres($0.side)),
        ])
      } ?? .null,
      "substitutions": .array(
        pages.substitutions.map {
          .object([
            "character": .string(String($0.scalar)), "code": .string(Self.code($0.scalar)),
            "role": .string($0.role.rawValue), "face": .string($0.face), "line": .integer($0.line),
            "column": .integer($0.column),
          ])
        }),
      "warnings": .array(pages.warnings.map { .string($0) }),
    ])
  }

  private static func micrometres(_ value: Double) -> Int { Int((value * 1000).rounded()) }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private static func code(_ scalar: Unicode.Scalar) -> String {
    "U+" + String(scalar.value, radix: 16, uppercase: true)
  }
}
