import Foundation

/// Writes the city's letters at the portal and takes them through the office, each as far as chance will have it.
final class DemoLetters {
  /// What somebody does with a letter, and where it is then.
  private struct Step {
    let person: String
    let act: String
    var branch: Int?
    var fields: [(String, String)] = []
    let state: String
  }

  private struct Letter {
    let number: String
    let mailbox: String
    let steps: [Step]
  }

  private static let waitSeconds = 120.0
  private static let sources = 200

  private let city: DemoCity
  private let people: [String: DemoPerson]
  private var visits: [String: DeskVisit] = [:]
  private var random: SeededNumbers
  private var letters: [Letter] = []
  private var states: [String: Int] = [:]
  private var line = ProgressLine(total: 0)

  init(city: DemoCity, people: [DemoPerson], seed: UInt64) {
    self.city = city
    self.people = Dictionary(people.map { ($0.id, $0) }) { first, _ in first }
    random = SeededNumbers(seed: seed)
  }

  /// - Returns: how many letters are in which state.
  func write(_ count: Int) async throws -> [String: Int] {
    line = ProgressLine(total: count)
    for number in 0..<count {
      try await submit(number)
      line.show(number + 1, "letters written: \(number + 1) of \(count)")
    }
    for number in 0..<count {
      try await arrival(of: letters[number])
      try handle(letters[number])
      line.show(number + 1, "letters handled: \(number + 1) of \(count)")
    }
    line.end()
    return states
  }

  private func handle(_ letter: Letter) throws {
    for step in letter.steps { try take(step, letter.number) }
    states[letter.steps.last?.state ?? "arrived", default: 0] += 1
  }

  // MARK: Citizens

  private func submit(_ number: Int) async throws {
    let topic = DemoTopic.all[pick(DemoTopic.all.count)]
    let place = DemoTopic.places[pick(DemoTopic.places.count)]
    let isJunk = pick(100) < 4
    let mailbox = isJunk ? "mayor" : self.mailbox(topic)
    let text =
      topic.text.replacingOccurrences(of: "{place}", with: place)
      + DemoTopic.endings[pick(DemoTopic.endings.count)]
    // Each citizen has a phone and an address of their own.
    let phone = "139" + String(String(100_000_000 + number * 7_919 % 100_000_000).dropFirst())
    let client = try PortalClient(
      base: city.portal, authorities: city.root, source: "127.0.1.\(number % Self.sources + 1)")
    let visit = PortalVisit(client: client)
    let messages = DemonstrationMessages(directory: "\(city.place)/sms")
    let seen = try messages.names()
    try visit.askForCode(phone: phone)
    let code = try await messages.code(for: phone, after: seen)
    let receipt = try visit.send(
      PortalVisit.Letter(
        mailbox: mailbox, kind: isJunk ? "suggestion" : topic.kind,
        title: isJunk ? DemoTopic.junk.0 : place + topic.title, text: isJunk ? DemoTopic.junk.1 : text,
        isPublishable: pick(3) > 0, mail: nil, attachments: []), code: code)
    let steps = isJunk ? junk() : course(topic, mailbox)
    letters.append(Letter(number: receipt.number, mailbox: mailbox, steps: steps))
  }

  private func mailbox(_ topic: DemoTopic) -> String {
    if topic.section.hasPrefix("housing-"), pick(2) == 0 { return "housing-department" }
    return pick(8) == 0 ? "chengguan-township" : "mayor"
  }

  /// Waits until a letter has crossed.
  private func arrival(of letter: Letter) async throws {
    let clerk = try visit(clerk(letter.mailbox))
    let deadline = Date().addingTimeInterval(Self.waitSeconds)
    while try !clerk.reads("/letters/\(letter.number)") {
      guard Date() < deadline else {
        throw CommandFailure(.temporary, "letter \(letter.number) has not crossed; do both daemons run?")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  // MARK: Officials

  private func clerk(_ mailbox: String) -> String {
    switch mailbox {
    case "housing-department": "housing-clerk"
    case "chengguan-township": "chengguan-clerk"
    default: "city-clerk"
    }
  }

  private func leader(_ mailbox: String) -> String {
    switch mailbox {
    case "housing-department": "housing-leader"
    case "chengguan-township": "chengguan-leader"
    default: pick(2) == 0 ? "mayor" : "deputy-mayor"
    }
  }

  private func junk() -> [Step] {
    let steps = [
      Step(person: "city-clerk", act: "sign-for", state: "triage"),
      Step(person: "city-clerk", act: "junk", fields: [("reason", "广告信息，与政务无关。")], state: "recycled"),
    ]
    return Array(steps.prefix(pick(2) + 1))
  }

  /// The whole way of a letter, cut off somewhere: half of them are settled.
  private func course(_ topic: DemoTopic, _ mailbox: String) -> [Step] {
    let (clerk, leader) = (clerk(mailbox), leader(mailbox))
    if pick(100) < 6 { return declining(clerk, leader) }
    let steps = handling(topic, mailbox, clerk, leader)
    let isWhole = pick(100) < 45
    return Array(steps.prefix(isWhole ? steps.count : pick(steps.count)))
  }

  private func handling(_ topic: DemoTopic, _ mailbox: String, _ clerk: String, _ leader: String) -> [Step] {
    // The unit that the letter is dispatched to, and the section below it.
    let department = String(topic.section.prefix { $0 != "-" })
    let path =
      switch mailbox {
      case "housing-department": [topic.section]
      case "chengguan-township": ["chengguan"]
      default: [department, topic.section]
      }
    let name = DemoUnit.all.first { $0.id == path[0] }?.name ?? path[0]
    func filled(_ texts: [String]) -> String {
      texts[pick(texts.count)].replacingOccurrences(of: "{unit}", with: name)
    }
    var dispatch = [("unit-\(path[0])", "on"), ("lead-unit", path[0]), ("unit-due", Self.day(in: 5 + pick(6)))]
    if topic.kind == "complaint" { dispatch.append(("complaint-about", "none")) }
    var steps = [
      Step(person: clerk, act: "sign-for", state: "triage"),
      Step(
        person: clerk, act: "present", fields: [("leader", leader), ("proposal", filled(DemoTopic.proposals))],
        state: "instructing"),
      Step(
        person: leader, act: "instruct", fields: [("instruction", filled(DemoTopic.instructions))], state: "dispatching"
      ),
      Step(person: clerk, act: "dispatch", fields: dispatch, state: "handling: to be signed for"),
      Step(person: "\(path[0])-clerk", act: "unit-sign-for", branch: 1, state: "handling: signed for"),
    ]
    if pick(100) < 5 {
      steps[4] = Step(
        person: "\(path[0])-clerk", act: "dispute", branch: 1, fields: [("reason", "该事项不属于我单位职责范围，建议改派。")],
        state: "handling: disputed")
      return steps
    }
    let last = path[path.count - 1]
    if path.count > 1 {
      steps += [
        Step(
          person: "\(path[0])-clerk", act: "pass-down", branch: 1, fields: [("child-unit", last)],
          state: "handling: passed down"),
        Step(person: "\(last)-clerk", act: "unit-sign-for", branch: 1, state: "handling: signed for"),
      ]
    }
    steps += [
      Step(
        person: "\(last)-clerk", act: "assign", branch: 1, fields: [("handler", "\(last)-handler")],
        state: "handling: with the handler"),
      Step(
        person: "\(last)-handler", act: "submit", branch: 1, fields: [("draft-answer", topic.result)],
        state: "handling: with the unit's leader"),
    ]
    for (level, unit) in path.reversed().enumerated() {
      steps.append(
        Step(
          person: "\(unit)-leader", act: "pass-up", branch: 1, fields: [("opinion", "情况属实，同意报送。")],
          state: level == path.count - 1 ? "reviewing" : "handling: with the unit's leader"))
    }
    return steps + [
      Step(person: leader, act: "accept", fields: [("opinion", "同意。")], state: "settling"),
      Step(
        person: clerk, act: "settle", fields: [("text", "您好！来信收悉。\(topic.result)感谢您的来信。"), ("visibility", "private")],
        state: "answered"),
    ]
  }

  private func declining(_ clerk: String, _ leader: String) -> [Step] {
    let text = "您反映的事项已由人民法院立案审理，依法不属于本信箱受理范围，请按诉讼程序向受理法院反映。"
    let steps = [
      Step(person: clerk, act: "sign-for", state: "triage"),
      Step(
        person: clerk, act: "propose-decline",
        fields: [("leader", leader), ("decline-reason", "court"), ("text", text)], state: "reviewing"),
      Step(person: leader, act: "accept", state: "settling"),
      Step(person: clerk, act: "settle", fields: [("text", text), ("visibility", "private")], state: "declined"),
    ]
    return Array(steps.prefix(1 + pick(4)))
  }

  private func take(_ step: Step, _ number: String) throws {
    var fields = step.fields
    if let branch = step.branch { fields.append(("branch", "\(branch)")) }
    try visit(step.person).post("/letters/\(number)/\(step.act)", fields)
  }

  private func visit(_ name: String) throws -> DeskVisit {
    if let visit = visits[name] { return visit }
    guard let person = people[name] else { throw CommandFailure(.failed, "the city has no \(name)") }
    let visit = try city.visit(person)
    visits[name] = visit
    return visit
  }

  private func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  /// A day in so many days, in China.
  private static func day(in days: Int) -> String {
    String(Date(timeIntervalSinceNow: Double(days) * 86_400 + 28_800).ISO8601Format().prefix(10))
  }
}

/// The same numbers for the same seed: SplitMix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*,
/// OOPSLA 2014, figure 17).
private struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
