public import Certificates
import Cryptography
public import Foundation
import OFDPackage
public import SealObjects

/// What can be told of one signature of a document.
public struct SignatureCheck: Sendable {
  /// Its identifier in the document's list.
  public let identifier: String
  /// Nil where the signed value cannot be read, and of PDF.
  public let signature: SealSignature?
  /// The seal's name; of a PDF as the signature's dictionary says it. Empty where it cannot be read.
  public let title: String
  /// The sealer's common name; empty where the certificate cannot be read.
  public let sealer: String
  /// As the sealer states it.
  public let time: SealTime?
  public let steps: [CheckStep]
}

/// What can be told of a document in OFD or PDF, step by step. Green is `genuine` alone.
public struct DocumentCheck: Sendable {
  /// Of the document as a whole.
  public let steps: [CheckStep]
  public let signatures: [SignatureCheck]

  public var verdict: CheckVerdict { CheckVerdict(steps + signatures.flatMap(\.steps)) }

  /// - Parameters:
  ///   - bytes: of the file.
  ///   - now: seals of a later time are refused, and lists of revocations have to be in force.
  public init(_ bytes: [UInt8], trust: SealTrust, at now: Date) {
    guard !PDFCheck.concerns(bytes) else {
      (steps, signatures) = PDFCheck(trust: trust, now: now).check(bytes)
      return
    }
    do throws(OFDError) {
      let package = try OFDPackage(bytes)
      (steps, signatures) = Self.check(package, trust, now)
    } catch {
      steps = [CheckStep(.document, error.code == .unsupported ? .unknown : .fails, error.reason)]
      signatures = []
    }
  }

  private static func check(
    _ package: OFDPackage, _ trust: SealTrust, _ now: Date
  ) -> ([CheckStep], [SignatureCheck]) {
    var boxes: [String: OFDBox] = [:]
    do throws(OFDError) {
      for page in package.pages { boxes[page.identifier] = try package.box(of: page) ?? OFDBox.unknown }
    } catch { return ([CheckStep(.document, .fails, error.reason)], []) }
    let opened = CheckStep(.document, .holds)
    let found: [OFDSignature]
    do throws(OFDError) { found = try package.signatures() } catch {
      return ([opened, CheckStep(.signatureFiles, .fails, error.reason)], [])
    }
    guard !found.isEmpty else {
      let text = package.signaturesPath.map { "\($0) lists no signature" } ?? "OFD.xml names no signatures"
      return ([opened, CheckStep(.sealed, .unknown, text)], [])
    }
    // Once, however many signatures list a file.
    let facts = PackageFacts(
      package: package, signatures: found, boxes: boxes,
      digests: package.files.mapValues { Base64.encode(sm3($0)) })
    let checks = found.map { SignatureSteps(facts, $0, trust: trust, now: now).check() }
    return ([opened, CheckStep(.sealed, .holds, found.count == 1 ? "" : "\(found.count) signatures")], checks)
  }
}

/// What all signatures of a document are checked against.
private struct PackageFacts {
  let package: OFDPackage
  let signatures: [OFDSignature]
  /// The size of each page, by its identifier.
  let boxes: [String: OFDBox]
  /// SM3 of each file, in base64.
  let digests: [String: String]
}

/// The steps of one signature.
private struct SignatureSteps {
  let facts: PackageFacts
  let signature: OFDSignature
  let trust: SealTrust
  let now: Date

  var package: OFDPackage { facts.package }

  init(_ facts: PackageFacts, _ signature: OFDSignature, trust: SealTrust, now: Date) {
    self.facts = facts
    self.signature = signature
    self.trust = trust
    self.now = now
  }

  func check() -> SignatureCheck {
    let beginning = [files(), unlisted(), place()]
    guard let value = package.files[signature.valuePath] else {
      return result(nil, beginning + [CheckStep(.signatureFiles, .fails, "\(signature.valuePath) is missing")])
    }
    do throws(SealFormatError) {
      let read = try SealSignature(value)
      let structure = [
        CheckStep(.signatureFiles, .holds), SealCheck.structure(read.seal.info.extensions + read.extensions),
      ]
      return result(read, beginning + structure + [sealFile(read), signedFile(read)] + believed(read))
    } catch {
      let outcome: CheckStep.Outcome = error.code == .unsupported ? .unknown : .fails
      return result(nil, beginning + [CheckStep(.sealStructure, outcome, error.reason)])
    }
  }

  private func result(_ read: SealSignature?, _ steps: [CheckStep]) -> SignatureCheck {
    let sealer = read.flatMap { try? Certificate(der: $0.certificate).commonName } ?? ""
    return SignatureCheck(
      identifier: signature.identifier, signature: read, title: read?.seal.info.name ?? "", sealer: sealer,
      time: read?.time, steps: steps)
  }

  private func files() -> CheckStep {
    guard signature.isSM3 else {
      let method = signature.checkMethod.isEmpty ? "MD5" : signature.checkMethod
      return CheckStep(.files, .unknown, "digests by \(method), where SM3 is supported")
    }
    for reference in signature.references {
      guard let digest = facts.digests[reference.path] else {
        return CheckStep(.files, .fails, "\(reference.path) is missing")
      }
      guard digest == reference.digest else {
        return CheckStep(.files, .fails, "\(reference.path) was changed")
      }
    }
    return CheckStep(.files, .holds, "\(signature.references.count) files")
  }

  private func unlisted() -> CheckStep {
    let covered = Set(signature.references.map(\.path)).union(
      package.filesBeyond(signature, among: facts.signatures))
    let beyond = package.files.keys.filter { !covered.contains($0) }.sorted()
    return CheckStep(.unlisted, beyond.isEmpty, beyond.prefix(5).joined(separator: ", "))
  }

  private func place() -> CheckStep {
    if signature.stamps.isEmpty {
      return CheckStep(.place, signature.type == "Seal" ? .unknown : .remark, "no place is stated")
    }
    guard signature.type == "Seal" else {
      return CheckStep(.place, .fails, "the list calls it no seal, and it has a place")
    }
    for stamp in signature.stamps {
      guard let page = facts.boxes[stamp.pageIdentifier] else {
        return CheckStep(.place, .fails, "page \(stamp.pageIdentifier) is missing")
      }
      guard stamp.box.meets(page) else {
        return CheckStep(.place, .fails, "the seal does not lie on page \(stamp.pageIdentifier)")
      }
    }
    return CheckStep(.place, .holds)
  }

  private func sealFile(_ read: SealSignature) -> CheckStep {
    guard let path = signature.sealPath else {
      return CheckStep(.sealFile, .remark, "none is named; the seal stands in the signed value")
    }
    guard let bytes = package.files[path] else { return CheckStep(.sealFile, .fails, "\(path) is missing") }
    return CheckStep(.sealFile, bytes == read.seal.bytes, path)
  }

  private func signedFile(_ read: SealSignature) -> CheckStep {
    let named = read.propertyInfo.hasPrefix("/") ? String(read.propertyInfo.dropFirst()) : read.propertyInfo
    guard named == signature.path else {
      return CheckStep(.signedFile, .fails, "it names \(read.propertyInfo), and this is \(signature.path)")
    }
    return CheckStep(.signedFile, read.dataDigest == sm3(package.files[signature.path] ?? []), signature.path)
  }

  /// Signatures, dates, and whom to trust.
  private func believed(_ read: SealSignature) -> [CheckStep] {
    guard let certificate = try? Certificate(der: read.certificate) else {
      return [CheckStep(.signature, .fails, "the sealer's certificate cannot be read")]
    }
    guard read.signatureAlgorithm == SealStandard.signatureAlgorithm else {
      return [CheckStep(.signature, .unknown, "algorithm \(read.signatureAlgorithm)")]
    }
    guard let key = certificate.sm2PublicKey else {
      return [CheckStep(.signature, .fails, "\(certificate) holds no SM2 key")]
    }
    let isRight =
      SM2SignatureValue.der(read.signature).map { key.verifies(signature: $0, of: read.signedBytes) } ?? false
    let proof = StampProof(read.timeStamp, over: read.signature, stated: read.time, trust, at: now)
    let date = proof.time ?? read.time.date
    return [
      CheckStep(.signature, isRight, "\(certificate)"),
      CheckStep(.sealer, read.seal.info.signers.name(read.certificate), "\(certificate)"),
      SealCheck.dates(read.seal, at: date),
      CheckStep(.certificateDates, certificate.isInDate(at: date), "the sealer's, at \(SealTime(date))"),
    ] + SealCheck.made(read.seal, at: date) + [time(read, proof)] + [
      SealCheck.maker(of: read.seal, trust), chain(certificate, date),
    ]
      + SealCheck.revocation(of: read.seal, trust, at: now, proof.time) + [
        SealCheck.revocation(of: certificate, "the sealer's", trust, at: now, proof.time)
      ]
  }

  private func time(_ read: SealSignature, _ proof: StampProof) -> CheckStep {
    guard proof.step.outcome != .fails, read.seal.info.created.date > read.time.date.addingTimeInterval(86_400) else {
      return proof.step
    }
    return CheckStep(.time, .fails, "\(read.time), before the seal was made (\(read.seal.info.created))")
  }

  private func chain(_ certificate: Certificate, _ date: Date) -> CheckStep {
    if trust.isEmpty { return CheckStep(.chain, .unknown, "no trusted authorities were given") }
    do throws(TrustError) {
      try trust.verify(sealer: certificate, at: date)
      return CheckStep(.chain, .holds, "\(certificate)")
    } catch { return CheckStep(.chain, .unknown, error.reason) }
  }
}
