public import Flows
public import YAMLText

/// Flows of letters as files.
public enum FlowFile {
  public static let filesMax = 50

  /// Reads and checks one.
  ///
  /// - Throws: what could not be read, with line and column.
  public static func check(_ path: String) throws(ConfigurationError) -> (FlowDefinition, [FlowFinding]) {
    let (written, findings) = try read(path)
    return (written.flow, findings)
  }

  private static func read(_ path: String) throws(ConfigurationError) -> (LetterFlows.Written, [FlowFinding]) {
    let problems = ProblemCollector()
    let bytes = YAMLFile.bytes(path, problems) ?? []
    try problems.throwIfAny()
    let flow = YAMLFile.parse(bytes, named: path, problems) { FlowReader().read($0) }
    try problems.throwIfAny()
    guard let flow else {
      throw ConfigurationError(
        problems: [.init(file: path, line: 1, column: 1, key: "", reason: "the file cannot be understood")])
    }
    return (
      LetterFlows.Written(flow: flow, text: String(decoding: bytes, as: UTF8.self)),
      FlowCheck.findings(of: flow, .letters)
    )
  }

  /// Reads all flows of a folder: each file that ends in `.yaml`.
  ///
  /// - Throws: what is wrong with any of them; notes are not.
  public static func folder(_ path: String) throws(ConfigurationError) -> [LetterFlows.Written] {
    func problem(_ file: String, _ reason: String) -> ConfigurationError {
      ConfigurationError(problems: [.init(file: file, line: 1, column: 1, key: "", reason: reason)])
    }
    let names: [String]
    do { names = try FolderNames.yaml(path) } catch { throw problem(path, "the folder cannot be read") }
    guard names.count <= filesMax else { throw problem(path, "more than \(filesMax) flows") }
    var (written, problems): ([LetterFlows.Written], [ConfigurationProblem]) = ([], [])
    for name in names {
      let file = path + "/" + name
      do throws(ConfigurationError) {
        let (read, findings) = try read(file)
        let flow = read.flow
        problems += findings.filter { !$0.isNote }.map {
          .init(file: file, line: $0.mark.line, column: $0.mark.column, key: "", reason: $0.line)
        }
        if let other = written.first(where: { $0.flow.id == flow.id && $0.flow.version == flow.version }) {
          problems.append(
            .init(
              file: file, line: 1, column: 1, key: "flow",
              reason: "there is a flow \(other.flow.id) of version \(flow.version) in another file; raise one version"))
        }
        written.append(read)
      } catch { problems += error.problems }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
    return written
  }

  /// The reasons for declining of a file.
  public static func declineReasons(_ path: String) throws(ConfigurationError) -> [DeclineReason] {
    let problems = ProblemCollector()
    let reasons = YAMLFile.read(path, problems) { DeclineReason.read($0) }
    try problems.throwIfAny()
    return reasons ?? []
  }
}

extension FlowFinding {
  /// As commands print it, after the place.
  public var line: String { "\(isNote ? "note: " : "")\(text) [\(code)]" }
}
