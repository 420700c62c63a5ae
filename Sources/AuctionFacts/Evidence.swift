package import SharedKernel

/// A signed statement as it was received: the bytes of its envelope, kept whole because they are the proof.
///
/// Opaque here; only AuctionWire looks inside.
package struct Evidence: Hashable, Sendable {
  package let bytes: [UInt8]
  package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// A statement that has been spelled and signed: what travels, and the SHA-256 of its payload, by which others refer to it.
package struct Sealed: Hashable, Sendable {
  package let digest: Digest
  package let evidence: Evidence
  package init(digest: Digest, evidence: Evidence) { (self.digest, self.evidence) = (digest, evidence) }
}

/// A statement that has been spelled and is not signed yet: its payload, and the SHA-256 of it, by which others refer to it.
package struct Spelled: Hashable, Sendable {
  package let digest: Digest
  package let payload: [UInt8]
  package init(digest: Digest, payload: [UInt8]) { (self.digest, self.payload) = (digest, payload) }
}

/// An auction of this house and no other: the SHA-256 of the payload that scheduled it.
package typealias Edition = Digest
