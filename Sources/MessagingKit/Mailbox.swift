internal import Glibc
internal import Synchronization

/// A publish on its way: the message, and whom to tell.
struct Waiting: Sendable {
  enum Receiver: Sendable {
    case one(@Sendable (PublishOutcome) -> Void)
    case oneOfMany(Int, @Sendable (Int, PublishOutcome) -> Void)

    func resolve(_ outcome: PublishOutcome) {
      switch self {
      case .one(let receive): receive(outcome)
      case .oneOfMany(let index, let receive): receive(index, outcome)
      }
    }
  }
  let message: Publishing
  let receiver: Receiver
}

/// An acknowledgement, or a rejection, on its way.
struct Settlement: Sendable {
  enum Verdict: Sendable {
    case acknowledged(multiple: Bool)
    case rejected
  }
  let tag: DeliveryTag
  let verdict: Verdict
}

/// What callers on any thread hand to the owner thread of a connection.
///
/// Bounds: publishes by the options' limits; settlements by what has been delivered, since they are taken only while
/// connected; bindings by `bindingLimit` for each subscription. Nothing here is called with the lock held.
final class Mailbox: Sendable {
  static let bindingLimit = 4_096

  /// What the owner takes out at one go. Its arrays are kept for their memory.
  struct Work {
    var publishes: [Waiting] = []
    var settlements: [Settlement] = []
    var bindingsChanged = false
    /// When to stop, at the latest; nil while nobody asked.
    var closing: ContinuousClock.Instant?
  }

  private struct State {
    var publishes: [Waiting] = []
    var settlements: [Settlement] = []
    var bindings: [String: Set<Binding>] = [:]
    var bindingsChanged = false
    /// Publishes taken and not yet reported on, wherever they are.
    var unsettled = 0
    var isConnected = false
    var closing: ContinuousClock.Instant?
    var mustReconnect = false
    /// Something was posted since the owner last looked.
    var hasPost = false
    var isAsleep = false
    /// The owner's socket while it is open, so that it can be shut down under a library call that does not return.
    var socket: Int32 = -1
  }

  private let state: Mutex<State>
  private let wakeUp = WakeUp()
  private let capacity: Int

  init(capacity: Int, subscriptions: [Subscription]) {
    self.capacity = capacity
    var state = State()
    for subscription in subscriptions {
      if let bindings = subscription.source.bindings { state.bindings[subscription.name] = Set(bindings) }
    }
    self.state = Mutex(state)
  }

  /// Changes the state and wakes the owner if it sleeps.
  private func post<Result: Sendable>(_ change: (inout State) -> Result) -> Result {
    let (result, mustRing) = state.withLock { state in
      let result = change(&state)
      state.hasPost = true
      defer { state.isAsleep = false }
      return (result, state.isAsleep)
    }
    if mustRing { wakeUp.ring() }
    return result
  }
}

// MARK: - For callers

extension Mailbox {
  enum Admission: Sendable {
    case taken(Int)
    case disconnected
    case closed
  }

  /// Takes as many as fit, in order.
  func publish(_ items: [Waiting]) -> Admission {
    post { state in
      if state.closing != nil { return .closed }
      guard state.isConnected else { return .disconnected }
      let taken = min(items.count, capacity - state.unsettled)
      state.publishes.append(contentsOf: items.prefix(taken))
      state.unsettled += taken
      return .taken(taken)
    }
  }

  func settle(_ settlement: Settlement) {
    post { state in
      // The tags of a connection that is gone are void.
      if state.isConnected { state.settlements.append(settlement) }
    }
  }

  /// - Returns: false when there is no such subscription with bindings, or it has as many bindings as it may have.
  func change(_ subscription: String, _ change: (inout Set<Binding>) -> Void) -> Bool {
    post { state in
      guard var bindings = state.bindings[subscription] else { return false }
      change(&bindings)
      guard bindings.count <= Self.bindingLimit else { return false }
      state.bindings[subscription] = bindings
      state.bindingsChanged = true
      return true
    }
  }

  func reconnectNow() {
    post { $0.mustReconnect = true }
  }

  /// Asks the owner to stop at `deadline`, or earlier if it has nothing left to do. The first call counts.
  func close(by deadline: ContinuousClock.Instant) {
    let isConnecting = post { state in
      if state.closing == nil { state.closing = deadline }
      return !state.isConnected
    }
    if isConnecting { interrupt() }
  }

  /// Ends whatever the owner waits for on its socket. The handle stays the owner's: only the descriptor is shut down.
  func interrupt() {
    state.withLock { state in
      if state.socket >= 0 { _ = shutdown(state.socket, Int32(SHUT_RDWR)) }
    }
  }
}

// MARK: - For the owner

extension Mailbox {
  var isClosing: Bool { state.withLock { $0.closing != nil } }

  func bindings(of subscription: String) -> Set<Binding> {
    state.withLock { $0.bindings[subscription] ?? [] }
  }

  /// The socket may be shut down from elsewhere until this is called with nil. It is kept under a number of our own: librabbitmq
  /// closes its own as soon as something fails, and the number may be somebody else's then.
  func watch(_ socket: Int32?) {
    let kept = socket.map { fcntl($0, F_DUPFD_CLOEXEC, 0) } ?? -1
    let former = state.withLock { state in
      defer { state.socket = kept }
      return state.socket
    }
    if former >= 0 { _ = Glibc.close(former) }
  }

  /// From here on publishes and settlements are taken.
  func open() {
    state.withLock { $0.isConnected = true }
  }

  /// From here on publishes are declined.
  /// - Returns: those that nobody has looked at yet.
  func shut() -> [Waiting] {
    state.withLock { state in
      state.isConnected = false
      state.mustReconnect = false
      state.settlements.removeAll()
      defer { state.publishes.removeAll() }
      return state.publishes
    }
  }

  /// Exchanges the owner's emptied arrays for what has been posted.
  func take(_ work: inout Work) {
    work.publishes.removeAll(keepingCapacity: true)
    work.settlements.removeAll(keepingCapacity: true)
    state.withLock { state in
      swap(&state.publishes, &work.publishes)
      swap(&state.settlements, &work.settlements)
      work.bindingsChanged = state.bindingsChanged
      state.bindingsChanged = false
      work.closing = state.closing
      state.hasPost = false
    }
  }

  /// Makes room for as many further publishes.
  func settled(_ count: Int) {
    if count > 0 { state.withLock { $0.unsettled -= count } }
  }

  /// Waits until something is posted, `socket` is ready, or the time has passed.
  func wait(socket: Int32, forWriting: Bool, atMost limit: Duration) {
    let maySleep = state.withLock { state in
      state.isAsleep = !state.hasPost
      return state.isAsleep
    }
    guard maySleep else { return }
    wakeUp.wait(socket: socket, forWriting: forWriting, atMost: limit)
    state.withLock { $0.isAsleep = false }
  }

  /// Waits out a back-off, unless somebody wants to reconnect or to close.
  func waitBeforeReconnecting(until deadline: ContinuousClock.Instant) {
    while ContinuousClock.now < deadline {
      let mayWait = state.withLock { state in
        defer { state.mustReconnect = false }
        state.isAsleep = true
        return !state.mustReconnect && state.closing == nil
      }
      guard mayWait else { return }
      wakeUp.wait(socket: -1, forWriting: false, atMost: deadline - ContinuousClock.now)
    }
  }
}
