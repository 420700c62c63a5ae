package import Logging
package import MessagingKit
import Synchronization

/// What an operator should read of a connection's life. A trouble that stays the same is said once, not at each try.
package final class ConnectionLog: Sendable {
  private let log: Logger
  /// The last trouble told; nil while all is well.
  private let told = Mutex<String?>(nil)

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
      told.withLock { if $0 == Self.noBroker { $0 = nil } }
      log.info("\(said("conectado", "connected"))")
    case .subscribed(let name, let queue):
      told.withLock { $0 = nil }
      log.info("\(said("inscrito", "subscribed"))", metadata: ["name": "\(name)", "queue": "\(queue)"])
    case .disconnected(let reason, let retryIn):
      trouble(Self.noBroker, reason, metadata: ["retry": "\(retryIn)"])
    case .refused(let reason): trouble(Self.refused, reason)
    case .blocked(let reason):
      log.warning("\(said("o broker está cheio", "the broker is full"))", metadata: ["reason": "\(reason)"])
    case .unblocked: log.notice("\(said("o broker voltou a aceitar", "the broker accepts again"))")
    case .subscriptionCancelled(let name):
      log.warning(
        "\(said("o broker cancelou a inscrição", "subscription cancelled by the broker"))", metadata: ["name": "\(name)"])
    case .bound, .delivered: break
    }
  }

  private func trouble(_ what: String, _ reason: String, metadata: Logger.Metadata = [:]) {
    let isNew = told.withLock { last in
      defer { last = what }
      return last != what
    }
    log.log(level: isNew ? .warning : .debug, "\(what)", metadata: metadata.merging(["reason": "\(reason)"]) { $1 })
  }
}
