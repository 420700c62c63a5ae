package import Logging
package import MessagingKit

/// What an operator should read of a connection's life.
package enum ConnectionLog {
  /// Logs what a connection tells, then hands it on.
  package static func reporting(
    _ log: Logger, _ role: String, then handle: @escaping @Sendable (ConnectionEvent) -> Void
  ) -> @Sendable (ConnectionEvent) -> Void {
    { event in
      switch event {
      case .connected: log.info("\(said("conectado", "connected"))", metadata: ["connection": "\(role)"])
      case .subscribed(let name, let queue):
        log.info(
          "\(said("inscrito", "subscribed"))", metadata: ["connection": "\(role)", "name": "\(name)", "queue": "\(queue)"])
      case .disconnected(let reason, let retryIn):
        log.warning(
          "\(said("sem broker", "no broker"))", metadata: ["connection": "\(role)", "reason": "\(reason)", "retry": "\(retryIn)"])
      case .refused(let reason):
        log.error(
          "\(said("o broker recusou", "the broker refused"))", metadata: ["connection": "\(role)", "reason": "\(reason)"])
      case .blocked(let reason):
        log.warning(
          "\(said("o broker está cheio", "the broker is full"))", metadata: ["connection": "\(role)", "reason": "\(reason)"])
      case .unblocked:
        log.notice("\(said("o broker voltou a aceitar", "the broker accepts again"))", metadata: ["connection": "\(role)"])
      case .subscriptionCancelled(let name):
        log.warning(
          "\(said("o broker cancelou a inscrição", "subscription cancelled by the broker"))", metadata: ["name": "\(name)"])
      case .bound, .delivered: break
      }
      handle(event)
    }
  }
}
