import AuctionClient
import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

// An operator passes lots on, as `ms-leilao repassar` does: by what the books say.

extension SimulatedHouse {
  func passOn(_ index: Int, _ number: Int) -> Bool {
    let id = plan.auctions[index].auction
    guard let known = bidders.compactMap({ $0.session.auctions[id] }).first, let command = passing(of: known) else { return true }
    world.trace.say("operador", "passes \(id) on to \(command.to)")
    give(
      Command(id: Build.commandID(500 + UInt64(index) + 10 * UInt64(number)), action: .passOn(command), clock: operatorClock))
    return true
  }

  /// Mostly what can be; now and then what ms-leilao has to refuse. What it cannot know to be wrong an operator's program never says.
  private func passing(of known: FollowedAuction) -> PassingOn? {
    let id = known.terms.auction
    func passing(
      _ result: Digest? = nil, from: PrincipalID? = nil, to: PrincipalID = "beta", _ amount: Money = 1, edition: Edition? = nil
    ) -> PassingOn {
      PassingOn(
        auction: id, edition: edition ?? known.edition, result: result ?? Build.digest("nenhum"), from: from, to: to,
        amount: amount,
        reason: "não pagou")
    }
    guard let ended = ended(id) else { return passing() }
    let before = known.passedOn.reduce(into: [ended.result.winner].compactMap { $0 }) { $0.append($1.passing.to) }
    let heir = Succession(ended.offers, under: known.terms, reserve: ended.reserve).next(without: Set(before))
    switch random.interval(0...9) {
    case 0: return passing(from: before.last)
    case 1: return passing(ended.digest, from: HousePlan.mallory)
    case 2: return passing(ended.digest, from: before.last, to: known.terms.seller)
    case 3 where !before.isEmpty: return passing(ended.digest, from: before.last, to: "epsilon", .maximum)
    default: return passing(ended.digest, from: before.last, to: heir?.bidder ?? known.terms.seller, heir?.amount ?? 1)
    }
  }

  private struct Ended {
    let result: AuctionResult
    let digest: Digest
    let offers: [Contest.Offer]
    let reserve: Money?
  }

  /// The bids that counted, as the blocks have them.
  private func ended(_ id: AuctionID) -> Ended? {
    var (bids, secrets, voided, reserve): ([Bid], [String: Money], Set<String>, Money?) = ([], [:], [], nil)
    for document in books.store.all("bloco", id.text) {
      guard let envelope = try? Envelope(Evidence(document.body)), let block = try? Block(envelope) else { return nil }
      switch block.content {
      case .opening: break
      case .entries(let entries):
        for entry in entries {
          switch entry.fact {
          case .bid(let evidence, _): if let bid = try? Bid(Envelope(evidence)) { bids.append(bid) }
          case .revealed(let bid, let bidder, let secret): secrets["\(bidder) \(bid)"] = secret.amount
          case .reserveRevealed(let secret): reserve = secret.amount
          case .voided(let evidence, _): if let said = Voiding(evidence) { voided.insert("\(said.bidder) \(said.bid)") }
          case .key, .outage, .suspended, .resumed: break
          }
        }
      case .closing(let result, _):
        let offers = bids.filter { !voided.contains("\($0.bidder) \($0.id)") }.map {
          Contest.Offer(bidder: $0.bidder, amount: $0.amount, maximum: secrets["\($0.bidder) \($0.id)"] ?? $0.amount)
        }
        return Ended(result: result, digest: SHA256.of(envelope.payload), offers: offers, reserve: reserve)
      }
    }
    return nil
  }
}
