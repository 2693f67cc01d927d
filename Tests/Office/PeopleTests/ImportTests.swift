import People
import Roles
import Storage
import Testing

@Suite struct Imports {
  /// An office of 121 units: one, twenty, and five below each.
  private var units: String {
    var lines = ["id,parent,name,english", "city,,市政府,City"]
    for bureau in 1...20 {
      lines.append("b\(bureau),city,第\(bureau)局,")
      lines += (1...5).map { "b\(bureau)-s\($0),b\(bureau),第\(bureau)局第\($0)科," }
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  private func people(_ count: Int) -> String {
    var lines = ["id,name,unit,roles,mailboxes,fingerprint"]
    for number in 1...count {
      let digits = String(number)
      let fingerprint = String(repeating: "0", count: 64 - digits.count) + digits
      lines.append(
        "p\(number),\"姓\(number), 名\",b\(number % 20 + 1)-s\(number % 5 + 1),handler clerk,mayor,\(fingerprint)")
    }
    return lines.joined(separator: "\n")
  }

  private func run(
    _ office: TestOffice, _ kind: OfficeDirectory.ImportKind, _ text: String, isDryRun: Bool = false
  ) async throws -> ImportReport {
    try await office.directory.importTable(kind, Array(text.utf8), isDryRun: isDryRun, by: office.root)
  }

  private func errors(_ text: String, kind: OfficeDirectory.ImportKind = .people) async throws -> [String] {
    let office = try await TestOffice()
    let report = try await run(office, kind, text)
    #expect(try await office.directory.people(limit: 1, offset: 0, for: office.root).total == 1)
    #expect(try await office.directory.units(for: office.root).isEmpty)
    return report.errors.map { "\($0.line) \($0.problem.key) \($0.detail)" }
  }

  @Test func `take in 121 units and 4,000 people, and change nothing the second time`() async throws {
    let office = try await TestOffice()
    let dry = try await run(office, .units, units, isDryRun: true)
    #expect(dry.added == 121 && dry.errors.isEmpty)
    #expect(try await office.directory.units(for: office.root).isEmpty, "a dry run keeps nothing")
    #expect(try await run(office, .units, units).added == 121)
    #expect(try await run(office, .people, people(4_000), isDryRun: true).added == 4_000)
    #expect(try await office.directory.people(limit: 1, offset: 0, for: office.root).total == 1)
    #expect(try await run(office, .people, people(4_000)).added == 4_000)
    #expect(try await office.directory.people(in: "b3", limit: 1, offset: 0, for: office.root).total == 200)
    let again = try await run(office, .people, people(4_000))
    #expect(again.unchanged == 4_000 && again.added + again.changed == 0)
    let digits = String(repeating: "0", count: 63)
    let first = try #require(try await office.directory.official(certificate: digits + "1"))
    #expect(first.name == "姓1, 名" && first.roles == [.handler, .clerk] && first.mailboxes == ["mayor"])
  }

  @Test func `take units in any order, and a mark at the file's beginning`() async throws {
    let office = try await TestOffice()
    let report = try await run(office, .units, "\u{FEFF}name,parent,id\n科,bureau,section\n\n局,,bureau\n")
    #expect(report.added == 2)
    let changed = try await run(office, .units, "id,name\nbureau,大局\n")
    #expect(changed.changed == 1)
  }

  @Test func `name every line that does not do, and keep nothing`() async throws {
    let people = """
      id,name,unit,roles,mailboxes,fingerprint
      good,好,,clerk,mayor,
      Bad,坏,,,,
      li,,,,,
      wang,王,nowhere,,,
      zhao,赵,,king,,
      qian,钱,,clerk administrator,,
      sun,孙,,,moon,
      zhou,周,,,,xyz
      good,又,,,,
      wu,吴
      "zheng,郑,,,,

      """
    #expect(
      try await errors(people) == [
        "11 import-field-count 6", "12 import-quotes ",
      ], "a file that is no table is told so first")
    let lines = people.split(separator: "\n").prefix(10).joined(separator: "\n")
    #expect(
      try await errors(lines) == [
        "3 problem-identifier Bad", "4 problem-name ", "5 problem-no-such-unit nowhere", "6 problem-role king",
        "7 problem-barred-roles clerk administrator", "8 problem-no-such-mailbox moon", "9 problem-fingerprint xyz",
        "10 import-twice good",
      ])
  }

  @Test func `refuse a table of more rows than one transaction should hold`() async throws {
    let rows = (1...10_001).map { "u\($0),n" }.joined(separator: "\n")
    #expect(try await errors("id,name\n" + rows, kind: .units) == ["10002 import-too-large "])
  }

  @Test func `count lines within quotes as an editor does`() async throws {
    #expect(try await errors("id,name\na,\"x\ny\"\nB,z\n") == ["2 problem-name x\ny", "4 problem-identifier B"])
    #expect(try await errors("id,name\r\n\r\nB,z\r\n") == ["3 problem-identifier B"])
  }

  @Test(arguments: ["", "\n", "name\n", "id,name,id\n", "id,name,age\n", "id;name\n", "\"id,name\n"])
  func `refuse a first line that does not name the columns`(text: String) async throws {
    #expect(try await errors(text).map { $0.prefix(16) } == ["1 import-columns"])
  }

  @Test func `refuse other encodings and quotes in the middle`() async throws {
    let office = try await TestOffice()
    let report = try await office.directory.importTable(
      .units, Array("id,name\na,".utf8) + [0xCA, 0xD0], isDryRun: false, by: office.root)
    #expect(report.errors.map(\.problem) == [.notUTF8])
    for text in ["id,name\na,b\"c\n", "id,name\na,\"b\"c\n", "id,name\na,\"b\n"] {
      #expect(try await errors(text) == ["2 import-quotes "])
    }
  }

  @Test func `refuse a tree of five levels, and parents that there are not`() async throws {
    let deep = "id,parent,name\na,,a\nb,a,b\nc,b,c\nd,c,d\ne,d,e\nx,y,x\n"
    #expect(
      try await errors(deep, kind: .units) == ["6 problem-unit-too-deep ", "7 problem-no-such-unit y"])
    #expect(
      try await errors("id,parent,name\na,b,a\nb,a,b\n", kind: .units) == [
        "2 problem-no-such-unit b", "3 problem-no-such-unit a",
      ])
  }

  @Test func `change nobody's own rights, and are for administrators alone`() async throws {
    let office = try await TestOffice()
    let report = try await run(office, .people, "id,name,roles\n\(office.root.person),我,sealkeeper\n")
    #expect(report.errors.map(\.problem) == [.office(.oneself)])
    let clerk = Official(person: "li", name: "李", certificateFingerprint: "", roles: [.clerk])
    await #expect(throws: OfficeError.notAllowed) {
      try await office.directory.importTable(.units, Array(units.utf8), isDryRun: true, by: clerk)
    }
    let byOperator = try await office.directory.importTable(.units, Array(units.utf8), isDryRun: false, by: nil)
    #expect(byOperator.added == 121)
  }
}
