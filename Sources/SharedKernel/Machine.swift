// SharedKernel: the words that every module of the house shares: instants, money, identifiers, digests, and the one
// shape that every service has. Values only: no clock is read here, nothing is stored, nothing is sent.

/// A deterministic state machine: the same inputs at the same instants give the same state and the same outputs.
///
/// Implementations read no clock, draw no random number and perform no I/O; what they depend on arrives as an input.
/// That makes recovery, simulation, audit and debugging one operation: replay.
package protocol Machine<Input, Output>: Sendable {
  associatedtype Input: Sendable
  associatedtype Output: Sendable

  /// The next instant at which the machine wants to run even without an input; nil while nothing is due.
  var wakeUp: Timestamp? { get }

  /// Takes one input, as of the trusted clock's reading, and answers with what happened, in order.
  mutating func handle(_ input: Input, at clock: ClockReading) -> [Output]
}
