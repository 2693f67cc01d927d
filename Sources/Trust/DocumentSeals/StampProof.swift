import Certificates
import Foundation
import SealObjects

/// What a seal's time stamp proves.
struct StampProof {
  /// When the signature was there; nil where nobody but the sealer says so.
  let time: Date?
  let step: CheckStep

  /// - Parameters:
  ///   - der: nil where there is no stamp.
  ///   - signature: what it has to be over.
  ///   - stated: the time that the sealer states.
  init(_ der: [UInt8]?, over signature: [UInt8], stated: SealTime, _ trust: SealTrust, at now: Date) {
    // Clocks may differ by five minutes.
    guard stated.date <= now.addingTimeInterval(300) else {
      self.init(.fails, "\(stated) lies in the future")
      return
    }
    guard let der else {
      self.init(.remark, "\(stated), stated by the sealer")
      return
    }
    do throws(TrustError) {
      let stamp = try TimeStamp(der: der, over: signature)
      self.init(stamp, stated, trust, now)
    } catch { self.init(.fails, error.reason) }
  }

  private init(_ outcome: CheckStep.Outcome, _ detail: String, time: Date? = nil) {
    self.time = time
    step = CheckStep(.time, outcome, detail)
  }

  private init(_ stamp: TimeStamp, _ stated: SealTime, _ trust: SealTrust, _ now: Date) {
    let text = "\(SealTime(stamp.time)), stamped by \(stamp.certificate)"
    guard stamp.time <= now.addingTimeInterval(300) else {
      self.init(.fails, "\(text), lies in the future")
      return
    }
    guard stated.date <= stamp.time.addingTimeInterval(300) else {
      self.init(.fails, "\(text), before the time that the sealer states, \(stated)")
      return
    }
    do throws(TrustError) { try trust.verify(stamp) } catch {
      self.init(error.code == .untrusted ? .unknown : .fails, "\(text): \(error.reason)")
      return
    }
    guard trust.hasLists else {
      self.init(.holds, text, time: stamp.time)
      return
    }
    switch trust.revocation(of: stamp.certificate, through: stamp.certificates, at: now) {
    case .good: self.init(.holds, text, time: stamp.time)
    case .revoked(let reason, _): self.init(.fails, "\(text): \(reason)")
    case .unknown(let reason): self.init(.unknown, "\(text): \(reason)")
    }
  }
}
