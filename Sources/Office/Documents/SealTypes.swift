public import Foundation
public import Storage

/// Whether a seal can be used.
public enum SealState: String, CaseIterable, Sendable, SQLConvertible {
  /// 在用
  case inUse = "in-use"
  /// 停用: for a while.
  case suspended
  /// 撤销: for ever, as when its key was stolen.
  case revoked
  /// 注销: for ever, as when its owner is no more.
  case cancelled

  /// The states that a keeper can give it now.
  public var next: [SealState] {
    switch self {
    case .inUse: [.suspended, .revoked, .cancelled]
    case .suspended: [.inUse, .revoked, .cancelled]
    case .revoked, .cancelled: []
    }
  }
}

/// A seal of the register.
public struct RegisteredSeal: Sendable {
  public var identifier: String
  /// As the seal itself says.
  public var ownIdentifier: String
  public var name: String
  /// Whose it is.
  public var owner: String
  public var widthMillimetres: Int
  public var heightMillimetres: Int
  public var validFrom: Date
  public var validUntil: Date
  public var state: SealState
  /// The signer of `zone.yaml` that has its keys.
  public var signer: String
  /// Of the key for OFD, and of the one for PDF; the second is empty where PDF is not signed.
  public var keyName: String
  public var pdfKeyName: String
  /// SHA-256 of the seal's file, hex.
  public var digest: String
  /// When it came, and whether it could be used at the time of the question.
  public var addedAt: Date
  public var isUsable: Bool
}

/// A line of a seal's history.
public struct SealStateChange: Sendable {
  public var at: Date
  public var state: SealState
  public var reason: String
  public var name: String
}
