package import SharedKernel

/// The entry that says: up to here the journal is a copy, and what its service said after the copy was made is forgotten.
package enum RestoredMark {
  package static let kind = "restaurado"

  /// A turn of its own, under the system's clock.
  package static func entries(at reading: ClockReading) -> [(kind: String, body: [UInt8])] {
    [(TurnRecord.kind, TurnRecord.encode(reading)), (kind, [])]
  }
}
