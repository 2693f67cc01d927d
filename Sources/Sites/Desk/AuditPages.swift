import Web

struct ActsPage: InsidePage {
  static let template = "acts"

  let isEmpty: Bool
  let hasActs: Bool
  let acts: [ActRow]
  let paging: PagingValues?
}

struct ActRow: PageValues {
  let number: String
  let at: String
  let name: String
  let person: String
  let stead: String?
  let what: String
  let object: String
  let detail: String?
  let proof: String
  let certificate: String?
}

/// What crossed, hour by hour.
struct AuditPage: InsidePage {
  static let template = "audit"

  let hasSearches: Bool
  let searches: [SavedSearchRow]
  let search: SearchValues
  let isEmpty: Bool
  let hasHours: Bool
  let hours: [HourRow]
  let nameTyped: String
}

struct SavedSearchRow: PageValues {
  let id: String
  let name: String
  let query: String
}

/// What is looked for.
struct SearchValues: PageValues {
  let from: String
  let to: String
  let zones: [OptionValues]
  let peer: String
  let kinds: [OptionValues]
  let code: String
  let query: String
}

struct HourRow: PageValues {
  let hour: String
  let zone: String
  let peer: String?
  let kind: String
  let code: String?
  let count: String
  let messages: String?
  let query: String
}

struct AuditEntriesPage: InsidePage {
  static let template = "audit-entries"

  let search: SearchValues
  let isEmpty: Bool
  let hasEvents: Bool
  let events: [AuditEventRow]
  let paging: PagingValues?
}

struct AuditEventRow: PageValues {
  let at: String
  let zone: String
  let peer: String?
  let kind: String
  let code: String?
  let place: String
  let path: String
}

/// Whether an entry's place is proved.
struct StandingValues: PageValues {
  let isProved: Bool
  let text: String
}

struct AuditEntryPage: InsidePage {
  static let template = "audit-entry"

  let place: String
  let standing: StandingValues
  let proved: ProvedValues?
}

struct ProvedValues: PageValues {
  let members: [MemberValues]
  let proof: String
  let bytes: String
  let key: String
}

struct MemberValues: PageValues {
  let name: String
  let value: String
}

struct AuditTrailPage: InsidePage {
  static let template = "audit-trail"

  let number: String
  let isAsked: Bool
  var hasTrail: Bool = false
  var trail: [TrailRow] = []
  var canExport: Bool = false
}

struct TrailRow: PageValues {
  let event: AuditEventRow
  let standing: StandingValues
}

struct AuditAlertsPage: InsidePage {
  static let template = "audit-alerts"

  let isOpen: Bool
  let isEmpty: Bool
  let hasAlerts: Bool
  let canSettle: Bool
  let alerts: [AlertRow]
  let remarkTyped: String
  let paging: PagingValues?
}

struct AlertRow: PageValues {
  let alert: AlertValues
  let chosen: Bool
}

struct AlertValues: PageValues {
  let id: String
  let kind: String
  let title: String
  let zone: String
  let peer: String?
  let code: String?
  let count: String
  let firstAt: String
  let lastAt: String
  let acknowledged: AcknowledgedValues?
}

struct AcknowledgedValues: PageValues {
  let by: String
  let at: String
  let remark: String
}

struct AuditAlertPage: InsidePage {
  static let template = "audit-alert"

  let alert: AlertValues
  let hint: String
  let hasEvents: Bool
  let events: [AuditEventRow]
  let canExport: Bool
  let canSettle: Bool
  let remarkTyped: String
}

struct AuditChecksPage: InsidePage {
  static let template = "audit-checks"

  let canSettle: Bool
  let isEmpty: Bool
  let hasChecks: Bool
  let checks: [CheckRow]
}

struct CheckRow: PageValues {
  let at: String
  let log: String
  let size: String
  let witnessed: String
  let isGood: Bool
  let unseen: String?
  let fault: String?
}
