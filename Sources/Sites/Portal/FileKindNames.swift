import Zones

extension PortalSite {
  /// The kinds of files that the link lets through, as people call them.
  var fileKindNames: String {
    let allowed = configuration.links.first?.outgoingPolicy.fileKinds ?? []
    return FileKind.allCases.filter(allowed.contains).map(\.shortName).joined(separator: " · ")
  }
}

extension FileKind {
  /// The same in every language.
  var shortName: String {
    switch self {
    case .jpeg: "JPG"
    case .png: "PNG"
    case .gif: "GIF"
    case .webp: "WebP"
    case .heic: "HEIC"
    case .bmp: "BMP"
    case .tiff: "TIFF"
    case .mp4: "MP4"
    case .quickTime: "MOV"
    case .mp3: "MP3"
    case .mp4Audio: "M4A"
    case .amr: "AMR"
    case .wav: "WAV"
    case .pdf: "PDF"
    case .ole: "DOC · XLS · PPT · WPS"
    case .docx: "DOCX"
    case .xlsx: "XLSX"
    case .pptx: "PPTX"
    case .odt: "ODT"
    case .ods: "ODS"
    case .odp: "ODP"
    case .ofd: "OFD"
    case .zip: "ZIP"
    case .rar: "RAR"
    case .sevenZip: "7Z"
    case .text: "TXT (UTF-8)"
    case .other: "…"
    }
  }
}
