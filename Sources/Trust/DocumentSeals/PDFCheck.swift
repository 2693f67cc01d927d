import Certificates
import Cryptography
import Foundation
import PDFObjects
import SealObjects

/// The steps of a PDF.
struct PDFCheck {
  let trust: SealTrust
  let now: Date

  /// Whether bytes are a PDF's, or pretend to be: a reader looks for its mark in the first 1,024.
  static func concerns(_ bytes: [UInt8]) -> Bool {
    !bytes.starts(with: "PK".utf8) && bytes.prefix(1_024).firstRange(of: Array("%PDF-".utf8)) != nil
  }

  func check(_ bytes: [UInt8]) -> (steps: [CheckStep], signatures: [SignatureCheck]) {
    let file: PDFFile
    do throws(PDFFormatError) { file = try PDFFile(bytes) } catch {
      return ([Self.step(.pdfDocument, error)], [])
    }
    let sealed = PDFSealedFile(file)
    let opened = [CheckStep(.pdfDocument, .holds), Self.step(.pdfContent, sealed.content)]
    guard sealed.isSealed else { return (opened + [CheckStep(.sealed, .unknown, "the PDF bears no signature")], []) }
    let steps =
      opened + [
        CheckStep(.sealed, .holds), Self.step(.pdfSeal, sealed.seal), Self.step(.pdfAdditions, sealed.additions),
        Self.step(.pdfCoverage, sealed.coverage),
      ]
    guard let signature = sealed.signature else { return (steps, []) }
    let stamps = sealed.stamps.enumerated().map { documentStamp($1, $0 + 1) }
    return (steps + stamps, [PDFSignatureSteps(signature, trust: trust, now: now).check()])
  }

  private static func step(_ code: CheckStep.Code, _ finding: PDFSealedFile.Finding) -> CheckStep {
    switch finding {
    case .holds(let text): CheckStep(code, .holds, text)
    case .fails(let error): step(code, error)
    }
  }

  private static func step(_ code: CheckStep.Code, _ error: PDFFormatError) -> CheckStep {
    CheckStep(code, error.code == .unsupported ? .unknown : .fails, error.reason)
  }

  /// A time stamp over the whole file, which anybody may have added: what is wrong with it is said, whether its authority is
  /// trusted has no weight.
  private func documentStamp(_ stamp: PDFSignature, _ number: Int) -> CheckStep {
    do throws(TrustError) {
      let read = try TimeStamp(der: stamp.value, over: stamp.signedBytes)
      guard read.time <= now.addingTimeInterval(300) else {
        return CheckStep(.documentStamp, .fails, "\(number): \(SealTime(read.time)) lies in the future")
      }
      let isTrusted = (try? trust.verify(read)) != nil
      return CheckStep(
        .documentStamp, isTrusted ? .holds : .remark,
        "\(number): \(SealTime(read.time)), by \(read.certificate)\(isTrusted ? "" : ", which is not among those trusted")"
      )
    } catch { return CheckStep(.documentStamp, .fails, "\(number): \(error.reason)") }
  }
}

/// The steps of a seal's signature.
private struct PDFSignatureSteps {
  let found: PDFSignature
  let trust: SealTrust
  let now: Date

  init(_ found: PDFSignature, trust: SealTrust, now: Date) { (self.found, self.trust, self.now) = (found, trust, now) }

  func check() -> SignatureCheck {
    let read: CMSSignature
    do throws(SealFormatError) { read = try CMSSignature(found.value) } catch {
      let outcome: CheckStep.Outcome = error.code == .unsupported ? .unknown : .fails
      return result([CheckStep(.cms, outcome, error.reason)])
    }
    let structure = [
      CheckStep(.cms, .holds), CheckStep(.digest, read.messageDigest == Digest.of(found.signedBytes).bytes),
    ]
    let certificates = read.certificates.compactMap { try? Certificate(der: $0) }
    let named = certificates.filter { (try? CMSSignature.identity(of: $0.der)) == read.signer }
    guard certificates.count == read.certificates.count, named.count == 1, let own = named.first else {
      return result(
        structure + [CheckStep(.signingCertificate, .fails, "the signer's certificate is missing, or unreadable")])
    }
    let isNamed = own.fingerprint.bytes == read.certificateDigest
    guard let key = own.p256PublicKey else {
      return result(structure + [CheckStep(.signature, .unknown, "\(own) holds no P-256 key")], own)
    }
    let isRight = key.verifies(signature: read.signature, of: read.signedBytes)
    let above = certificates.filter { $0 != own }
    return result(
      structure + [
        CheckStep(.signingCertificate, isNamed, "\(own)"), CheckStep(.signature, isRight, "\(own)"),
      ] + believed(read, own, above), own, stated)
  }

  private func result(_ steps: [CheckStep], _ own: Certificate? = nil, _ time: SealTime? = nil) -> SignatureCheck {
    SignatureCheck(
      identifier: "PDF", signature: nil, title: found.name, sealer: own?.commonName ?? "", time: time, steps: steps)
  }

  /// `D:20261128093000Z`.
  private var stated: SealTime? {
    found.date.hasPrefix("D:") ? SealTime(generalized: Array(found.date.utf8.dropFirst(2))) : nil
  }

  private func believed(_ read: CMSSignature, _ own: Certificate, _ above: [Certificate]) -> [CheckStep] {
    guard let stated else {
      return [CheckStep(.time, .fails, "the time of sealing is not written D:YYYYMMDDhhmmssZ")]
    }
    let proof = StampProof(read.timeStamp, over: read.signature, stated: stated, trust, at: now)
    let date = proof.time ?? stated.date
    return [
      CheckStep(.certificateDates, own.isInDate(at: date), "the sealer's, at \(SealTime(date))"), proof.step,
      chain(own, above, date),
      SealCheck.revocation(of: own, "the sealer's", trust, at: now, through: above, proof.time),
    ]
  }

  private func chain(_ own: Certificate, _ above: [Certificate], _ date: Date) -> CheckStep {
    if trust.isEmpty { return CheckStep(.chain, .unknown, "no trusted authorities were given") }
    do throws(TrustError) {
      try trust.verify(signer: own, through: above, at: date)
      return CheckStep(.chain, .holds, "\(own)")
    } catch { return CheckStep(.chain, .unknown, error.reason) }
  }
}
