import Failpoints
import SuiteTesting
import Testing

struct FailpointTests {
  @Test func `A simulated process ends where a real one may, and at two places that only a simulation can hit`() {
    let strange = CrashPoint.allCases.filter { Failpoint(rawValue: $0.rawValue) == nil }
    #expect(strange == [.amidPublish, .afterMarkSent])
  }
}
