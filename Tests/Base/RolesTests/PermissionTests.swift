import Roles
import Testing

@Suite struct TheTableOfPermissions {
  private let department = UnitPath(["city", "housing"])

  private func official(_ roles: Set<Role>, standsInFor others: [Official] = []) -> Official {
    Official(
      person: "li", name: "李", certificateFingerprint: "", unit: department, roles: roles, mailboxes: ["given"],
      standsInFor: others,
      mailboxUnits: [
        "same": department, "below": UnitPath(["city", "housing", "repairs"]), "beside": UnitPath(["city", "roads"]),
        "above": UnitPath(["city"]),
      ])
  }

  @Test func `lets nobody do anything without a role, but see themself, end sessions and have keys`() {
    for action in Action.allCases {
      for place in [Place.mailbox("given"), .mailbox("same"), .office, .person("wang", unit: department)] {
        #expect(!official([]).may(action, place), "\(action)")
      }
      let own: Set<Action> = [.seeSelf, .endSessions, .enrolKey, .retireKey]
      #expect(official([]).may(action, .person("li", unit: nil)) == own.contains(action))
    }
  }

  @Test func `lets a clerk act on the mailboxes that are given, and on no others`() {
    for action in [Action.readLetter, .signForLetter, .answerLetter, .declineLetter] {
      #expect(official([.clerk]).mailboxes(allowing: action) == ["given"])
    }
  }

  @Test func `lets a leader read down the tree and not up or beside`() {
    #expect(official([.leader]).mailboxes(allowing: .readLetter) == ["given", "same", "below"])
    #expect(official([.leader]).mailboxes(allowing: .answerLetter).isEmpty)
  }

  @Test func `lets a handler answer what is the unit's`() {
    #expect(official([.handler]).mailboxes(allowing: .answerLetter) == ["given", "same"])
    #expect(official([.handler]).mailboxes(allowing: .declineLetter).isEmpty)
  }

  @Test func `gives the sum of the roles that are held`() {
    #expect(official([.clerk, .leader]).mailboxes(allowing: .readLetter) == ["given", "same", "below"])
    #expect(official([.clerk, .leader]).mailboxes(allowing: .signForLetter) == ["given"])
  }

  @Test(arguments: [Role.administrator, .securityOfficer, .sealkeeper]) func `lets some read no letter`(role: Role) {
    for action in Action.allCases where action.canBeDelegated {
      #expect(official([role]).mailboxes(allowing: action).isEmpty && !official([role]).may(action))
    }
  }

  @Test func `lets units draft, leaders grant below, and keepers alone apply seals`() {
    let places = [
      "mine": Place.document(drafter: "li", unit: department), "same": .document(drafter: "wang", unit: department),
      "below": .document(drafter: "wang", unit: UnitPath(["city", "housing", "repairs"])),
      "above": .document(drafter: "wang", unit: UnitPath(["city"])),
    ]
    func may(_ role: Role, _ action: Action) -> Set<String> {
      Set(places.filter { official([role]).may(action, $0.value) }.keys)
    }
    #expect(may(.handler, .draftDocument) == ["mine", "same"] && may(.handler, .requestSeal) == ["mine", "same"])
    #expect(may(.clerk, .draftDocument) == ["mine"] && may(.clerk, .readDocument) == ["mine", "same"])
    #expect(may(.leader, .grantSeal) == ["mine", "same", "below"] && may(.leader, .draftDocument).isEmpty)
    #expect(may(.sealkeeper, .applySeal) == Set(places.keys) && may(.sealkeeper, .readDocument).isEmpty)
    for role in Role.allCases where role != .sealkeeper {
      #expect(may(role, .applySeal).isEmpty && !official([role]).may(.keepSeals, .office))
    }
    var standIn = official([])
    standIn.standsInFor = [official([.sealkeeper])]
    #expect(!standIn.may(.applySeal), "who keeps a seal lets nobody else have it")
  }

  @Test func `lets a stand-in do with letters what the absent may, and nothing else`() {
    var absent = official([.clerk])
    absent.person = "wang"
    absent.mailboxes = ["absent"]
    let standIn = official([.handler], standsInFor: [absent])
    #expect(standIn.mailboxes(allowing: .declineLetter) == ["absent"])
    #expect(standIn.authority(for: .declineLetter, .mailbox("absent"))?.person == "wang")
    #expect(standIn.authority(for: .answerLetter, .mailbox("given"))?.person == "li")
    #expect(!standIn.may(.delegate, .person("wang", unit: department)))
    absent.roles = [.administrator]
    #expect(!official([.handler], standsInFor: [absent]).may(.changePeople, .office))
  }

  @Test func `knows no unit where none is given`() {
    var homeless = official([.leader, .handler])
    homeless.unit = nil
    #expect(homeless.mailboxes(allowing: .readLetter) == ["given"])
  }
}

@Suite struct BarredRoles {
  @Test func `are barred both ways`() {
    for role in Role.allCases { for other in role.barred { #expect(other.barred.contains(role)) } }
  }

  @Test func `keep the security officer alone and letters from the administrator`() {
    #expect(Role.barredPair(in: [.securityOfficer, .sealkeeper]) != nil)
    #expect(Role.barredPair(in: [.administrator, .clerk]) != nil)
    #expect(Role.barredPair(in: [.administrator, .sealkeeper]) == nil)
    #expect(Role.barredPair(in: [.clerk, .leader, .handler, .sealkeeper]) == nil)
    #expect(Role.allCases.allSatisfy { Role.barredPair(in: [$0]) == nil })
  }
}
