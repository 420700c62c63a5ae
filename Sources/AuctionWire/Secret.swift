package import AuctionFacts
package import SharedKernel

/// As it travels beside a bid's envelope, outside the signature.
extension Secret {
  init(_ field: Field) throws(WireError) {
    // The errors of the readers quote what they saw: here they must not.
    guard var members = try? field.object(), let secret = try? Secret(taking: &members) else {
      throw .value(path: field.path, seen: "not shown", accepted: "an amount from 1 and a salt of 32 hexadecimal digits")
    }
    try members.finish()
    self = secret
  }

  /// Of one that is no secret any more.
  init(taking members: inout Members) throws(WireError) { try self.init(try members.take(.maximum), taking: &members) }

  /// Of one whose amount was taken already.
  init(_ amount: Field, taking members: inout Members) throws(WireError) {
    let amount = try amount.money()
    let salt = try members.take(.salt)
    guard let secret = Secret(amount: amount, salt: try salt.hexadecimal(bytes: Secret.saltBytes)) else {
      throw salt.refused("\(Secret.saltBytes) bytes")
    }
    self = secret
  }

  func write(to writer: inout JSONWriter) { writer.object(.secret) { writeMembers(to: &$0) } }

  func writeMembers(as name: Name = .maximum, to writer: inout JSONWriter) {
    writer.member(name, amount.minorUnits)
    writer.member(.salt, Hex.encode(salt))
  }

  /// What `maximo_compromisso` is the SHA-256 of: `"leilao-maximo-v1"` ‖ edition ‖ bidder ‖ 0x00 ‖ id of the bid ‖ salt ‖ amount (8
  /// bytes, big-endian). docs/protocol.md, `lance-realizado`.
  package func commitment(to bid: BidID, of bidder: PrincipalID, in edition: Edition) -> [UInt8] {
    Array("leilao-maximo-v1".utf8) + edition.bytes + Array(bidder.text.utf8) + [0] + Array(bid.description.utf8) + salt
      + amount.minorUnits.bigEndianBytes
  }

  /// What `reserva_compromisso` is the SHA-256 of: `"leilao-reserva-v1"` ‖ auction ‖ 0x00 ‖ the scheduling's nonce (16 bytes) ‖ salt ‖
  /// amount (8 bytes, big-endian). docs/protocol.md, `leilao-reserva`.
  package func reserveCommitment(to auction: AuctionID, nonce: [UInt8]) -> [UInt8] {
    Array("leilao-reserva-v1".utf8) + Array(auction.text.utf8) + [0] + nonce + salt + amount.minorUnits.bigEndianBytes
  }
}

extension Int64 {
  fileprivate var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
