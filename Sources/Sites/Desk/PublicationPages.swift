import Web

/// Where a document is published or withdrawn.
struct PublicationPage: InsidePage {
  static let template = "publication"

  let heading: String
  let document: DocumentValues
  let path: String
  let decision: String
  let text: String
  let verb: String
  let hasReason: Bool
  let reasonTyped: String
  let hasOffices: Bool
  let offices: [OptionValues]
  let signing: SigningValues?
}

/// How far a document is on its way to another office.
struct DeliveryValues: PageValues {
  let peer: String
  /// As `PublicationValues.standing`.
  let standing: String
  let standingText: String
  let delivered: String
  let signedFor: String?
  let withdrawn: String?
  let reason: String?
}

/// How far a document is on its way to the public.
struct PublicationValues: PageValues {
  /// `sent`, `delivered`, `refused`, or one of these after `withdrawal-`.
  let standing: String
  let standingText: String
  let published: String
  let withdrawn: String?
  let reason: String?
}
