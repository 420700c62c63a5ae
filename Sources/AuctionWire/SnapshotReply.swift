package import AuctionFacts
package import SharedKernel

/// The whole body of an answer: a signed `retrato`, and beside it, outside its signature, what is signed by itself.
package struct SnapshotReply: Hashable, Sendable {
  package let envelope: Envelope
  /// Each to be verified like any other message.
  package let envelopes: [Evidence]

  package init(_ envelope: Envelope, envelopes: [Evidence]) { (self.envelope, self.envelopes) = (envelope, envelopes) }

  /// Reads a body strictly; verify `envelope` and read its `Snapshot` afterwards.
  package init(parsing body: [UInt8]) throws(WireError) {
    var members = try Members(body, limit: WireLimits.body, unknown: .refused)
    let attached = try members.take(.envelopes).array(atMost: WireLimits.body)
    let envelope = try Envelope(taking: &members)
    try members.finish()
    guard envelope.kind == .snapshot else {
      throw .value(
        path: Name.payloadType.text, seen: envelope.kind.payloadType, accepted: Kind.snapshot.payloadType)
    }
    var envelopes: [Evidence] = []
    for field in attached {
      envelopes.append(
        try field.evidence(
          .scheduled, .bidsAccepted, .awarded, .bidRefused, .clockSynchronized, .ledgerClosed, .passedOn))
    }
    self.init(envelope, envelopes: envelopes)
  }

  package func encoded() -> [UInt8] {
    JSONWriter.object {
      envelope.write(to: &$0)
      $0.array(.envelopes) {
        for evidence in envelopes { $0.element(evidence) }
      }
    }
  }
}

/// An answer that fits into one reply: what is to be signed, and what travels beside it.
package struct SnapshotPage: Hashable, Sendable {
  package let snapshot: Snapshot
  package let envelopes: [Evidence]

  /// More than any page has besides its summaries and envelopes: the signed members, the frame, one Ed25519 signature.
  private static let reserved = 1_024

  /// As many auctions as fit, in the order given (of their ids); the rest is asked for after the last one's id.
  package static func auctions(
    answering id: UniqueID, _ auctions: some Sequence<(AuctionSummary, Evidence)>, clock: ClockReading,
    partition: Partition? = nil
  ) -> SnapshotPage {
    var room = WireLimits.body - reserved
    var summaries: [AuctionSummary] = []
    var envelopes: [Evidence] = []
    var more = false
    for (summary, scheduling) in auctions {
      room -= summary.wireSize + scheduling.bytes.count + 1
      guard room >= 0 else {
        more = true
        break
      }
      summaries.append(summary)
      envelopes.append(scheduling)
    }
    return SnapshotPage(
      snapshot: Snapshot(id: id, more: more, content: .auctions(summaries), clock: clock, partition: partition),
      envelopes: envelopes)
  }

  /// As many envelopes as fit, in the order given, beside any other content.
  package static func of(
    _ content: Snapshot.Content, answering id: UniqueID, _ evidence: some Sequence<Evidence>, clock: ClockReading,
    partition: Partition? = nil
  ) -> SnapshotPage {
    var room = WireLimits.body - reserved
    var envelopes: [Evidence] = []
    var more = false
    for one in evidence {
      room -= one.bytes.count + 1
      guard room >= 0 else {
        more = true
        break
      }
      envelopes.append(one)
    }
    return SnapshotPage(
      snapshot: Snapshot(id: id, more: more, content: content, clock: clock, partition: partition), envelopes: envelopes)
  }

  /// Signs it with ms-lance's key.
  package func reply<Failure>(
    keyID: Digest, sign: ([UInt8]) throws(Failure) -> [UInt8]
  ) throws(Failure) -> SnapshotReply {
    SnapshotReply(try snapshot.enveloped(keyID: keyID, sign: sign), envelopes: envelopes)
  }
}
