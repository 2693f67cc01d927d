public import struct Foundation.Date

extension SiteKitchen {
  /// How long ago something was, in whole minutes, hours or days: `90分钟`, `26小时`, `3天`.
  public func elapsed(since date: Date, now: Date = Date(), _ language: Language) -> String {
    let minutes = Int(max(0, min(now.timeIntervalSince(date), 1e11)) / 60)
    switch minutes {
    case ..<120: return strings.text(minutes == 1 ? "elapsedMinute" : "elapsedMinutes", language, "\(minutes)")
    case ..<2_880: return strings.text("elapsedHours", language, "\(minutes / 60)")
    default: return strings.text("elapsedDays", language, "\(minutes / 1_440)")
    }
  }
}
