package import AuctionWire
import ServiceKit
package import SharedKernel

/// Something of the house that runs: it is started, does a round of work when there is some, and may end at any moment.
package protocol SimulatedProcess: AnyObject {
  var name: String { get }
  var isRunning: Bool { get }
  /// Those of the running process.
  var connections: [SimulatedConnection] { get }
  /// Whether a round now would do something.
  var hasWork: Bool { get }
  /// The true time at which there will be work although nothing arrives.
  var wakeUp: Timestamp? { get }
  /// Where the process is to end, if it comes there.
  var plannedEnd: CrashPoint? { get set }

  func start()
  /// Wakes once, takes what has arrived, at most so many deliveries, and goes to sleep again.
  func round(atMost deliveries: Int)
  /// Ends at once; so many of its requests still reach the broker, and what the disk had not synced may be lost.
  /// - Parameter lingering: the broker learns of it only later.
  func crash(flushing requests: Int, losingPower: Bool, lingering: Bool)
  /// The key folder was looked at because something stirred there.
  func keysChanged()
}

extension SimulatedProcess {
  package func crash(flushing requests: Int, losingPower: Bool) {
    crash(flushing: requests, losingPower: losingPower, lingering: false)
  }
}

/// What a simulation's parts share.
package struct SimulatedWorld: Sendable {
  package let time: SimulatedTime
  package let trace: Trace
  package let broker: SimulatedBroker
  package let keys: SimulatedKeys
  package let tally = Tally()
  package let statements = StatementReader()
  /// The mistake that is planted in this world.
  package let sabotage: Sabotage?

  package init(seed: UInt64 = 1, sabotage: Sabotage? = nil, traced: Bool = true, topology: Topology = .house) {
    self.sabotage = sabotage
    time = SimulatedTime()
    trace = Trace(time, isKept: traced)
    broker = SimulatedBroker(topology, time: time, trace: trace, tally: tally)
    keys = SimulatedKeys(seed: seed)
  }

  /// The key folder as one process sees it.
  func liveKeys() throws -> LiveKeyRing {
    let keys = keys
    return try LiveKeyRing(stamp: { keys.changes }) { keys.ring }
  }
}
