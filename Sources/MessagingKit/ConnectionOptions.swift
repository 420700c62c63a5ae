package import SharedKernel

/// What a TLS connection needs beside the address. Files are PEM.
///
/// The peer's certificate and host name are always checked, with TLS 1.2 or later. librabbitmq 0.11 does not match IP
/// addresses in certificates: a broker is addressed by name.
package struct TLSOptions: Sendable, Hashable {
  /// The authorities that may vouch for the broker; librabbitmq 0.11 knows no system store.
  package var caFile: String
  /// Our own certificate; with it the broker takes our identity from the certificate (SASL EXTERNAL).
  package var certificateFile: String?
  /// Its private key, unencrypted.
  package var keyFile: String?

  package init(caFile: String, certificateFile: String? = nil, keyFile: String? = nil) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }
}

/// Everything that one connection is made with.
package struct ConnectionOptions: Sendable {
  package var url: BrokerURL
  /// Needed with `amqps://`, refused with `amqp://`.
  package var tls: TLSOptions?
  /// Shown by the broker's tools beside the connection.
  package var name: String
  /// Of the reasons in its events and outcomes.
  package var language: Language
  /// The broker is taken for dead after two of these without a sign of life; 5 to 20 s serve best.
  package var heartbeatSeconds: Int
  /// The bound of each step to a connection (TCP or TLS, login) and of each later request to the broker.
  package var connectTimeout: Duration
  /// Bodies longer than this (in bytes) are never gathered when they come, and never sent.
  package var maximumBodySize: Int
  /// How many publishes may be on their way without a confirm.
  package var inFlightLimit: Int
  /// How many further publishes may wait for their turn, as during a broker's alarm.
  package var waitingLimit: Int
  package var backoff: Backoff
  /// Whether the texts among a message's headers are handed on. For people's eyes: nothing is decided by what anybody may write.
  package var readsHeaders = false
  /// What this connection publishes to: while one of them is missing at the broker it is not connected.
  package var exchanges: [String] = []

  package init(
    url: BrokerURL, tls: TLSOptions? = nil, name: String, language: Language = .english, heartbeatSeconds: Int = 10,
    connectTimeout: Duration = .seconds(5),
    maximumBodySize: Int = 131_072, inFlightLimit: Int = 1_000, waitingLimit: Int = 4_000, backoff: Backoff = Backoff()
  ) {
    precondition((1...3_600).contains(heartbeatSeconds), "a heartbeat is 1 to 3600 s: without one a dead link is never noticed")
    precondition(connectTimeout > .zero && connectTimeout <= .seconds(3_600), "a connect timeout is above 0 and at most an hour")
    precondition(maximumBodySize > 0 && inFlightLimit > 0 && waitingLimit >= 0, "limits are positive")
    self.url = url
    self.tls = tls
    self.name = name
    self.language = language
    self.heartbeatSeconds = heartbeatSeconds
    self.connectTimeout = connectTimeout
    self.maximumBodySize = maximumBodySize
    self.inFlightLimit = inFlightLimit
    self.waitingLimit = waitingLimit
    self.backoff = backoff
  }
}
