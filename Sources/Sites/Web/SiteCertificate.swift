import Cryptography
import Foundation
import Logging
import NIOSSL
import Synchronization

/// A site's certificate and key, which may be replaced in their files while the site runs. What is open goes on as it was.
final class SiteCertificate: Sendable {
  struct Paths: Sendable {
    /// PEM: the site's certificate, then those that issued it.
    let chain: String
    /// PEM, readable by its owner alone.
    let key: String
  }

  private struct State {
    var context: NIOSSLContext
    /// The files as they were when they were last judged, for better or worse.
    var judged: [FileMark?]
    /// The files at the last look.
    var seen: [FileMark?]
  }

  static let pollMilliseconds = 1_000

  private let paths: Paths
  private let configure: @Sendable (inout TLSConfiguration) -> Void
  private let logger: Logger
  private let state: Mutex<State>

  /// - Parameter configure: sets all but the certificate and its key.
  /// - Throws: `SiteCertificateError`, or NIOSSL's error where a file cannot be read or does not fit.
  init(paths: Paths, logger: Logger, configure: @escaping @Sendable (inout TLSConfiguration) -> Void) throws {
    self.paths = paths
    self.configure = configure
    self.logger = logger
    let marks = Self.marks(paths)
    let context = try Self.load(paths, configure).context
    state = Mutex(State(context: context, judged: marks, seen: marks))
  }

  /// What a connection that begins now uses.
  var context: NIOSSLContext { state.withLock { $0.context } }

  /// Looks at the files again and again until its task is cancelled.
  func watch() async {
    while (try? await Task.sleep(for: .milliseconds(Self.pollMilliseconds))) != nil { look() }
  }

  /// Takes files that have changed since they were judged, once they have rested from one look to the next.
  func look() {
    let marks = Self.marks(paths)
    let isDue = state.withLock { state in
      defer { state.seen = marks }
      return marks == state.seen && marks != state.judged
    }
    if isDue { reload() }
  }

  /// Takes what the files hold now, or says in the log why not.
  func reload() {
    let marks = Self.marks(paths)
    do {
      let (context, leaf) = try Self.load(paths, configure)
      let seconds = Int(Date().timeIntervalSince1970)
      guard Int(leaf.notValidBefore) <= seconds else { throw SiteCertificateError.notYetValid }
      guard seconds < Int(leaf.notValidAfter) else { throw SiteCertificateError.expired }
      guard Self.marks(paths) == marks else { throw SiteCertificateError.changing }
      let fingerprint = Digest.of(try leaf.toDERBytes()).hex
      state.withLock { ($0.context, $0.judged) = (context, marks) }
      logger.notice(
        "the site's certificate in the files is used from now on",
        metadata: ["path": "\(paths.chain)", "certificate": "\(fingerprint)"])
    } catch SiteCertificateError.changing {
      // The next look finds the files changed and tries again.
    } catch {
      state.withLock { $0.judged = marks }
      logger.error(
        "the site's certificate in the files was refused; the one before stays in use",
        metadata: ["path": "\(paths.chain)", "key": "\(paths.key)", "reason": "\(Self.reason(error))"])
    }
  }

  private static func marks(_ paths: Paths) -> [FileMark?] { [FileMark(paths.chain), FileMark(paths.key)] }

  private static func load(_ paths: Paths, _ configure: (inout TLSConfiguration) -> Void) throws -> (
    context: NIOSSLContext, leaf: NIOSSLCertificate
  ) {
    guard let mark = FileMark(paths.key) else { throw SiteCertificateError.missing(paths.key) }
    guard mark.mode & 0o077 == 0 else { throw SiteCertificateError.keyTooOpen(paths.key) }
    guard FileMark(paths.chain) != nil else { throw SiteCertificateError.missing(paths.chain) }
    let chain: [NIOSSLCertificate]
    do { chain = try NIOSSLCertificate.fromPEMFile(paths.chain) } catch {
      throw SiteCertificateError.malformed(paths.chain)
    }
    guard let leaf = chain.first else { throw SiteCertificateError.malformed(paths.chain) }
    let key: NIOSSLPrivateKey
    do { key = try NIOSSLPrivateKey(file: paths.key, format: .pem) } catch {
      throw SiteCertificateError.malformed(paths.key)
    }
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configure(&tls)
    do { return (try NIOSSLContext(configuration: tls), leaf) } catch { throw SiteCertificateError.mismatch }
  }

  private static func reason(_ error: any Error) -> String {
    (error as? SiteCertificateError)?.description ?? "\(type(of: error))"
  }
}

/// Why a site's certificate is not taken.
enum SiteCertificateError: Error, CustomStringConvertible {
  case missing(String)
  case malformed(String)
  case keyTooOpen(String)
  case mismatch
  case expired
  case notYetValid
  /// The files were written while they were read.
  case changing

  var description: String {
    switch self {
    case .missing(let path): "\(path) is not there"
    case .malformed(let path): "\(path) is not whole, or not in PEM"
    case .keyTooOpen(let path): "\(path) can be read by others than its owner; set its mode to 0600"
    case .mismatch: "key and certificate do not belong together"
    case .expired: "the certificate has expired"
    case .notYetValid: "the certificate is not valid yet"
    case .changing: "the files are being written"
    }
  }
}

/// What changes about a file when it is written or replaced; of a link, about the file that it leads to.
private struct FileMark: Equatable {
  let mode: Int
  private let device: Int
  private let inode: Int
  private let bytes: Int
  private let changedAt: Date

  /// Nil where there is none.
  init?(_ path: String) {
    // Foundation's, and not the system's `stat`: which module declares that depends on what else is built.
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    guard let found = try? FileManager.default.attributesOfItem(atPath: target),
      let mode = found[.posixPermissions] as? Int, let changedAt = found[.modificationDate] as? Date
    else { return nil }
    self.mode = mode
    self.changedAt = changedAt
    device = found[.systemNumber] as? Int ?? 0
    inode = found[.systemFileNumber] as? Int ?? 0
    bytes = found[.size] as? Int ?? 0
  }
}
