import DurableFiles

/// One request to a drop on a server.
struct CurlRequest {
  var url: String
  /// HTTP: the method; nil for the one that the transfer implies.
  var method: String?
  /// HTTP: whole lines, `Name: value`. SFTP: empty.
  var headers: [String] = []
  /// HTTP: a small body.
  var body: [UInt8] = []
  /// What is sent as a stream, straight from the disk.
  var upload: ReadableFile?
  /// SFTP: commands before and after the transfer; one that begins with `*` may fail.
  var before: [String] = []
  var after: [String] = []
  /// Only the commands are done.
  var hasNoTransfer = false
}

struct CurlAnswer {
  /// HTTP; 0 for SFTP.
  let status: Int
  let body: [UInt8]
}

/// What the callbacks of one transfer need. Used by one request, in one thread.
final class CurlTransfer {
  private static let answerMaxBytes = 16 * 1024 * 1024

  let upload: ReadableFile?
  private(set) var body: [UInt8] = []
  private(set) var failure: (any Error)?
  private(set) var isStalled = false
  private(set) var isCancelled = false
  private let silenceMax: Duration
  private var offset = 0
  private var moved = (down: 0, up: 0)
  private var lastMove = ContinuousClock.now

  init(upload: ReadableFile?, timeoutSeconds: Int) {
    self.upload = upload
    silenceMax = .seconds(timeoutSeconds)
  }

  /// Fills `buffer` with the file's next bytes; 0 at its end, nil if it cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard let upload else { return 0 }
    do {
      let bytes = try upload.read(at: offset, count: min(buffer.count, upload.byteCount - offset))
      buffer.copyBytes(from: bytes)
      offset += bytes.count
      return bytes.count
    } catch {
      failure = error
      return nil
    }
  }

  func seek(to place: Int) -> Bool {
    guard let upload, (0...upload.byteCount).contains(place) else { return false }
    offset = place
    return true
  }

  /// False if the response is too long.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= Self.answerMaxBytes else { return false }
    body.append(contentsOf: bytes)
    return true
  }

  /// Called about once a second and with every progress; false ends the transfer. libcurl's own limits leave out the
  /// steps before and after an SFTP transfer.
  func goesOn(down: Int, up: Int) -> Bool {
    if (down, up) != moved {
      moved = (down, up)
      lastMove = .now
    }
    isStalled = ContinuousClock.now - lastMove > silenceMax
    isCancelled = Task.isCancelled
    return !isStalled && !isCancelled
  }
}
