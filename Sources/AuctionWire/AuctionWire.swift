// AuctionWire: the published language of the house: where messages travel (Topology), what kinds there are and who may
// say them (Kind), how they are signed (Envelope, DSSE) and how each is spelled (one `+Wire` file for each fact). The
// wire's Portuguese names stand here and nowhere else. It decides nothing, opens no connection, and neither hashes nor
// signs: those functions are handed in. `docs/protocol.md` says the same for people, `docs/asyncapi.yaml` for machines.

package import SharedKernel

/// A fact that travels as the payload of an envelope.
package protocol WireValue: Hashable, Sendable {
  /// The kinds that this type is spoken as.
  static var kinds: [Kind] { get }

  /// Reads a payload strictly; call it only with bytes whose signature has been verified.
  init(payload: [UInt8], kind: Kind) throws(WireError)

  var kind: Kind { get }

  /// The canonical spelling: the same value gives the same bytes.
  var payload: [UInt8] { get }

  /// AMQP `message_id`: the same statement has the same one, whenever it is said.
  var messageID: String { get }

  /// AMQP `correlation_id`: the auction, where there is one.
  var correlationID: String? { get }
}

extension WireValue {
  /// Reads what a verified envelope says.
  package init(_ envelope: Envelope) throws(WireError) {
    guard Self.kinds.contains(envelope.kind) else {
      throw .value(
        path: Name.payloadType.text, seen: envelope.kind.payloadType,
        accepted: Self.kinds.map(\.payloadType).joined(separator: " or "))
    }
    try self.init(payload: envelope.payload, kind: envelope.kind)
  }

  /// Spells the value and signs it.
  package func enveloped<Failure>(
    keyID: Digest, sign: ([UInt8]) throws(Failure) -> [UInt8]
  ) throws(Failure) -> Envelope {
    try Envelope.seal(kind, payload: payload, keyID: keyID, sign: sign)
  }
}

/// The bounds of everything that travels, in bytes unless it says otherwise.
package enum WireLimits {
  /// The body of a bid or a command.
  package static let requestBody = 16 * 1_024
  /// Any other body.
  package static let body = 112 * 1_024
  /// The payload of a block.
  package static let blockPayload = 72 * 1_024
  /// A query's body.
  package static let queryBody = 1_024
  /// The broker's `max_message_size`.
  package static let brokerMessage = 128 * 1_024
  /// Arrays and objects inside one another.
  package static let depth = 16
  /// Members of one object.
  package static let members = 64
  /// Every integer lies in ±(2^53 − 1), which every JSON reader holds exactly.
  package static let integer: Int64 = 9_007_199_254_740_991
  /// Unicode scalars of `titulo`, of `descricao`, of a `motivo` written by an operator.
  package static let title = 120
  package static let description = 2_000
  package static let reason = 500
  /// Bands of an increment table.
  package static let bands = 64
  /// Bytes of a signature (RSA with 4 096 bits has 512) and of a SubjectPublicKeyInfo.
  package static let signature = 1_024
  package static let publicKey = 1_024
  /// The largest `incerteza_us`; a clock that is less certain says this much.
  package static let uncertainty = Interval.seconds(10)
}
