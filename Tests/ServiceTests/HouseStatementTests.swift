import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// Who is believed what.
@Suite struct HouseStatementTests {
  private let keys = SimulatedKeys()
  private let former: Voice
  private let ring: KeyRing
  /// Until then the former key spoke.
  private let retiredAt = Build.clock(.seconds(10)).instant

  init() throws {
    former = try keys.voice("ms_leilao")
    let retired = KeyRing.Member(owner: "ms_leilao", key: former.key.publicKey, retiredAt: retiredAt)
    ring = KeyRing([("ms_leilao", try PrivateKey.generate(.ed25519).publicKey)], retired: [retired])
  }

  private func rejection(_ instant: Timestamp, _ kind: (ClockReading) -> any WireValue) -> Rejection.Reason? {
    let clock = ClockReading(instant, uncertainty: .zero, status: .synchronized)
    do throws(Rejection) {
      _ = try HouseStatement(former.seal(kind(clock)).evidence.bytes, ring: ring)
      return nil
    } catch { return error.reason }
  }

  @Test func `A retired key is believed what it said until then, and nothing later`() {
    #expect(rejection(retiredAt) { Build.scheduling(clock: $0) } == nil)
    #expect(rejection(retiredAt + .microseconds(1)) { Build.scheduling(clock: $0) } == .retiredKey)
  }

  @Test func `A command or an answer is believed only under a key that stands`() throws {
    let operators = try keys.voice("operador")
    let command = try Envelope(operators.seal(Build.schedule(clock: Build.clock())).evidence)
    let standing = KeyRing([("operador", operators.key.publicKey)])
    #expect(throws: Never.self) { try command.check(by: standing) }
    let retired = KeyRing.Member(owner: "operador", key: operators.key.publicKey, retiredAt: retiredAt)
    #expect(throws: Rejection.self) { try command.check(by: KeyRing([], retired: [retired])) }
  }
}
