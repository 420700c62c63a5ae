import AuctionFacts
import AuctionSigning
import AuctionWire
import BidService
import JournalKit
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting

extension Bench where Process == SimulatedService<BidDesk> {
  /// An operator's command to void the bid of that number.
  func voiding(_ number: UInt64, of bidder: PrincipalID, id: UInt64 = 900, auction: AuctionID = "moto") throws -> Command {
    Command(
      id: Build.commandID(id + number),
      action: .void(
        Voiding(auction: auction, edition: try edition, bid: Build.bidID(number), bidder: bidder, reason: "valor errado")),
      clock: service.clock.now())
  }

  /// As ms-leilao hands it on.
  func handOn(_ command: Command, signedBy signer: PrincipalID = HousePrincipal.operator) throws {
    try world.keys.register(HousePrincipal.operator)
    service.keysChanged()
    settle()
    say(Publishing(OutgoingMessage.event(command, try world.keys.voice(signer).seal(command))), as: "ms_leilao")
  }

  func void(_ number: UInt64, of bidder: PrincipalID) throws { try handOn(try voiding(number, of: bidder)) }
}
