package import AuctionFacts
package import SharedKernel

/// A signed statement: a DSSE envelope (secure-systems-lab/dsse, protocol.md and envelope.md) with exactly one signature.
///
/// Reading one proves nothing: verify `signature` over `preAuthenticationEncoding` with the registered key of `keyID`, check
/// that `kind.speaker` admits the key's owner, and only then read the payload.
package struct Envelope: Sendable {
  package let kind: Kind
  package let payload: [UInt8]
  /// SHA-256 of the signer's SubjectPublicKeyInfo.
  package let keyID: Digest
  package let signature: [UInt8]
  /// Only beside bids, outside the signature.
  package private(set) var secret: Secret?
  /// The bytes that it was read from, where they are the canonical spelling.
  var spelling: [UInt8]?

  package static let contentType = "application/vnd.dsse.envelope.v1+json"

  package init(kind: Kind, payload: [UInt8], keyID: Digest, signature: [UInt8], secret: Secret? = nil) {
    (self.kind, self.payload, self.keyID, self.signature) = (kind, payload, keyID, signature)
    self.secret = kind == .bidPlaced ? secret : nil
  }

  /// Reads a message's body strictly; the payload's bytes are not looked at.
  package init(parsing body: [UInt8]) throws(WireError) {
    if let canonical = Envelope(canonical: body) { self = canonical } else { try self.init(members: body) }
  }

  /// Whatever its spelling.
  init(members body: [UInt8]) throws(WireError) {
    var members = try Members(body, limit: WireLimits.body, unknown: .refused)
    try self.init(taking: &members)
    if kind == .bidPlaced, let field = members.takeIfPresent(.secret) { secret = try Secret(field) }
    try members.finish()
    guard body.count <= kind.maximumBody else {
      throw .tooLarge(path: "", bytes: body.count, limit: kind.maximumBody)
    }
  }

  /// The three members of a body that has a secret beside them and is no envelope all the same; nil of any other.
  package static func besideSecret(in body: [UInt8]) -> Envelope? {
    guard var members = try? Members(body, limit: WireLimits.body, unknown: .ignored),
      members.takeIfPresent(.secret) != nil
    else { return nil }
    return try? Envelope(taking: &members)
  }

  /// Reads kept evidence again.
  package init(_ evidence: Evidence) throws(WireError) { try self.init(parsing: evidence.bytes) }

  /// The three members of DSSE; what else stands there is the caller's affair.
  init(taking members: inout Members) throws(WireError) {
    let typeField = try members.take(.payloadType)
    guard case .string(let type) = typeField.value, let kind = Kind(payloadType: type) else {
      throw typeField.refused("application/vnd.leilao.<kind>.v1+json of a known kind")
    }
    let payload = try members.take(.payload).base64(atMost: kind.maximumPayload)
    let signatures = try members.take(.signatures)
    guard case .array(let all) = signatures.value, all.count == 1, let only = try signatures.array(atMost: 1).first else {
      throw .value(path: signatures.path, seen: signatures.value.summary, accepted: "exactly one signature")
    }
    var one = try only.object()
    let keyID = try one.take(.keyID).digest()
    let signature = try one.take(.signature).base64(atMost: WireLimits.signature)
    try one.finish()
    self.init(kind: kind, payload: payload, keyID: keyID, signature: signature)
  }

  /// What is signed: `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`, lengths in ASCII decimal.
  package static func pae(_ kind: Kind, _ payload: [UInt8]) -> [UInt8] {
    let type = kind.payloadType
    return Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  package var preAuthenticationEncoding: [UInt8] { Envelope.pae(kind, payload) }

  /// Signs a payload; `sign` gets the pre-authentication encoding.
  package static func seal<Failure>(
    _ kind: Kind, payload: [UInt8], keyID: Digest, sign: ([UInt8]) throws(Failure) -> [UInt8]
  ) throws(Failure) -> Envelope {
    Envelope(kind: kind, payload: payload, keyID: keyID, signature: try sign(pae(kind, payload)))
  }

  /// The same bid with what its commitment hides beside it; no other kind takes a secret.
  package func with(_ secret: Secret?) -> Envelope {
    Envelope(kind: kind, payload: payload, keyID: keyID, signature: signature, secret: secret)
  }

  /// The canonical spelling. Without the secret, which only the bidder's publish and ms-lance's journal may hold.
  package func encoded(withSecret: Bool = false) -> [UInt8] {
    JSONWriter.object { writer in
      write(to: &writer)
      if withSecret, let secret { secret.write(to: &writer) }
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.member(.payload, base64: payload)
    writer.member(.payloadType, kind.payloadType)
    writer.array(.signatures) {
      $0.element {
        $0.member(.keyID, keyID.hex)
        $0.member(.signature, base64: signature)
      }
    }
  }

  /// The canonical spelling as a value that others keep and embed.
  package var evidence: Evidence { Evidence(spelling ?? encoded()) }

  /// The statement with the digest by which others refer to it.
  package func sealed(_ hash: Hash) -> Sealed { Sealed(digest: hash(payload), evidence: evidence) }

  /// What the canonical spelling comes to in bytes, for a payload and a signature of these sizes.
  package static func size(_ kind: Kind, payload: Int, signature: Int) -> Int {
    let frame = JSONWriter.object {
      $0.member(.payload, "")
      $0.member(.payloadType, kind.payloadType)
      $0.array(.signatures) {
        $0.element {
          $0.member(.keyID, String(repeating: "0", count: 64))
          $0.member(.signature, "")
        }
      }
    }
    return frame.count + Base64.encodedCount(payload) + Base64.encodedCount(signature)
  }
}

extension Envelope: Hashable {
  /// Whether both say the same under the same signature, however they were spelled.
  package static func == (a: Envelope, b: Envelope) -> Bool {
    a.kind == b.kind && a.payload == b.payload && a.keyID == b.keyID && a.signature == b.signature && a.secret == b.secret
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(keyID)
    hasher.combine(signature)
  }
}

extension Field {
  /// An envelope inside an event, of one of these kinds; kept as its canonical bytes.
  func evidence(_ kinds: Kind...) throws(WireError) -> Evidence {
    // Whatever it stands in, an envelope has no members but its own.
    var members = try Field(value: value, place: place, unknown: .refused).object()
    let envelope = try Envelope(taking: &members)
    try members.finish()
    guard kinds.contains(envelope.kind) else {
      throw .value(
        path: path, seen: "an envelope of \(envelope.kind.rawValue)",
        accepted: "one of \(kinds.map(\.rawValue).joined(separator: ", "))")
    }
    return envelope.evidence
  }
}
