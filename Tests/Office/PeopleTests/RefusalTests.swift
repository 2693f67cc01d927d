import Testing

@testable import People

@Suite struct ThoseWhoAreTurnedAway {
  @Test func areEnteredAtOnceAndThenOnceAMinute() {
    let counts = RefusalCounts()
    #expect(counts.add(.untrusted, certificate: "a", at: 0).map(\.count) == [1])
    for second in 1..<60 { #expect(counts.add(.untrusted, certificate: "a", at: second * 1_000).isEmpty) }
    #expect(counts.add(.notEnrolled, certificate: "b", at: 30_000).map(\.kind.refusal) == [.notEnrolled])
    #expect(counts.takeDue(at: 59_999).isEmpty)
    // 59 of them came after the first.
    #expect(counts.takeDue(at: 60_000).map(\.count) == [59])
    #expect(counts.takeDue(at: 60_001).isEmpty)
    #expect(counts.add(.untrusted, certificate: "a", at: 61_000).map(\.count) == [1])
  }

  @Test func areNotToldApartWhereTheyAreTooMany() {
    let counts = RefusalCounts()
    var entered = 0
    for number in 0..<10_000 { entered += counts.add(.untrusted, certificate: "\(number)", at: 0).count }
    #expect(entered == 61)
    #expect(counts.takeDue(at: 60_000).map(\.count) == [10_000 - 61])
  }
}
