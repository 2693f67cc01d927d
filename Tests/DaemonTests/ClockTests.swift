import Testing

@testable import Daemon

@Suite struct AClock {
  @Test func isTakenForMovedOnlyWhereItIs() {
    var watch = ClockWatch()
    #expect(watch.jump(wall: 1_000_000, steady: 50) == nil)
    // Time passes, on both alike or nearly so.
    #expect(watch.jump(wall: 1_002_000, steady: 2_050) == nil)
    #expect(watch.jump(wall: 1_008_900, steady: 4_050) == nil)
    // An hour's pause of the process is none of the clock.
    #expect(watch.jump(wall: 4_608_900, steady: 3_604_050) == nil)
    #expect(
      watch.jump(wall: 4_618_900, steady: 3_606_050) == ClockWatch.Jump(expected: 4_610_900, milliseconds: 8_000))
    #expect(
      watch.jump(wall: 1_000, steady: 3_608_050) == ClockWatch.Jump(expected: 4_620_900, milliseconds: -4_619_900))
    #expect(watch.jump(wall: 3_000, steady: 3_610_050) == nil)
  }
}
