import Authority
import Certificates
import Cryptography
import DocumentSeals
import DurableFiles
import Foundation
import SealObjects

/// The seal of a new deployment, for trying documents out: its maker, its file, and its keys at a signer of this machine.
struct DeploymentSeal {
  let root: String
  let date: Date
  let files: Files

  static let name = "安澜市人民政府"

  func make() throws {
    let seals = try AuthorityFolder.makeRoot(
      at: "\(root)/ca/seals", commonName: "Guandu seals", organization: "Guandu", forSeals: true, date: date,
      files: files)
    let maker = try seals.issue(.sealMaker, to: "Guandu seal maker", date: date)
    let sealer = try seals.issue(.sm2Seal, to: Self.name, date: date)
    let documents = try AuthorityFolder(path: "\(root)/ca/issuing", files: files).issue(
      .seal, to: Self.name, date: date)
    let seal: ElectronicSeal
    do { seal = try makeSeal(sealer.certificate, maker) } catch {
      throw CommandFailure(.failed, "the seal for trying out: \(error)")
    }
    try files.writeNew("\(root)/seals/city.esl", [seal.bytes], mode: 0o644)
    // The copy’s certificate is of the issuing authority, under the root.
    let above = try ["root", "issuing/authority"].flatMap { try Certificate.load(pemFile: "\(root)/ca/\($0).pem") }
    for zone in ["intranet", "dmz"] {
      try write([maker.certificate, seals.authority.certificate] + above, "\(zone)/keys/seal-trust.pem")
    }
    try write([sealer.certificate], "signer/keys/city.pem")
    try write([documents.certificate], "signer/keys/city-pdf.pem")
    let pin = IssuedFiles.makePassword()
    try writeSecret(SecretBytes(pin.copy() + [UInt8(ascii: "\n")]), "seals/city.pin")
    try writeSecret(try sealer.key.pem(passphrase: pin), "signer/keys/city.key")
    try writeSecret(try documents.key.pem(passphrase: pin), "signer/keys/city-pdf.key")
  }

  private func makeSeal(
    _ sealer: Certificate, _ maker: (certificate: Certificate, key: PrivateKey)
  ) throws -> ElectronicSeal {
    let picture = try SealDrawing(name: Self.name, millimetres: 45, emblem: nil).png()
    return try SealMaker.make(
      identifier: "GD\(encodeHex(randomBytes(8)))", name: Self.name, sealers: [sealer],
      picture: SealPicture(kind: "png", data: picture, widthMillimetres: 45, heightMillimetres: 45),
      validity: max(date, sealer.notBefore)...sealer.notAfter, maker: maker, at: date)
  }

  private func write(_ certificates: [Certificate], _ name: String) throws {
    try files.writeNew("\(root)/\(name)", [Array(certificates.map(\.pem).joined().utf8)], mode: 0o644)
  }

  private func writeSecret(_ secret: SecretBytes, _ name: String) throws {
    var copy = secret.copy()
    defer { wipe(&copy) }
    try files.writeNew("\(root)/\(name)", [copy])
  }
}
