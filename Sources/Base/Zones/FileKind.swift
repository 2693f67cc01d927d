/// What a file is by its content, as a link's policy names it.
public enum FileKind: String, CaseIterable, Sendable {
  case jpeg = "image/jpeg"
  case png = "image/png"
  case gif = "image/gif"
  case webp = "image/webp"
  case heic = "image/heic"
  case bmp = "image/bmp"
  case tiff = "image/tiff"
  case mp4 = "video/mp4"
  case quickTime = "video/quicktime"
  case mp3 = "audio/mpeg"
  case mp4Audio = "audio/mp4"
  case amr = "audio/amr"
  case wav = "audio/wav"
  case pdf = "application/pdf"
  /// What Word, Excel and PowerPoint wrote until 2003, WPS, and password-protected office files: they look alike.
  case ole = "application/x-ole-storage"
  case docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
  case xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
  case pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
  case odt = "application/vnd.oasis.opendocument.text"
  case ods = "application/vnd.oasis.opendocument.spreadsheet"
  case odp = "application/vnd.oasis.opendocument.presentation"
  case ofd = "application/ofd"
  case zip = "application/zip"
  case rar = "application/vnd.rar"
  case sevenZip = "application/x-7z-compressed"
  /// UTF-8 without control characters that is neither markup nor a script.
  case text = "text/plain"
  /// None of the others.
  case other = "application/octet-stream"
}
