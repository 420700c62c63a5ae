package import SharedKernel

/// How often and by how much the end of an auction was moved, as far as its blocks were read, and who or what did it last.
package struct Extensions: Hashable, Sendable {
  package private(set) var count = 0
  package private(set) var total = Interval.zero
  /// The bidder whose bid did it last, if a bid did.
  package private(set) var by: PrincipalID?
  package private(set) var cause: Extension.Cause?

  package init() {}

  package mutating func add(_ time: Interval, by bidder: PrincipalID?, _ cause: Extension.Cause) {
    count += 1
    total = total + time
    attribute(to: bidder, cause)
  }

  /// Who or what it was that did it last.
  package mutating func attribute(to bidder: PrincipalID?, _ cause: Extension.Cause) { (by, self.cause) = (bidder, cause) }
}
