import Authority
import Certificates
import Cryptography
import DurableFiles
import Foundation
import Zones

/// The units, people and mailboxes of an invented city, and how they are reached.
struct DemoCity {
  let place: String
  let portal: String
  let desk: String
  private let intranet: ZoneConfiguration
  private let files = Files()

  /// - Throws: `refused` where the folder is no deployment for trying out.
  init(place: String) throws {
    for file in ["ca/issuing/authority.pem", "people/administrator.p12", "dmz/zone.yaml", "intranet/zone.yaml"] {
      guard files.exists("\(place)/\(file)") else {
        throw CommandFailure(
          .refused, "\(place): no deployment for trying out: \(file) is missing; `make city` makes one")
      }
    }
    self.place = place
    intranet = try loadZone("\(place)/intranet/zone.yaml")
    let dmz = try loadZone("\(place)/dmz/zone.yaml")
    guard let portal = dmz.portal, let desk = intranet.desk else {
      throw CommandFailure(.configuration, "\(place): there is no portal, or no desk")
    }
    guard case .file(let directory) = dmz.sms,
      URL(filePath: directory).standardizedFileURL.path == "\(place)/sms"
    else {
      throw CommandFailure(
        .refused, "\(place): its messages go to real phones; only a deployment for trying out is filled")
    }
    let direct = intranet.mailboxes.filter { $0.flow != "letter" }.map(\.identifier)
    guard direct.isEmpty else {
      throw CommandFailure(
        .refused,
        """
        \(place)/mailboxes.yaml: \(direct.joined(separator: ", ")): write `flow: letter` below each id and start the \
        daemons again, or let `make city` lay out a new folder
        """)
    }
    self.portal = "https://localhost:\(portal.port)"
    self.desk = "https://localhost:\(desk.port)"
  }

  var root: String { "\(place)/ca/root.pem" }

  /// Makes units and people, with a certificate for each person, and gives the mailboxes to their units. What is there
  /// already stays.
  ///
  /// - Returns: all people that letters can be handled by.
  func settle() async throws -> [DemoPerson] {
    let people = DemoPerson.all
    let table = try certificates(of: people)
    _ = try await askDaemon("people-import", "units\n" + DemoUnit.table, intranet)
    _ = try await askDaemon("people-import", "people\n" + table, intranet)
    try giveMailboxes()
    return people.filter { person in
      person.mailbox.isEmpty || intranet.mailboxes.contains { $0.identifier == person.mailbox }
    }
  }

  private func giveMailboxes() throws {
    let administrator = try visit("people/administrator", name: "administrator")
    for (mailbox, unit) in DemoUnit.mailboxes where intranet.mailboxes.contains(where: { $0.identifier == mailbox }) {
      try administrator.post("/mailboxes/\(mailbox)", [("unit", unit)])
    }
  }

  /// A certificate for each, and the table by which they are taken in.
  private func certificates(of people: [DemoPerson]) throws -> String {
    var line = ProgressLine(total: people.count)
    defer { line.end() }
    try FileManager.default.createDirectory(atPath: "\(place)/people/city", withIntermediateDirectories: true)
    var table = "id,name,unit,roles,mailboxes,fingerprint\n"
    do {
      let issuing = try AuthorityFolder(path: "\(place)/ca/issuing")
      for (number, person) in people.enumerated() {
        let fingerprint = try certificate(of: person, issuing)
        table += "\(person.id),\(person.name),\(person.unit),\(person.role),\(person.mailbox),\(fingerprint)\n"
        line.show(number + 1, "certificates: \(number + 1) of \(people.count)")
      }
    } catch let error as AuthorityError { throw CommandFailure(.failed, "\(error)") } catch let error as TrustError {
      throw CommandFailure(.failed, "\(error)")
    } catch let error as FileError { throw CommandFailure(.cannotWrite, "\(error)") }
    return table
  }

  func visit(_ person: DemoPerson) throws -> DeskVisit { try visit("people/city/\(person.id)", name: person.id) }

  private func visit(_ file: String, name: String) throws -> DeskVisit {
    let bytes: [UInt8]
    do { bytes = try files.read("\(place)/\(file).password", maxBytes: 256) } catch {
      throw CommandFailure(.failed, "\(error)")
    }
    let password = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let client = try PortalClient(
      base: desk, authorities: root, identity: .init(file: "\(place)/\(file).p12", password: password))
    return try DeskVisit(client, name: name)
  }

  /// The fingerprint of a person's certificate, which is made where there is none.
  private func certificate(of person: DemoPerson, _ issuing: AuthorityFolder) throws -> String {
    let file = "\(place)/people/city/\(person.id)"
    if files.exists("\(file).p12"), let kept = try? Certificate.load(pemFile: "\(file).pem").first {
      return kept.fingerprint.hex
    }
    // What an interrupted run has left is no use without the file of keys, which is written last.
    for ending in ["pem", "password"] { try files.remove("\(file).\(ending)") }
    let issued = try issuing.issue(.handler, to: person.id, date: Date())
    let password = IssuedFiles.makePassword()
    let packed = try PKCS12.make(
      name: "Guandu \(person.id)", certificate: issued.certificate, key: issued.key, chain: issuing.chain,
      password: password)
    try files.writeNew("\(file).pem", [Array(issued.certificate.pem.utf8)], mode: 0o644)
    try files.writeNew("\(file).password", [password.copy() + [UInt8(ascii: "\n")]])
    try files.writeNew("\(file).p12", [packed])
    return issued.certificate.fingerprint.hex
  }
}

/// A unit of the invented city.
struct DemoUnit {
  let id: String
  let name: String
  let english: String
  let parent: String

  /// Whose mailboxes are whose.
  static let mailboxes = [("mayor", "city"), ("chengguan-township", "chengguan"), ("housing-department", "housing")]

  static let all: [DemoUnit] = {
    var units = [DemoUnit(id: "city", name: "安澜市人民政府", english: "City government", parent: "")]
    for (id, name, english) in departments + towns {
      units.append(DemoUnit(id: id, name: name, english: english, parent: "city"))
    }
    for (id, name, english) in sections {
      let parent = String(id.prefix { $0 != "-" })
      units.append(DemoUnit(id: id, name: name, english: english, parent: parent))
    }
    return units
  }()

  static var table: String {
    "id,parent,name,english\n" + all.map { "\($0.id),\($0.parent),\($0.name),\($0.english)\n" }.joined()
  }

  private static let departments = [
    ("housing", "住房和城乡建设局", "Housing and Construction"), ("transport", "交通运输局", "Transport"),
    ("education", "教育局", "Education"), ("health", "卫生健康委员会", "Health"), ("police", "公安局", "Public Security"),
    ("environment", "生态环境局", "Environment"), ("water", "水务局", "Water"), ("urban", "城市管理局", "Urban Management"),
    ("civil", "民政局", "Civil Affairs"), ("labour", "人力资源和社会保障局", "Labour and Social Security"),
    ("market", "市场监督管理局", "Market Supervision"), ("farming", "农业农村局", "Agriculture"),
    ("culture", "文化和旅游局", "Culture and Tourism"), ("planning", "自然资源和规划局", "Planning"),
    ("heating", "燃气热力管理中心", "Gas and Heating"), ("insurance", "医疗保障局", "Health Insurance"),
  ]
  private static let towns = [
    ("chengguan", "城关镇", "Chengguan Township"), ("hexi", "河西街道", "Hexi Subdistrict"),
    ("dongxin", "东新街道", "Dongxin Subdistrict"), ("shuanglong", "双龙镇", "Shuanglong Township"),
    ("liuhe", "柳河乡", "Liuhe Township"), ("beiguan", "北关街道", "Beiguan Subdistrict"),
  ]
  private static let sections = [
    ("housing-property", "物业管理科", "Property Management"), ("housing-safety", "房屋安全科", "Building Safety"),
    ("transport-bus", "公共交通科", "Public Transport"), ("transport-roads", "公路养护科", "Road Maintenance"),
    ("education-schools", "基础教育科", "Schools"), ("health-hospitals", "医政科", "Hospitals"),
    ("police-traffic", "交通管理科", "Traffic Police"), ("environment-noise", "噪声污染防治科", "Noise"),
    ("water-supply", "供水管理科", "Water Supply"), ("water-drains", "排水管理科", "Drainage"),
    ("urban-order", "市容秩序科", "Street Order"), ("urban-lights", "市政照明科", "Street Lighting"),
    ("labour-wages", "劳动监察科", "Labour Inspection"), ("market-food", "食品安全科", "Food Safety"),
    ("heating-supply", "供热科", "Heating Supply"), ("civil-care", "养老服务科", "Elderly Care"),
  ]
}

/// Somebody of the invented city.
struct DemoPerson: Hashable {
  let id: String
  let name: String
  let unit: String
  let role: String
  /// The mailbox that they are the clerk of; empty for none.
  let mailbox: String

  static let all: [DemoPerson] = {
    var people: [DemoPerson] = []
    func add(_ id: String, _ unit: String, _ role: String, _ mailbox: String = "") {
      let (first, second) = (surnames[people.count % surnames.count], given[people.count * 7 % given.count])
      people.append(DemoPerson(id: id, name: first + second, unit: unit, role: role, mailbox: mailbox))
    }
    add("city-clerk", "city", "clerk", "mayor")
    add("city-deputy-clerk", "city", "clerk", "mayor")
    add("mayor", "city", "leader")
    add("deputy-mayor", "city", "leader")
    for unit in DemoUnit.all where unit.id != "city" {
      let mailbox = DemoUnit.mailboxes.first { $0.1 == unit.id }?.0 ?? ""
      add("\(unit.id)-clerk", unit.id, "clerk", mailbox)
      add("\(unit.id)-handler", unit.id, "handler")
      add("\(unit.id)-leader", unit.id, "leader")
    }
    return people
  }()

  private static let surnames = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁",
    "宋", "郑", "谢", "韩", "唐", "冯", "于", "董",
  ]
  private static let given = [
    "建国", "秀英", "志强", "桂兰", "海燕", "晓东", "丽华", "国平", "玉梅", "永刚", "春生", "雅琴", "文博", "思远", "佳怡", "立新", "红霞",
    "俊杰", "淑芬", "明辉", "卫东", "雪梅", "振华",
  ]
}
