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

  /// - Parameters:
  ///   - samples: each server's best one, nil for a server that has none.
  ///   - knowing: what was believed until now.
  ///   - awaiting: whether some servers have not had the time to answer yet: these have a vote all the same, so that
  ///     the first to answer, maybe a liar, does not decide alone.
  package init(_ samples: [Sample?], knowing current: Estimate?, awaiting: Bool, at now: Nanoseconds) {
    let claims = samples.map { sample in sample.map { Claim($0.offset, $0.halfWidth(at: now)) } }
    var voters = claims.compactMap(\.self)
    // The few that are left when most have gone silent must agree with what the majority said before.
    if !awaiting, voters.count < MajorityHull.need(of: samples.count), let current { voters.append(current.claim(at: now)) }
    let hull = voters.isEmpty ? nil : MajorityHull(voters, voters: awaiting ? samples.count : nil)
    estimate = hull.map { Estimate(offset: $0.middle, halfWidth: $0.halfWidth, madeAt: now) }
    verdicts = claims.map { claim in
      guard let claim else { return .silent }
      guard let hull else { return .noMajority }
      return hull.holds(claim) ? .chosen : .outvoted
    }
  }
}
