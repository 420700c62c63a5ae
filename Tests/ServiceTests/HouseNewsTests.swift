import AuctionFacts
import AuctionSigning
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// What is passed on is believed like what is read whole.
@Suite struct HouseNewsTests {
  private func reason(_ read: () throws(Rejection) -> Void) -> Rejection.Reason? {
    do throws(Rejection) {
      try read()
      return nil
    } catch { return error.reason }
  }

  private func block(at clock: ClockReading) -> Block {
    let outage = BlockEntry(
      fact: .outage(from: Build.noon, to: Build.noon + .seconds(9)), price: nil, leader: nil, minimum: 100_00,
      closesAt: Build.noon + .seconds(60))
    return Block(
      auction: "moto", edition: Build.digest("e"), number: 1, previous: Build.digest("p"), content: .entries([outage]),
      clock: clock)
  }

  @Test func `A block is passed on exactly where its readers believe it`() throws {
    let keys = SimulatedKeys()
    let (books, calendar, stranger) = (try keys.voice("ms_lance"), try keys.voice("ms_leilao"), try keys.voice("estranho"))
    let retired = KeyRing.Member(
      owner: "ms_lance", key: books.key.publicKey, retiredAt: Build.clock(.seconds(10)).instant)
    let ring = KeyRing([("ms_leilao", calendar.key.publicKey)], retired: [retired])
    var reasons: Set<Rejection.Reason?> = []
    for (seconds, voice) in [(10, books), (11, books), (10, calendar), (10, stranger)] as [(Int64, Voice)] {
      let sealed = try Envelope(voice.seal(block(at: Build.clock(.seconds(seconds)))).evidence)
      let forged = Envelope(
        kind: sealed.kind, payload: sealed.payload + [0x20], keyID: sealed.keyID, signature: sealed.signature)
      let bodies = [sealed.encoded(), [0x20] + sealed.encoded(), forged.encoded(), Array(sealed.encoded().dropLast())]
      for body in bodies {
        for exchange in [Exchange.leilao, .notificacoes, .comandos] {
          let whole = reason { () throws(Rejection) in _ = try HouseStatement(body, from: exchange, ring: ring) }
          let passed = reason { () throws(Rejection) in _ = try HouseNews(body, from: exchange, ring: ring) }
          #expect(passed == whole)
          reasons.insert(passed)
        }
      }
    }
    #expect(reasons == Set(Rejection.Reason.allCases + [nil]))
  }
}
