public import DurableFiles
import Glibc
public import Logging
public import Runtime
public import ServiceLifecycle
public import Storage
public import Zones

/// Forwards the zone's audit log, entry by entry, to the configured receivers. A receiver that is down delays only
/// itself.
public struct AuditForwarder: Service {
  private let loops: [ForwardLoop]

  /// - Parameters:
  ///   - folder: of the zone's logs, each in a folder of its number.
  ///   - grown: triggered when these have grown.
  /// - Throws: if the certificates or the key for syslog cannot be used; the message names the files.
  public init(
    _ forwarding: AuditForwarding, zone: ZoneName, folder: String, files: Files, database: ZoneDatabase, logger: Logger,
    grown: WakeSignals = WakeSignals()
  ) throws {
    var receivers: [any EntryReceiver] = []
    if let target = forwarding.syslog {
      do { receivers.append(try SyslogSender(target, host: Self.hostName())) } catch {
        let paths = [target.trust] + (target.client.map { [$0.certificate, $0.key] } ?? [])
        throw ForwardError("syslog: \(paths.joined(separator: ", ")): \(error)")
      }
    }
    if let path = forwarding.jsonLines { receivers.append(JSONLinesWriter(path: path, files: files)) }
    let reader = ForwardReader(zone: zone, folder: folder, files: files)
    let start = ContinuousClock.now
    loops = receivers.map { receiver in
      ForwardLoop(receiver, reader: reader, database: database, logger: logger, signal: grown.add()) {
        Int((ContinuousClock.now - start) / .milliseconds(1))
      }
    }
  }

  /// Runs until the service group shuts down.
  public func run() async {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        for loop in loops { group.addTask { await loop.run() } }
      }
    }
  }

  /// After `run`, and when the last entries are in the log's files: their source may be closed then.
  public func finish() async {
    for loop in loops { await loop.finish() }
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
