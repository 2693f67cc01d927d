public import Certificates
import Cryptography
public import Foundation
public import SealObjects

/// What can be told of a seal by itself, as when a foreign one is taken in.
public struct SealCheck: Sendable {
  public let seal: ElectronicSeal
  public let steps: [CheckStep]

  public var verdict: CheckVerdict { CheckVerdict(steps) }

  /// - Parameters:
  ///   - bytes: of the seal's file.
  ///   - date: the seal has to be valid then.
  /// - Throws: `SealFormatError` for what is no seal at all, or one of another version.
  public init(_ bytes: [UInt8], trust: SealTrust, at date: Date) throws {
    seal = try ElectronicSeal(bytes)
    steps =
      [Self.structure(seal.info.extensions)] + Self.made(seal, at: date)
      + [Self.dates(seal, at: date), Self.picture(seal.info.picture), Self.maker(of: seal, trust)]
      + Self.revocation(of: seal, trust, at: date)
  }

  /// An extension that must not be overlooked, and that nobody here knows, leaves it open what the rest means.
  static func structure(_ extensions: [SealExtension]) -> CheckStep {
    guard let unknown = extensions.first(where: \.isCritical) else { return CheckStep(.sealStructure, .holds) }
    return CheckStep(.sealStructure, .unknown, "a critical extension \(unknown.identifier)")
  }

  /// The maker's signature, and the dates of the maker's certificate.
  static func made(_ seal: ElectronicSeal, at date: Date) -> [CheckStep] {
    guard let certificate = try? Certificate(der: seal.makerCertificate) else {
      return [CheckStep(.sealSignature, .fails, "the maker's certificate cannot be read")]
    }
    guard seal.signatureAlgorithm == SealStandard.signatureAlgorithm else {
      return [CheckStep(.sealSignature, .unknown, "algorithm \(seal.signatureAlgorithm)")]
    }
    guard let key = certificate.sm2PublicKey else {
      return [CheckStep(.sealSignature, .fails, "\(certificate) holds no SM2 key")]
    }
    let isRight = SM2SignatureValue.der(seal.signature).map { key.verifies(signature: $0, of: seal.infoBytes) } ?? false
    // The date of making is a day on some seals, and lies before a certificate that was made on it.
    let isInDate = certificate.isInDate(at: seal.info.created.date) || certificate.isInDate(at: date)
    return [
      CheckStep(.sealSignature, isRight, "\(certificate)"),
      CheckStep(.certificateDates, isInDate, "the maker's, when the seal was made, or \(SealTime(date))"),
    ]
  }

  static func dates(_ seal: ElectronicSeal, at date: Date) -> CheckStep {
    let isValid = seal.info.validFrom.date <= date && date <= seal.info.validUntil.date
    return CheckStep(.sealDates, isValid, "\(seal.info.validFrom) to \(seal.info.validUntil)")
  }

  static func picture(_ picture: SealPicture) -> CheckStep {
    do {
      guard picture.kind.lowercased() == "png" else {
        return CheckStep(.picture, .unknown, "of type \(picture.kind), where PNG is supported")
      }
      let head = try PNGHead(picture.data)
      guard SealDrawing.canDraw(png: picture.data) else { return CheckStep(.picture, .fails, "the PNG is damaged") }
      return CheckStep(.picture, .holds, "PNG, \(head.width) × \(head.height) pixels")
    } catch { return CheckStep(.picture, .fails, "\(error)") }
  }

  static func maker(of seal: ElectronicSeal, _ trust: SealTrust) -> CheckStep {
    guard let certificate = try? Certificate(der: seal.makerCertificate) else { return CheckStep(.maker, .fails) }
    if trust.isEmpty { return CheckStep(.maker, .unknown, "\(certificate); no trusted makers were given") }
    // An authority is no maker, and neither is whoever is trusted to apply seals.
    if (try? certificate.requireForSeals()) == nil {
      return CheckStep(.maker, .unknown, "\(certificate) is an authority's, or not for signatures")
    }
    guard !certificate.isForDocuments, !seal.info.signers.name(certificate.der) else {
      return CheckStep(.maker, .unknown, "\(certificate) is a sealer's certificate")
    }
    return CheckStep(.maker, trust.names(maker: certificate) ? .holds : .unknown, "\(certificate)")
  }

  static func revocation(
    of seal: ElectronicSeal, _ trust: SealTrust, at now: Date, _ proven: Date? = nil
  ) -> [CheckStep] {
    guard let certificate = try? Certificate(der: seal.makerCertificate) else { return [] }
    return [revocation(of: certificate, "the maker's", trust, at: now, proven)]
  }

  /// A revocation counts for the past too, as the sealer states the time of sealing; not for what a time stamp proves to be older.
  ///
  /// - Parameters:
  ///   - whose: the certificate is, for the operator.
  ///   - intermediates: authorities from the document.
  ///   - proven: when the signature was there, by a time stamp that is trusted.
  static func revocation(
    of certificate: Certificate, _ whose: String, _ trust: SealTrust, at now: Date,
    through intermediates: [Certificate] = [], _ proven: Date? = nil
  ) -> CheckStep {
    guard trust.hasLists else {
      return CheckStep(.revocation, .remark, "\(whose); no list of revocations was given")
    }
    switch trust.revocation(of: certificate, through: intermediates, at: now) {
    case .good: return CheckStep(.revocation, .holds, "\(certificate)")
    case .revoked(let text, let since):
      if let proven, proven < since {
        return CheckStep(.revocation, .holds, "\(text), after the time that is stamped, \(SealTime(proven))")
      }
      return CheckStep(.revocation, .fails, text)
    case .unknown(let text): return CheckStep(.revocation, .unknown, text)
    }
  }
}

extension SealTime {
  public var date: Date { Date(timeIntervalSince1970: TimeInterval(seconds)) }

  /// The second that `date` lies in.
  public init(_ date: Date) { self.init(seconds: Int(min(max(date.timeIntervalSince1970, 0), 253_402_300_799))) }
}

extension SealSigners {
  /// Whether it names this certificate.
  func name(_ der: [UInt8]) -> Bool {
    switch self {
    case .certificates(let list): list.contains(der)
    case .digests(let list):
      list.contains { ["SM3", SealStandard.digestAlgorithm].contains($0.kind.uppercased()) && $0.value == sm3(der) }
    }
  }
}
