import AuctionCore
import AuctionFacts
import AuctionWire
import ServiceKit
import SharedKernel

/// How a price falls, as a person writes it: what it falls from, by how much, how often. What it falls to is the opening price.
extension TermsReading {
  /// How long the price stands at each step; in whole seconds: the wire says no less.
  var step: Form<Interval> {
    Form(accepted: said("segundos inteiros, de 1s a 1d", "whole seconds, 1s to 1d")) { text in
      TimeText.interval(text).flatMap { interval in
        AuctionTerms.Bounds.descentStep.contains(interval) && interval.microseconds.isMultiple(of: 1_000_000) ? interval : nil
      }
    }
  }

  /// What is wrong with what a price falls from; nil: nothing.
  func problem(ofFall from: Money, to least: Money) -> String? {
    guard from <= least else { return nil }
    let (seen, accepted) = (text.number(from, in: currency), text.number(least, in: currency))
    return said(
      "“\(seen)” não serve; aceito: mais que o lance inicial, \(accepted), até onde o preço cai",
      "“\(seen)” is not accepted; accepted: more than the opening price, \(accepted), to which the price falls")
  }

  /// An option of auctions whose price falls was given for another.
  func onlyFalling(_ format: AuctionFormat) -> String {
    let dutch = AuctionFormat.dutch.wireName
    return said(
      "não serve em leilão \(format.wireName); aceito: só em leilão \(dutch)",
      "is not accepted in an auction \(format.wireName); accepted: in auctions \(dutch) only")
  }

  /// Of a reserve; accepted is none.
  var neverBelowTheLeast: String {
    let dutch = AuctionFormat.dutch.wireName
    return said(
      "não serve em leilão \(dutch), em que o preço só cai até o lance inicial; aceito: nos outros formatos",
      "is not accepted in an auction \(dutch), whose price falls no further than the opening price; accepted: in the other formats"
    )
  }

  /// No bid moves the end of an auction that the first bid ends.
  func problem(ofExtension window: Interval, _ format: AuctionFormat) -> String? {
    guard format == .dutch, window > .zero else { return nil }
    return said(
      "não serve em leilão \(format.wireName), que o primeiro lance encerra; aceito: 0s",
      "is not accepted in an auction \(format.wireName), which the first bid ends; accepted: 0s")
  }
}
