public import struct Foundation.Date

extension SiteRenderer {
  /// How long ago something was, in whole minutes, hours or days: `90分钟`, `26小时`, `3天`.
  public func elapsed(since date: Date, now: Date = Date(), _ language: Language) -> String {
    duration(seconds: Int(max(0, min(now.timeIntervalSince(date), 1e11))), language)
  }

  /// A length of time in the same words.
  public func duration(seconds: Int, _ language: Language) -> String {
    let minutes = seconds / 60
    return switch minutes {
    case ..<120: strings.text(minutes == 1 ? "elapsedMinute" : "elapsedMinutes", language, "\(minutes)")
    case ..<2_880: strings.text("elapsedHours", language, "\(minutes / 60)")
    default: strings.text("elapsedDays", language, "\(minutes / 1_440)")
    }
  }
}
