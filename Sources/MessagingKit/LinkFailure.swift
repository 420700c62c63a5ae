/// Why a request to the broker, or the whole connection, failed.
enum LinkFailure: Error, Hashable {
  /// The connection is of no use any more.
  case lost(String)
  /// The broker closed the connection, or did not let us in, and said why (AMQP reply code).
  case closedByBroker(code: Int, text: String)
  /// Our own settings make a connection impossible.
  case misconfigured(String)
  /// The broker closed one channel; the connection goes on.
  case channelClosed(code: Int, text: String)

  var reason: String {
    switch self {
    case .lost(let text), .misconfigured(let text): text
    case .closedByBroker(let code, let text): "the broker closed the connection: \(code) \(text)"
    case .channelClosed(let code, let text): "the broker closed the channel: \(code) \(text)"
    }
  }

  /// Whether somebody has to change something before it can work: rights, names, settings.
  var isRefusal: Bool {
    switch self {
    case .lost, .channelClosed: false
    case .misconfigured: true
    // 320 is an operator's or a stopping broker's "connection forced"; 501 and above but 530 are faults, not refusals.
    case .closedByBroker(let code, _): code == 402 || code == 403 || code == 530
    }
  }
}
