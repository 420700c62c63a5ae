package import ArgumentParser
import AuctionClient
import AuctionFacts
import AuctionWire
import NTPKit
import ServiceKit
import SharedKernel

/// `cliente-tui acompanhar`: every event of one auction, checked, as it comes.
package struct WatchCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "acompanhar", "watch",
      abstract: said("Mostra cada evento de um leilão, conferido, ao vivo.", "Shows every event of an auction, checked, live."),
      discussion: said(
        """
        Começa pelo estado atual. Cada bloco é conferido contra o anterior e cada lance \
        contra a chave de quem o deu. Com --ate-o-fim o estado de saída é 1 quando a \
        corrente não fechou.

        EXEMPLO:
          cliente-tui acompanhar violao-1978 --cliente cliente_alpha --ate-o-fim
        """,
        """
        Begins with the current state. Each block is checked against the one before, each \
        bid against its bidder's key. With --to-the-end the exit status is 1 when the \
        chain was broken.

        EXAMPLE:
          cliente-tui watch guitar-1978 --bidder cliente_alpha --to-the-end
        """))
  }

  @OptionGroup var house: ClientHouse
  @Argument(help: ArgumentHelp(said("O leilão.", "The auction."), valueName: said("LEILÃO", "AUCTION"))) var auction: String
  @Option(
    name: .spoken("cliente", "bidder"),
    help: ArgumentHelp(
      said("Quem acompanha; ouve também as suas recusas.", "Who watches; also hears its own refusals."), valueName: "ID"),
    completion: .biddersOfHouse)
  var bidder: String
  @Flag(
    name: .spoken("ate-o-fim", "to-the-end"),
    help: ArgumentHelp(said("Termina quando o leilão termina.", "Ends when the auction ends."))) var untilEnd = false
  @Flag(help: ArgumentHelp(said("Uma linha JSON por evento.", "One JSON line for each event."))) var json = false

  package init() {}

  package func run() async throws {
    let id = try BidderAccess.auction(auction)
    let settings = try house.resolved(brokerUser: BidderAccess.brokerUser)
    let bidder = try BidderAccess.bidder(bidder, option: BidderAccess.bidderOption)
    let clock = BidderClock.started(settings)
    defer { clock.stop() }
    let channel = Channel<BidderSession.Event>()
    let receipts = ReceiptFolder(settings, of: bidder)
    defer { receipts.complain() }
    let keys = try BidderAccess.keys(settings)
    // They may come while it watches: then it goes on.
    if let missing = HouseKeys.missing(in: keys.ring) { CommandRunner.complain(missing) }
    let driver = SessionDriver(
      broker: settings.broker, name: bidder.text, bidder: bidder, keys: keys, interest: .only([id]),
      clock: clock
    ) { receipts.keepOr($0) { channel.send($0) } }
    let (untilEnd, json) = (untilEnd, json)
    do {
      try await onThread(named: "acompanhar") {
        var printer = WatchPrinter(json: json)
        let events = EventReader(channel, broker: settings.broker)
        var (isKnown, isLive, wasUnderWay) = (false, false, false)
        var ended: FollowedAuction?
        while true {
          guard let event = try events.next(until: .now + .seconds(1)) else {
            leaveWithReader()
            continue
          }
          printer.show(event)
          if case .auction = event { isKnown = true }
          if case .live = event, !isKnown { printer.waiting(for: id) }
          switch event {
          case .connected: isLive = false
          case .live: isLive = true
          case .auction(let state, _) where state.result != nil: ended = state
          case .auction: wasUnderWay = true
          default: break
          }
          // Who comes late is told how it ended, and then how the lot was passed on.
          guard untilEnd, isLive || wasUnderWay, let ended else { continue }
          guard ended.health == .whole else { throw ExitStatus.refused }
          return
        }
      }
    } catch {
      await driver.close()
      throw error
    }
    await driver.close()
  }
}
