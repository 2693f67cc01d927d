import Cryptography
import Foundation
import SealObjects
import Testing
import ZIPArchive

/// OFD files of other makers, where they lie beside the repository.
enum Samples {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../../../shared/vectors/ofd/samples"
  ).standardizedFileURL
  static let isThere = FileManager.default.fileExists(atPath: folder.path())

  /// Each signed value of the samples, with the name of the file and the `Signature.xml` beside it.
  static func signatures() throws -> [(name: String, value: [UInt8], signed: [UInt8])] {
    var found: [(name: String, value: [UInt8], signed: [UInt8])] = []
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      guard let entries = try? ZIPArchive.read([UInt8](try Data(contentsOf: file))) else { continue }
      for entry in entries where entry.name.lowercased().hasSuffix("/signedvalue.dat") {
        let beside = entry.name.dropLast("SignedValue.dat".count) + "Signature.xml"
        guard let signed = entries.first(where: { $0.name == beside }) else { continue }
        found.append((file.lastPathComponent, entry.data, signed.data))
      }
    }
    return found
  }
}

@Suite(.enabled(if: Samples.isThere, "../shared/vectors/ofd is missing")) struct SealsOfOthers {
  @Test func `are read, and their digests are those of the signed files`() throws {
    var read = 0
    var others: [String] = []
    for (name, value, signed) in try Samples.signatures() {
      do throws(SealFormatError) {
        let signature = try SealSignature(value)
        read += 1
        #expect(signature.dataDigest == sm3(signed), "\(name)")
        #expect(SM2SignatureValue.der(signature.signature) != nil, "\(name)")
        #expect(SM2SignatureValue.der(signature.seal.signature) != nil, "\(name)")
        #expect(try ElectronicSeal(signature.seal.bytes) == signature.seal, "\(name)")
        // Strictly written, what the maker signed is the same again.
        #expect(try signature.seal.info.encoded() == signature.seal.infoBytes, "\(name)")
      } catch {
        #expect(error.code == .unsupported, "\(name): \(error)")
        others.append(name)
      }
    }
    #expect(read >= 7)
    // Three files with two plain signatures each.
    #expect(others.count == 6)
  }
}
