import Foundation
import YAMLText

/// `audit.forward`: who is told each entry of the log.
enum ForwardReader {
  static func forwarding(_ value: YAMLValue) -> AuditForwarding? {
    guard let group = value.mapping(["syslog", "json_lines"]) else { return nil }
    let syslog = group.optional("syslog").map(target)
    let lines = group.optional("json_lines").map(linesFile)
    guard syslog != nil || lines != nil else {
      return value.refused("entries go nowhere; give syslog or json_lines, or remove the key")
    }
    guard syslog.map({ $0 != nil }) ?? true, lines.map({ $0 != nil }) ?? true else { return nil }
    return AuditForwarding(syslog: syslog.flatMap { $0 }, jsonLines: lines.flatMap { $0 })
  }

  private static func target(_ value: YAMLValue) -> SyslogTarget? {
    guard let group = value.mapping(["host", "port", "trust", "certificate", "key"]) else { return nil }
    let host = group.required("host")?.hostName()
    let port = group.optional("port").map { $0.port() } ?? 6_514
    let trust = group.required("trust")?.path(.file)
    let certificate = group.optional("certificate").map { $0.path(.file) }
    let key = group.optional("key").map { $0.secretFile() }
    if (certificate == nil) != (key == nil) {
      return value.refused("certificate and key go together; give both or neither")
    }
    guard let host, let port, let trust, certificate.map({ $0 != nil }) ?? true, key.map({ $0 != nil }) ?? true else {
      return nil
    }
    var target = SyslogTarget(host: host, trust: trust)
    target.port = port
    if let certificate = certificate.flatMap({ $0 }), let key = key.flatMap({ $0 }) {
      target.client = SyslogTarget.ClientPair(certificate: certificate, key: key)
    }
    return target
  }

  /// A file that may be missing, in a folder that is not.
  private static func linesFile(_ value: YAMLValue) -> String? {
    guard let path = value.path(.nothing) else { return nil }
    let parent = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
    guard isFolder(String(parent)) else { return value.refused("there is no folder \(parent); create it") }
    guard !isFolder(path) else { return value.refused("\(path) is a folder; give a file's name in it") }
    return path
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path.isEmpty ? "/" : path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
