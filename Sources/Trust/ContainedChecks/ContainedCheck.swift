import CLinux
import Certificates
import Cryptography
import DocumentSeals
import Foundation
import Glibc
import JSON
import OFDPackage
import SealObjects

/// The other side of `CheckProcess`: the program's own binary, started again, with nothing but the file.
public enum ContainedCheck {
  /// The hidden subcommand that each daemon has for this.
  public static let subcommand = "check-document"

  /// Reads a request from the standard input, shuts itself in, checks, and writes a report to the standard output.
  ///
  /// - Returns: the exit status: 0, or 1 where nothing can be said.
  public static func run() -> Int32 {
    guard ProcessSecrecy.forbidCoreDumps(),
      ProcessLimits.set(
        processorSeconds: CheckLimits.processorSeconds, memoryBytes: CheckLimits.memoryBytes),
      let input = readInput(), let request = CheckRequest.decode(input),
      let trust = try? request.trust.sealTrust()
    else { return 1 }
    warmUp()
    guard guandu_contain_self() == 0 else { return 1 }
    // From here on the stranger's file is read.
    let report = CheckReport(checking: request.document, trust: trust, at: Date())
    return writeOutput(report.json.encoded()) ? 0 : 1
  }

  /// Libraries that read files of the system when they are first used do so now.
  private static func warmUp() {
    _ = sm3([])
    _ = Date().formatted(.iso8601)
  }

  private static func readInput() -> [UInt8]? {
    var status = stat()
    guard fstat(0, &status) == 0, status.st_size > 0, status.st_size <= CheckLimits.documentMaxBytes * 2 else {
      return nil
    }
    let count = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(0, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(filled))
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { break }
        filled += got
      }
    }
    return bytes.count == count ? bytes : nil
  }

  private static func writeOutput(_ bytes: [UInt8]) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress.map { $0 + written }, bytes.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }
}

extension CheckReport {
  /// The check itself; a stranger's file is read here, and by what this calls.
  init(checking document: [UInt8], trust: SealTrust, at now: Date) {
    let check = DocumentCheck(document, trust: trust, at: now)
    self.init(
      kind: Self.kind(of: document), steps: check.steps,
      signatures: check.signatures.map { signature in
        Signature(
          name: signature.title.isEmpty ? signature.sealer : signature.title, sealer: signature.sealer,
          steps: signature.steps)
      }, numbers: Self.numbers(in: document))
  }

  private static func kind(of document: [UInt8]) -> Kind {
    if document.starts(with: "%PDF-".utf8) { return .pdf }
    return document.starts(with: [0x50, 0x4B, 0x03, 0x04]) ? .ofd : .other
  }

  private static func numbers(in document: [UInt8]) -> [String] {
    guard let package = try? OFDPackage(document), let page = package.pages.first,
      let texts = try? package.texts(of: page)
    else { return [] }
    return Array(
      texts.filter { text in
        let scalars = Array(text.unicodeScalars.prefix(64))
        return scalars.contains("〔") && scalars.last == "号" && scalars.count <= 40
      }.prefix(CheckLimits.numbersMost))
  }
}
