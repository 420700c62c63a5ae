import ServiceKit
import SharedKernel
import Synchronization

/// Plays a script to the terminal as its time comes.
final class ScriptGateway: Gateway {
  private struct State {
    var house: ScriptedHouse
    var isStopped = false
  }

  private let state: Mutex<State>
  private let clock: ScriptClock
  private let inbox: Inbox
  private let log: ScriptLog?
  private let bell = Bell()

  init(_ script: Script, for bidder: PrincipalID, clock: ScriptClock, inbox: Inbox, log: ScriptLog?) {
    state = Mutex(State(house: ScriptedHouse(script, for: bidder)))
    (self.clock, self.inbox, self.log) = (clock, inbox, log)
  }

  func start() {
    startThread(named: "roteiro") { [self] in
      while let patience = tellDue() { bell.wait(patience) }
    }
  }

  /// Tells what is due, and answers how long nothing will be; nil: it has been stopped.
  private func tellDue() -> Duration? {
    state.withLock { state in
      let now = clock.elapsed
      var messages: [Message] = []
      while let next = state.house.nextAt, next <= now { messages += state.house.tell() }
      post(messages)
      if state.isStopped { return nil }
      return state.house.nextAt.map(clock.duration) ?? .seconds(3_600)
    }
  }

  /// Auctions as wholes are a picture of which nothing may be lost; the rest are events as any house's.
  private func post(_ messages: [Message]) {
    var rest = messages[...]
    while let first = rest.first {
      let picture = rest.prefix { if case .gateway(.auction, _) = $0 { true } else { false } }
      if picture.isEmpty { inbox.post(first) } else { inbox.post(all: Array(picture)) }
      rest = rest.dropFirst(max(picture.count, 1))
    }
  }

  func perform(_ effect: Effect) {
    state.withLock { state in
      let at = clock.elapsed
      let (told, order) = state.house.perform(effect, at: at)
      if let order { log?.note(order, at: at) }
      post(told)
    }
    bell.ring()
  }

  func stop() async {
    state.withLock { $0.isStopped = true }
    bell.ring()
  }
}
