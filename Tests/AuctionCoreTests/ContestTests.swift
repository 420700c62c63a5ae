import AuctionCore
import AuctionFacts
import SharedKernel
import SuiteTesting
import Testing

/// What bids come to under secret maxima and in sealed auctions; and that nobody pays more than it takes.
struct ContestTests {
  private static func offer(_ bidder: PrincipalID, _ maximum: Int64, openly amount: Int64 = 0) -> Contest.Offer {
    Contest.Offer(bidder: bidder, amount: Build.money(amount), maximum: Build.money(maximum))
  }

  /// Worked out by hand from eBay's published increments, opening at 1.00; nil: refused, as less than the minimum.
  private static let proxies: [(PrincipalID, Int64, Int64?, PrincipalID)] = [
    ("alpha", 10_00, 1_00, "alpha"), ("beta", 5_00, 5_50, "alpha"), ("beta", 9_99, 10_00, "alpha"), ("beta", 10_01, nil, "alpha"),
    ("alpha", 10_51, 10_00, "alpha"), ("gamma", 12_00, 11_01, "gamma"), ("alpha", 12_00, 12_00, "gamma"),
  ]

  @Test func `a proxy goes one increment beyond the next highest, and no further than its maximum`() {
    let terms = Build.terms(openingPrice: 1_00, increment: .ebay)
    var contest = Contest()
    for (bidder, maximum, price, leader) in Self.proxies {
      guard let price else { continue }
      contest.take(Self.offer(bidder, maximum), under: terms)
      #expect(contest.price == Build.money(price) && contest.leader == leader, "\(bidder) \(maximum)")
    }
  }

  @Test func `the books take the same proxies, and refuse the one between price and minimum`() {
    var house = House(open: Build.terms(openingPrice: 1_00, increment: .ebay))
    var last: Money?
    for (bidder, maximum, price, leader) in Self.proxies {
      var draft = house.draft(.zero, by: bidder)
      (draft.maximum, draft.maximumCommitment) = (Build.money(maximum), Build.digest("compromisso"))
      let said = house.give(.bid(draft.submitted))
      #expect(said.refusals == (price == nil ? [.belowMinimum] : []), "\(bidder) \(maximum)")
      last = price.map { Build.money($0) } ?? last
      #expect(house.summary?.price == last && house.summary?.leader == leader, "\(bidder) \(maximum)")
      // Nobody's bid is in flight while the price moves.
      house.endTurn()
    }
  }

  @Test func `what is offered openly is paid even where less would do`() {
    let terms = Build.terms(openingPrice: 1_00, increment: .ebay)
    var contest = Contest()
    contest.take(Self.offer("alpha", 10_00, openly: 2_00), under: terms)
    #expect(contest.price == 2_00)
    contest.take(Self.offer("beta", 30_00, openly: 20_00), under: terms)
    #expect(contest.price == 20_00 && contest.leader == "beta")
  }

  @Test func `a proxy that the price pushes to what the lot costs at once has bought it`() {
    let terms = Build.terms(openingPrice: 1_00, increment: .fixed(1_00), rules: AuctionRules(buyNow: 10_00))
    var contest = Contest()
    contest.take(Self.offer("alpha", 50_00), under: terms)
    #expect(contest.price == 1_00)
    contest.take(Self.offer("beta", 9_50), under: terms)
    #expect(contest.price == 10_00 && contest.leader == "alpha" && terms.isBought(at: contest.price))
  }

  @Test func `who openly offers what the lot costs at once has it, however far the leader would have gone`() {
    let terms = Build.terms(openingPrice: 1_00, increment: .fixed(1_00), rules: AuctionRules(buyNow: 10_00))
    var contest = Contest()
    contest.take(Self.offer("alpha", 50_00), under: terms)
    contest.take(Self.offer("beta", 10_00, openly: 10_00), under: terms)
    #expect(contest.price == 10_00 && contest.leader == "beta")
    // In secret nobody goes further than that: of two who would, the first has it.
    contest = Contest()
    contest.take(Self.offer("alpha", 50_00), under: terms)
    contest.take(Self.offer("beta", 90_00), under: terms)
    #expect(contest.price == 10_00 && contest.leader == "alpha")
  }

  /// Opening at 10.00, by eBay's increments, not sold below 50.00.
  @Test func `who goes as far as the reserve pays at least that`() {
    let terms = Build.terms(openingPrice: 10_00, increment: .ebay)
    var contest = Contest(reserve: 50_00)
    for (bidder, maximum, price, leader, isMet) in [
      ("alpha", 20_00, 10_00, "alpha", false), ("beta", 40_00, 20_50, "beta", false), ("beta", 60_00, 50_00, "beta", true),
      ("alpha", 55_00, 56_00, "beta", true), ("alpha", 90_00, 61_00, "alpha", true),
    ] as [(PrincipalID, Int64, Int64, PrincipalID, Bool)] {
      contest.take(Self.offer(bidder, maximum), under: terms)
      #expect(contest.price == Build.money(price) && contest.leader == leader, "\(bidder) \(maximum)")
      #expect(contest.isReserveMet == isMet)
    }
    #expect(!Contest(reserve: 50_00).isReserveMet, "nobody has bid")
  }

  @Test func `a reserve that is what the lot costs at once is met by buying it`() {
    let terms = Build.terms(openingPrice: 1_00, increment: .fixed(1_00), rules: AuctionRules(buyNow: 10_00))
    var contest = Contest(reserve: 10_00)
    contest.take(Self.offer("alpha", 9_99), under: terms)
    #expect(contest.price == 1_00 && !contest.isReserveMet)
    contest.take(Self.offer("beta", 10_00), under: terms)
    #expect(contest.price == 10_00 && contest.leader == "beta" && terms.isBought(at: contest.price) && contest.isReserveMet)
  }

  @Test(arguments: [
    (AuctionFormat.vickrey, 300_00 as Int64, 250_00 as Int64), (.vickrey, 200_00, 150_00), (.sealed, 300_00, 300_00),
  ])
  func `sealed, the second price is at least the reserve where the first reaches it`(
    format: AuctionFormat, highest: Int64, price: Int64
  ) {
    let terms = Build.terms(format: format, openingPrice: 100_00)
    var contest = Contest(reserve: 250_00)
    for offer in [Self.offer("alpha", highest), Self.offer("beta", 150_00)] { contest.reveal(offer, under: terms) }
    #expect(contest.price == Build.money(price) && contest.leader == "alpha" && contest.isReserveMet == (highest >= 250_00))
  }

  @Test func `amounts at the end of what there is do not overflow`() {
    let terms = Build.terms(openingPrice: 1_00, increment: .percentage(basisPoints: 500))
    var contest = Contest()
    let most = Money.maximum.minorUnits
    contest.take(Self.offer("alpha", most), under: terms)
    contest.take(Self.offer("beta", most), under: terms)
    #expect(contest.price == .maximum && contest.leader == "alpha")
  }

  /// Each bid is revealed in about constant time, whoever made it, but for the best two lowering theirs.
  @Test func `a hundred thousand sealed bids are revealed`() {
    let terms = Build.terms(format: .vickrey, openingPrice: 1)
    var contest = Contest()
    let bidders = (0..<10_000).map { PrincipalID(stringLiteral: "cliente_\($0)") }
    for n in 0..<100_000 as Range<Int64> {
      contest.reveal(Self.offer(bidders[Int(n) % bidders.count], 1 + (n * 7_919) % 99_991), under: terms)
    }
    let last = Dictionary((90_000..<100_000 as Range<Int64>).map { (Int($0) % bidders.count, 1 + ($0 * 7_919) % 99_991) }) { $1 }
    let ranked = last.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    #expect(contest.leader == bidders[ranked[0].key] && contest.price == Build.money(ranked[1].value))
  }

  enum Sealed: CaseIterable { case first, second }

  @Test(arguments: Sealed.allCases)
  func `a sealed auction tells its winner bid by bid, once they are revealed`(kind: Sealed) {
    let terms = Build.terms(format: kind == .first ? .sealed : .vickrey, openingPrice: 100_00)
    var contest = Contest()
    let offers = [
      Self.offer("alpha", 300_00), Self.offer("beta", 250_00), Self.offer("alpha", 200_00), Self.offer("gamma", 250_00),
    ]
    offers.forEach { contest.take($0, under: terms) }
    #expect(contest.price == nil && contest.leader == nil)
    var story: [(Money?, PrincipalID?)] = []
    for offer in offers {
      contest.reveal(offer, under: terms)
      story.append((contest.price, contest.leader))
    }
    // Alpha's last bid replaces the first; of equal ones the first recorded leads.
    #expect(story.map(\.1) == ["alpha", "alpha", "beta", "beta"])
    #expect(story.map(\.0) == (kind == .first ? [300_00, 300_00, 250_00, 250_00] : [100_00, 250_00, 200_00, 250_00]))
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `whoever goes furthest leads, and the price is within one step of what the second would have given`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let increment = [Increment.fixed(10), .percentage(basisPoints: 700), .ebay].randomElement(using: &random) ?? .fixed(10)
    let terms = Build.terms(openingPrice: 100, increment: increment)
    var contest = Contest()
    var most: [(bidder: PrincipalID, maximum: Int64)] = []
    for _ in 0..<30 {
      let bidder = (["alpha", "beta", "gamma", "delta"] as [PrincipalID]).randomElement(using: &random) ?? "alpha"
      let maximum = terms.minimum(after: contest.price).minorUnits + Int64.random(in: 0...300, using: &random)
      let before = (price: contest.price, leader: contest.leader)
      if bidder == before.leader, maximum <= most.map(\.maximum).max() ?? 0 { continue }
      contest.take(Self.offer(bidder, maximum), under: terms)
      if bidder == before.leader { #expect(contest.price == before.price, "nobody bids against himself") }
      most.append((bidder, maximum))
      let highest = most.map(\.maximum).max() ?? 0
      #expect(contest.leader == most.first { $0.maximum == highest }?.bidder)
      let second = most.filter { $0.bidder != contest.leader }.map(\.maximum).max()
      let (price, least) = (contest.price?.minorUnits ?? 0, max(second ?? 100, 100))
      #expect(price >= least && price <= highest)
      #expect(price <= least + (second == nil ? 0 : increment.step(at: Build.money(least)).minorUnits))
      if let old = before.price { #expect(price >= old.minorUnits) }
    }
  }
}
