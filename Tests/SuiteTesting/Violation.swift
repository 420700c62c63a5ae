/// Something that RELIABILITY.md's invariants forbid, and that happened.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// Its number among the invariants.
  package let invariant: Int
  package let what: String

  package init(_ invariant: Int, _ what: String) { (self.invariant, self.what) = (invariant, what) }

  package var description: String { "(\(invariant)) \(what)" }
}
