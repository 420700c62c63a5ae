package import Logging
package import MessagingKit
import Synchronization

/// What an operator should read of a connection's life. A trouble that stays the same is said once, not at each try.
package final class ConnectionLog: Sendable {
  private let log: Logger
  private struct State {
    /// The last trouble told; nil while all is well.
    var told: String?
    /// A refusal ends the connection too: that is not another trouble.
    var isRefused = false
    /// What was refused was the connection as a whole: it is mended once there is one.
    var endedByRefusal = false
  }
  private let state = Mutex(State())

  private static let noBroker = said("sem broker; sigo tentando", "no broker; trying on")
  private static let refused = said("o broker recusou; sigo tentando", "the broker refused; trying on")

  /// - Parameter role: what the connection is for.
  package init(_ log: Logger, role: String) {
    var log = log
    log[metadataKey: "connection"] = "\(role)"
    self.log = log
  }

  package func hear(_ event: ConnectionEvent) {
    switch event {
    case .connected:
      state.withLock {
        if $0.told == Self.noBroker || $0.endedByRefusal { $0.told = nil }
        $0.endedByRefusal = false
      }
      log.info("\(said("conectado", "connected"))")
    case .subscribed(let name, let queue):
      state.withLock { $0 = State() }
      log.info("\(said("inscrito", "subscribed"))", metadata: ["name": "\(name)", "queue": "\(queue)"])
    case .disconnected(let reason, let retryIn):
      let wasRefused = state.withLock { s in
        defer { s.isRefused = false }
        s.endedByRefusal = s.endedByRefusal || s.isRefused
        return s.isRefused
      }
      if !wasRefused { trouble(Self.noBroker, reason, metadata: ["retry_ms": "\(retryIn.roundedMilliseconds)"]) }
    case .refused(let reason):
      state.withLock { $0.isRefused = true }
      trouble(Self.refused, reason)
    case .blocked(let reason):
      log.warning("\(said("o broker está cheio", "the broker is full"))", metadata: ["reason": "\(reason)"])
    case .silent(let time):
      log.warning(
        "\(said("o broker não dá sinal de vida", "the broker gives no sign of life"))",
        metadata: ["for_ms": "\(time.roundedMilliseconds)"])
    case .heard: log.notice("\(said("o broker deu sinal de vida", "the broker gave a sign of life"))")
    case .unblocked: log.notice("\(said("o broker voltou a aceitar", "the broker accepts again"))")
    case .subscriptionCancelled(let name):
      log.warning(
        "\(said("o broker cancelou a inscrição", "subscription cancelled by the broker"))", metadata: ["name": "\(name)"])
    case .bound, .delivered: break
    }
  }

  private func trouble(_ what: String, _ reason: String, metadata: Logger.Metadata = [:]) {
    let isNew = state.withLock { s in
      defer { s.told = what }
      return s.told != what
    }
    log.log(level: isNew ? .warning : .debug, "\(what)", metadata: metadata.merging(["reason": "\(reason)"]) { $1 })
  }
}
