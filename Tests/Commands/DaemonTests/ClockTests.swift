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
    #expect(watch.jump(wall: 4_604_000, steady: 3_604_050) == nil)
    // Small moves add up.
    let moved = ClockWatch.Jump(expected: 4_606_000, milliseconds: 5_400)
    #expect(watch.jump(wall: 4_611_400, steady: 3_606_050) == moved)
    // It is told until it was entered.
    #expect(watch.jump(wall: 4_611_400, steady: 3_606_050) == moved)
    watch.accept(wall: 4_611_400, steady: 3_606_050)
    #expect(watch.jump(wall: 4_613_400, steady: 3_608_050) == nil)
    #expect(
      watch.jump(wall: 1_000, steady: 3_610_050) == ClockWatch.Jump(expected: 4_615_400, milliseconds: -4_614_400))
  }
}
