import SharedKernel

extension Envelope {
  private static let payloadFrame = [UInt8](before: .payload, after: "{", opening: "\"")
  private static let typeFrame = [UInt8](before: .payloadType, after: "\",", opening: "\"")
  private static let signaturesFrame = [UInt8](before: .signatures, after: "\",", opening: "[")
  private static let keyFrame = [UInt8](before: .keyID, after: "{", opening: "\"")
  private static let signatureFrame = [UInt8](before: .signature, after: "\",", opening: "\"")
  private static let end = Array("\"}]}".utf8)

  /// The canonical spelling without a secret: nearly every envelope has it. Nil of all others, be they right or wrong.
  init?(canonical body: [UInt8]) {
    let read = body.withUnsafeBufferPointer { bytes -> (Kind, [UInt8], Digest, [UInt8])? in
      var reader = CanonicalReader(bytes)
      guard reader.skip(Self.payloadFrame), let payload = reader.text(), reader.skip(Self.typeFrame), let type = reader.string(),
        reader.skip(Self.signaturesFrame), reader.skip(Self.keyFrame), let key = reader.string(),
        reader.skip(Self.signatureFrame), let signature = reader.text(), reader.skip(Self.end), reader.isAtEnd,
        let kind = Kind(payloadType: type), bytes.count <= min(kind.maximumBody, WireLimits.body),
        let keyID = Digest(hex: key), let payload = Base64.decode(payload), payload.count <= kind.maximumPayload,
        let signature = Base64.decode(signature), signature.count <= WireLimits.signature
      else { return nil }
      return (kind, payload, keyID, signature)
    }
    guard let (kind, payload, keyID, signature) = read else { return nil }
    self.init(kind: kind, payload: payload, keyID: keyID, signature: signature)
    spelling = body
  }
}
