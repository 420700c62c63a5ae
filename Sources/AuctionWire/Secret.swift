package import SharedKernel

/// What a proxy or sealed bid commits to: sent beside the signed bid, to ms-lance only. Never logged, never forwarded.
package struct Secret: Hashable, Sendable {
  package let maximum: Money
  /// Sixteen random bytes.
  package let salt: [UInt8]

  /// Nil unless the salt has sixteen bytes.
  package init?(maximum: Money, salt: [UInt8]) {
    guard salt.count == 16 else { return nil }
    (self.maximum, self.salt) = (maximum, salt)
  }

  init(_ field: Field) throws(WireError) {
    // The errors of the readers quote what they saw: here they must not.
    guard var members = try? field.object(), let amount = try? members.take(.maximum).money(),
      let bytes = try? members.take(.salt).hexadecimal(bytes: 16), let secret = Secret(maximum: amount, salt: bytes)
    else { throw .value(path: field.path, seen: "not shown", accepted: "an amount from 1 and a salt of 32 hexadecimal digits") }
    try members.finish()
    self = secret
  }

  func write(to writer: inout JSONWriter) {
    writer.object(.secret) {
      $0.member(.maximum, maximum.minorUnits)
      $0.member(.salt, Hex.encode(salt))
    }
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
