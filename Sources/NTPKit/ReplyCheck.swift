/// Judges one datagram that came while an answer was awaited: the discard list, in its order.
package struct ReplyCheck: Sendable {
  /// The random number that the request carried in place of a time.
  package var nonce: UInt64
  /// Boot clock just before the request left.
  package var sentAt: Nanoseconds
  /// Unix seconds near which the server's time is placed, to know the era.
  package var pivot: Int64

  package init(nonce: UInt64, sentAt: Nanoseconds, pivot: Int64) {
    (self.nonce, self.sentAt, self.pivot) = (nonce, sentAt, pivot)
  }

  package enum Verdict: Hashable, Sendable {
    case sample(Sample)
    /// The server asks for less, and it is the server: the nonce was right.
    case kiss(KissCode)
    /// Not an answer to this request. The wait goes on: one forged datagram must not end an exchange.
    case ignored(Reason)
    /// The server's own answer, and of no use. The nonce is spent, so the exchange is over.
    case refused(Reason)
  }

  /// Why a datagram was discarded, in the order of the tests. (That it came from the peer is the connected socket's test.)
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case tooShort, notAServerReply, unknownVersion, foreignOrigin
    case timeMissing, serverUnsynchronized, stratumOutOfRange, rootDistanceTooLarge, processingImplausible, delayTooLarge
  }

  /// RFC 5905's MAXDIST is 1 s; a server further from its reference than that knows nothing we need.
  package static let rootDistanceLimit: Nanoseconds = .seconds(1)
  /// The most that a server may take to answer, by its own account.
  package static let processingLimit: Nanoseconds = .seconds(4)
  /// Half of the round trip is the error that no client can see.
  package static let delayLimit: Nanoseconds = .milliseconds(500)
  /// What reading the boot clock twice may add.
  static let ownResolution: Nanoseconds = .microseconds(1)

  /// - Parameter receivedAt: boot clock just after the datagram came.
  package func judge(_ datagram: some Collection<UInt8>, receivedAt: Nanoseconds) -> Verdict {
    guard let packet = NTPPacket(datagram) else { return .ignored(.tooShort) }
    return judge(packet, receivedAt: receivedAt)
  }

  func judge(_ packet: NTPPacket, receivedAt: Nanoseconds) -> Verdict {
    guard packet.mode == 4 else { return .ignored(.notAServerReply) }
    guard packet.version == 3 || packet.version == 4 else { return .ignored(.unknownVersion) }
    guard packet.origin.bits == nonce else { return .ignored(.foreignOrigin) }

    // A kiss carries no time, so none of its other fields are looked at (RFC 5905 §7.4).
    if packet.stratum == 0, let kiss = KissCode(rawValue: packet.referenceID) { return .kiss(kiss) }
    guard packet.receive.bits != 0, packet.transmit.bits != 0 else { return .refused(.timeMissing) }
    guard packet.leap != 3 else { return .refused(.serverUnsynchronized) }
    guard (1...15).contains(packet.stratum) else { return .refused(.stratumOutOfRange) }
    guard packet.rootDistance < Self.rootDistanceLimit else { return .refused(.rootDistanceTooLarge) }

    let exchange = Exchange(
      t1: NTPTimestamp(nanoseconds: sentAt), t2: packet.receive, t3: packet.transmit, t4: NTPTimestamp(nanoseconds: receivedAt))
    let processing = NTPTimestamp.nanoseconds(fraction: exchange.processing)
    guard (0...Self.processingLimit).contains(processing) else { return .refused(.processingImplausible) }
    let delay = NTPTimestamp.nanoseconds(fraction: exchange.delay)
    guard delay <= Self.delayLimit else { return .refused(.delayTooLarge) }
    return .sample(sample(of: packet, exchange, delay: delay, receivedAt: receivedAt))
  }

  private func sample(of packet: NTPPacket, _ exchange: Exchange, delay: Nanoseconds, receivedAt: Nanoseconds) -> Sample {
    let resolution = packet.resolution + Self.ownResolution
    // A delay below the resolution counts as the resolution (RFC 5905 §8); what lies below zero is error, and is stated as such.
    let clampedDelay = max(delay, resolution)
    let impossible = max(-delay, 0)
    // The boot clock counts from zero, so the offset modulo 2^64 is itself a timestamp: UTC when the boot clock read zero.
    let atBoot = NTPTimestamp(bits: UInt64(bitPattern: exchange.offset))
    return Sample(
      offset: atBoot.unixNanoseconds(near: pivot),
      delay: clampedDelay,
      halfWidth: packet.rootDistance + clampedDelay / 2 + impossible + resolution + Drift.growth(over: receivedAt - sentAt),
      dispersion: NTPPacket.nanoseconds(short: packet.rootDispersion),
      stratum: packet.stratum,
      takenAt: receivedAt)
  }
}
