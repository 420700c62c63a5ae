/// What the servers say together.
package struct Selection: Hashable, Sendable {
  /// What became of one server's word.
  package enum Verdict: Hashable, Sendable {
    /// Its claim lies where a majority agrees.
    case chosen
    /// A majority says otherwise.
    case outvoted
    /// It answered, but no majority agrees on anything.
    case noMajority
    /// It has said nothing usable in its last eight polls.
    case silent
  }

  /// Nil where there is no majority; what was known before then stays.
  package var estimate: Estimate?
  /// In the order of the samples.
  package var verdicts: [Verdict]

  /// Holds the truth whenever more than half of the servers with a vote are right, whoever answers and whoever does not: of `k`
  /// that answered no more lie than there may be liars among all of them, so the truth is where the rest of the `k` claims meet.
  ///
  /// Where more than half of all servers agree that is the majority-coverage hull. Where fewer answer, it is what they leave open,
  /// narrowed by what was known before; without that it counts if it is narrow enough to be of use. A lone answer of three or
  /// more servers says nothing, since a liar may have it.
  /// - Parameters:
  ///   - samples: each server's best one, nil for a server that has none.
  ///   - voteless: those that stand for nobody, because they are another of the list under a second name.
  ///   - knowing: what was believed until now.
  ///   - awaiting: whether some servers have not had the time to answer yet: then only more than half of all will do.
  package init(
    _ samples: [Sample?], voteless: Set<Int> = [], knowing current: Estimate?, awaiting: Bool, at now: Nanoseconds
  ) {
    let claims = samples.enumerated().map { index, sample in
      voteless.contains(index) ? nil : sample.map { Claim($0.offset, $0.halfWidth(at: now)) }
    }
    let heard = claims.compactMap(\.self)
    let hull = Self.hull(of: heard, servers: samples.count - voteless.count, current?.claim(at: now), awaiting: awaiting)
    // What nobody who answered stands for is no news: it would make what was known look fresh.
    guard let hull, heard.contains(where: hull.holds) else {
      verdicts = claims.map { $0 == nil ? .silent : .noMajority }
      return
    }
    verdicts = claims.map { claim in claim.map { hull.holds($0) ? .chosen : .outvoted } ?? .silent }
    estimate = Estimate(offset: hull.middle, halfWidth: hull.halfWidth, madeAt: now)
  }

  private static func hull(of heard: [Claim], servers: Int, _ known: Claim?, awaiting: Bool) -> MajorityHull? {
    let mostLiars = max(servers - 1, 0) / 2
    guard let possible = MajorityHull(heard, need: heard.count - mostLiars) else { return nil }
    if MajorityHull(heard, voters: servers) != nil { return possible }
    if awaiting { return nil }
    if let known { return possible.within(known) }
    return possible.halfWidth <= ClockDiscipline.usableHalfWidth ? possible : nil
  }
}
