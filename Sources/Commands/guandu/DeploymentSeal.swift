import Authority
import Certificates
import Cryptography
import DocumentSeals
import DurableFiles
import Foundation
import SealObjects

/// The demonstration's seal, with the keys that apply it at a signer (docs/signer.md).
struct DeploymentSeal {
  static let name = "示例市人民政府"
  private static let millimetres = 45

  let root: String
  /// Issues the P-256 certificate, with which PDF is signed.
  let issuing: AuthorityFolder
  let date: Date
  let files: Files

  func make() throws {
    let authority = try AuthorityFolder.makeRoot(
      at: "\(root)/ca/seals", commonName: "Guandu 印章机构", organization: "Guandu", forSeals: true, date: date,
      files: files)
    let maker = try authority.issue(.sealMaker, to: "Guandu 制章", date: date)
    let sealer = try authority.issue(.sm2Seal, to: Self.name, date: date)
    let pdf = try issuing.issue(.seal, to: Self.name, date: date)
    let picture = SealPicture(
      kind: "png", data: try SealDrawing(name: Self.name, millimetres: Self.millimetres, emblem: nil).png(),
      widthMillimetres: Self.millimetres, heightMillimetres: Self.millimetres)
    let certificate = sealer.certificate
    let seal = try SealMaker.make(
      identifier: "GD\(encodeHex(randomBytes(8)))", name: Self.name, sealers: [certificate], picture: picture,
      validity: max(date, certificate.notBefore)...certificate.notAfter, maker: maker, at: date)
    try write("seals/demo.esl", seal.bytes, mode: 0o644)
    try write("seals/maker.pem", pem([maker.certificate]), mode: 0o644)
    try writeSecret("seals/maker.key", try maker.key.pem())
    try write("seals/trust.pem", pem([maker.certificate, authority.authority.certificate]), mode: 0o644)
    let pin = Self.makePIN()
    try writeSecret("signer/pin", SecretBytes(pin.copy() + [UInt8(ascii: "\n")]))
    for (name, issued, chain) in [("demo", sealer, []), ("demo-pdf", pdf, issuing.chain)] {
      try writeSecret("signer/keys/\(name).key", try issued.key.pem(passphrase: pin))
      try write("signer/keys/\(name).pem", pem([issued.certificate] + chain), mode: 0o644)
    }
    try write("signer/signer.yaml", Array(Self.configuration.utf8), mode: 0o600)
  }

  private static let configuration = """
    # The keys of seals (docs/signer.md). Relative paths are taken from this file's folder.
    # guandu-signer --config signer.yaml

    # Whoever may use it needs a key's PIN as well. The folder is its owner's alone.
    socket: socket
    # Wrong PINs in a row after which a key is locked until the program starts again.
    pin_attempts: 5
    keys:
      # PKCS#8, encrypted: the PIN is the passphrase. A thief of it can try PINs as fast as his machines derive keys.
      - name: demo
        key: keys/demo.key
        certificate: keys/demo.pem
      - name: demo-pdf
        key: keys/demo-pdf.key
        certificate: keys/demo-pdf.pem

    """

  /// Eight digits: for a demonstration, and short enough to be typed.
  private static func makePIN() -> SecretBytes {
    SecretBytes(randomBytes(8).map { UInt8(ascii: "0") + $0 % 10 })
  }

  private func pem(_ certificates: [Certificate]) -> [UInt8] { Array(certificates.map(\.pem).joined().utf8) }

  private func write(_ name: String, _ bytes: [UInt8], mode: UInt32) throws {
    try files.writeNew("\(root)/\(name)", [bytes], mode: mode)
  }

  private func writeSecret(_ name: String, _ secret: SecretBytes) throws {
    var copy = secret.copy()
    defer { wipe(&copy) }
    try files.writeNew("\(root)/\(name)", [copy])
  }
}
