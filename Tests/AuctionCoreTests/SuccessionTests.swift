import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// To whom a lot goes, and for how much, when those who had it are passed over.
struct SuccessionTests {
  private func offer(_ bidder: PrincipalID, _ amount: Money, upTo maximum: Money? = nil) -> Contest.Offer {
    Contest.Offer(bidder: bidder, amount: amount, maximum: maximum ?? amount)
  }

  private func heirs(
    _ terms: AuctionTerms, _ offers: [Contest.Offer], reserve: Money? = nil, without gone: Set<PrincipalID> = []
  ) -> [Heir] {
    Succession(offers, under: terms, reserve: reserve).heirs(without: gone, atMost: 9)
  }

  private func heir(_ bidder: PrincipalID, _ amount: Money) -> Heir { Heir(bidder: bidder, amount: amount) }

  @Test func `openly each pays what he would have paid had those before him not bid`() {
    let offers = [
      offer("alpha", 100_00), offer("beta", 110_00), offer("alpha", 120_00), offer("gamma", 500_00), offer("beta", 510_00),
    ]
    #expect(
      heirs(Build.terms(), offers) == [heir("beta", 510_00), heir("gamma", 500_00), heir("alpha", 100_00)],
      "alpha bid against beta only, and would have had it for his first bid")
    #expect(heirs(Build.terms(), offers, without: ["beta"]) == [heir("gamma", 500_00), heir("alpha", 100_00)])
  }

  @Test func `secret maxima contend again: the price is a step over the best of those who are left`() {
    let offers = [
      offer("alpha", 100_00, upTo: 300_00), offer("beta", 110_00, upTo: 800_00), offer("gamma", 320_00, upTo: 450_00),
    ]
    #expect(
      heirs(Build.terms(), offers) == [heir("beta", 460_00), heir("gamma", 320_00), heir("alpha", 100_00)])
    let equal = [offer("alpha", 100_00, upTo: 300_00), offer("beta", 110_00, upTo: 300_00), offer("gamma", 310_00)]
    #expect(
      heirs(Build.terms(), equal, without: ["gamma"]) == [heir("alpha", 300_00), heir("beta", 110_00)], "the first of equals")
  }

  @Test func `under seal the second pays his own amount, and each bidder's last bid is his bid`() {
    let terms = Build.terms(format: .sealed)
    let offers = [
      offer("alpha", .zero, upTo: 900_00), offer("beta", .zero, upTo: 400_00), offer("gamma", .zero, upTo: 400_00),
      offer("alpha", .zero, upTo: 500_00),
    ]
    #expect(heirs(terms, offers) == [heir("alpha", 500_00), heir("beta", 400_00), heir("gamma", 400_00)])
  }

  @Test func `in a Vickrey auction each pays the amount of the one behind him, the last the opening price`() {
    let terms = Build.terms(format: .vickrey)
    let offers = [
      offer("alpha", .zero, upTo: 500_00), offer("beta", .zero, upTo: 400_00), offer("gamma", .zero, upTo: 250_00),
    ]
    #expect(heirs(terms, offers) == [heir("alpha", 400_00), heir("beta", 250_00), heir("gamma", 100_00)])
  }

  @Test func `a reserve keeps nothing from being passed on, and lifts the price only of who goes as far`() {
    let openly = [
      offer("alpha", 100_00, upTo: 900_00), offer("beta", 200_00, upTo: 300_00), offer("gamma", 320_00, upTo: 390_00),
    ]
    #expect(
      heirs(Build.terms(), openly, reserve: 350_00) == [heir("alpha", 400_00), heir("gamma", 350_00), heir("beta", 200_00)])
    #expect(heirs(Build.terms(), openly, reserve: 1_000_00).first == heir("alpha", 400_00), "not met, and offered all the same")
    let vickrey = [offer("alpha", .zero, upTo: 500_00), offer("beta", .zero, upTo: 400_00), offer("gamma", .zero, upTo: 150_00)]
    #expect(
      heirs(Build.terms(format: .vickrey), vickrey, reserve: 300_00)
        == [heir("alpha", 400_00), heir("beta", 300_00), heir("gamma", 100_00)])
  }

  @Test func `what was bought at once goes to the best of the others, for no more than it cost then`() {
    let terms = Build.terms(rules: AuctionRules(buyNow: 500_00))
    let offers = [
      offer("alpha", 100_00, upTo: 480_00), offer("beta", 300_00, upTo: 495_00), offer("gamma", 500_00),
    ]
    #expect(heirs(terms, offers) == [heir("gamma", 500_00), heir("beta", 490_00), heir("alpha", 100_00)])
  }

  @Test func `where nobody is left, or nobody has bid, it goes to nobody`() {
    #expect(heirs(Build.terms(), [offer("alpha", 100_00)], without: ["alpha"]).isEmpty)
    #expect(heirs(Build.terms(), []).isEmpty)
    #expect(Succession([offer("alpha", 100_00)], under: Build.terms(), reserve: nil).heirs(without: [], atMost: 0).isEmpty)
  }
}
