import Foundation

enum FolderNames {
  /// The names of a folder's files that end in `.yaml`, in order.
  static func yaml(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
      .sorted()
  }
}
