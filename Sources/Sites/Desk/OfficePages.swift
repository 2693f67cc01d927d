import Web

/// One of several that can be chosen or ticked.
struct OptionValues: PageValues {
  let id: String
  let text: String
  let chosen: Bool
}

/// Whatever goes for good is asked about first.
struct ConfirmPage: InsidePage {
  static let template = "confirm"

  let question: String
  let object: String
  let consequence: String
  let action: String
  let field: String?
  let value: String
  let verb: String
  let back: String
}

struct UnitsPage: InsidePage {
  static let template = "units"

  let isEmpty: Bool
  let hasUnits: Bool
  let units: [UnitRow]
  let canChange: Bool
  let identifier: String
  let fields: UnitFields
}

struct UnitRow: PageValues {
  let id: String
  let name: String
  let level: String
  let indent: String
}

struct UnitFields: PageValues {
  let name: String
  let english: String
  let choices: [OptionValues]
}

struct UnitPage: InsidePage {
  static let template = "unit"

  let id: String
  let name: String
  let canChange: Bool
  let fields: UnitFields
}

struct MailboxesPage: InsidePage {
  static let template = "mailboxes"

  let canChange: Bool
  let mailboxes: [MailboxRow]
}

struct MailboxRow: PageValues {
  let id: String
  let name: String
  let people: String?
  let unit: String?
  let choices: [OptionValues]
}

struct ImportPage: InsidePage {
  static let template = "import"

  let isDone: Bool
  let isChecked: Bool
  let summary: String
  let hasErrors: Bool
  let errors: [ImportErrorRow]
  let kinds: [ImportKindRow]
}

struct ImportErrorRow: PageValues {
  let line: String
  let text: String
  let detail: String?
}

struct ImportKindRow: PageValues {
  let id: String
  let text: String
  let columns: String
  let isFirst: Bool
}

struct PeoplePage: InsidePage {
  static let template = "people"

  let search: String
  let choices: [OptionValues]
  let canChange: Bool
  let total: String
  let hasPeople: Bool
  let people: [PersonRow]
  let paging: PagingValues?
}

struct PersonRow: PageValues {
  let id: String
  let name: String
  let unit: String?
  let roles: String
  let lastLogin: String?
}

struct PersonFields: PageValues {
  let name: String
  let choices: [OptionValues]
  let roles: [OptionValues]
  let mailboxes: [OptionValues]
}

struct NewPersonPage: InsidePage {
  static let template = "new-person"

  let id: String
  let fields: PersonFields
}

struct PersonPage: InsidePage {
  static let template = "person"

  let id: String
  let name: String
  let unit: String?
  let roleNames: String?
  let mailboxNames: String?
  let lastLogin: String?
  let isOneself: Bool
  let hasCertificates: Bool
  let certificates: [CertificateValues]
  let keys: KeysValues
  /// Nil where nothing can be typed on the page.
  let formAction: String?
  let canChange: Bool
  let canOffer: Bool
  let fingerprintTyped: String
  let fields: PersonFields
  /// Nil where they are none of the reader's business.
  let delegations: DelegationsValues?
}

struct CertificateValues: PageValues {
  let fingerprint: String
}

struct DelegationPage: InsidePage {
  static let template = "delegation"

  let id: String
  let delegations: DelegationsValues
}

struct DelegationsValues: PageValues {
  let hasDelegations: Bool
  let delegations: [DelegationRow]
  let hasDelegates: Bool
  let delegates: [DelegateValues]
  let fromTyped: String
  let untilTyped: String
}

struct DelegationRow: PageValues {
  let delegation: String
  let giver: String
  let person: String
  let delegate: String
  let from: String
  let until: String
  let isGiven: Bool
}

struct DelegateValues: PageValues {
  let id: String
  let name: String
  let chosen: Bool
}

struct MyKeysPage: InsidePage {
  static let template = "my-keys"

  let keys: KeysValues
  let offer: SigningValues
  let nameTyped: String
}

struct KeysValues: PageValues {
  let hasKeys: Bool
  let signingKeys: [KeyRow]
}

struct KeyRow: PageValues {
  let name: String
  let fingerprint: String
  let owner: String
  let enrolled: String
  let retired: String?
  let canRetire: Bool
}
