import SharedKernel

/// Why a request to the broker, or the whole connection, failed.
enum LinkFailure: Error, Hashable {
  /// The connection is of no use any more.
  case lost(Sentence)
  /// The broker closed the connection, or did not let us in, and said why (AMQP reply code).
  case closedByBroker(code: Int, text: String)
  /// Our own settings make a connection impossible.
  case misconfigured(Sentence)
  /// The broker lacks what this connection works with.
  case incomplete(Sentence)
  /// The broker closed one channel; the connection goes on.
  case channelClosed(code: Int, text: String)

  static func lost(_ portuguese: String, _ english: String) -> LinkFailure { .lost(Sentence(portuguese, english)) }

  static func misconfigured(_ portuguese: String, _ english: String) -> LinkFailure {
    .misconfigured(Sentence(portuguese, english))
  }

  var reason: Sentence {
    switch self {
    case .lost(let sentence), .misconfigured(let sentence), .incomplete(let sentence): sentence
    case .closedByBroker(let code, let text):
      Sentence("o broker fechou a conexão: \(code) \(text)", "the broker closed the connection: \(code) \(text)")
    case .channelClosed(let code, let text):
      Sentence("o broker fechou o canal: \(code) \(text)", "the broker closed the channel: \(code) \(text)")
    }
  }

  /// Whether somebody has to change something before it can work: rights, names, settings.
  var isRefusal: Bool {
    switch self {
    case .lost, .channelClosed: false
    case .misconfigured, .incomplete: true
    // 320 is an operator's or a stopping broker's "connection forced"; 501 and above but 530 are faults, not refusals.
    case .closedByBroker(let code, _): code == 402 || code == 403 || code == 530
    }
  }
}
