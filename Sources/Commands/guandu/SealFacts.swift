import Certificates
import DocumentSeals
import Foundation
import SealObjects

/// What a seal says, for people and for programs.
struct SealFacts: Encodable {
  struct Person: Encodable {
    let name: String
    let organization: String
    let serial: String
    let from: String
    let until: String
  }

  struct Picture: Encodable {
    let type: String
    let bytes: Int
    let widthMillimetres: Int
    let heightMillimetres: Int
  }

  let identifier: String
  let name: String
  let vendor: String
  let type: Int
  let version: Int
  let created: String
  let validFrom: String
  let validUntil: String
  let picture: Picture
  let maker: Person?
  let sealers: [Person]
  /// Where the seal holds digests in place of certificates.
  let sealerDigests: Int

  init(_ seal: ElectronicSeal) {
    let info = seal.info
    identifier = info.identifier
    name = info.name
    vendor = info.vendor
    type = info.kind
    version = SealStandard.version
    created = info.created.description
    validFrom = info.validFrom.description
    validUntil = info.validUntil.description
    picture = Picture(
      type: info.picture.kind, bytes: info.picture.data.count, widthMillimetres: info.picture.widthMillimetres,
      heightMillimetres: info.picture.heightMillimetres)
    maker = Person(der: seal.makerCertificate)
    switch info.signers {
    case .certificates(let list):
      sealers = list.compactMap { Person(der: $0) }
      sealerDigests = 0
    case .digests(let list):
      sealers = []
      sealerDigests = list.count
    }
  }

  var rows: [[String]] {
    var rows = [
      ["name", printable(name)], ["identifier", printable(identifier)], ["vendor", printable(vendor)],
      ["type", "\(type)"], ["version", "\(version) (GB/T 38540-2020)"], ["made", created], ["valid from", validFrom],
      ["valid until", validUntil],
      [
        "picture",
        "\(printable(picture.type)), \(size(picture.bytes)), \(picture.widthMillimetres) × \(picture.heightMillimetres) mm",
      ],
      ["maker", maker?.text ?? "a certificate that cannot be read"],
    ]
    rows += sealers.map { ["sealer", $0.text] }
    if sealerDigests > 0 { rows.append(["sealers", "digests of \(count(sealerDigests, "certificate"))"]) }
    return rows
  }

  func json() throws -> String { try jsonText(self) }
}

extension SealFacts.Person {
  init?(der: [UInt8]) {
    guard let certificate = try? Certificate(der: der) else { return nil }
    name = certificate.commonName
    organization = certificate.organization
    serial = certificate.serialNumber
    from = certificate.notBefore.formatted(.iso8601)
    until = certificate.notAfter.formatted(.iso8601)
  }

  var text: String { "\(printable(name)), \(printable(organization)), serial \(serial), until \(until)" }
}

/// JSON for programs: keys in order.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
