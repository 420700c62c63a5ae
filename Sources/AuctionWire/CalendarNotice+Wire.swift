package import AuctionFacts
import SharedKernel

extension CalendarNotice: WireValue {
  package static let kinds: [Kind] = [.closed, .cancelled, .suspended, .resumed]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let action: Action
    switch kind {
    case .cancelled: action = .cancel(reason: try members.take(.reason).text(atMost: WireLimits.reason))
    case .suspended: action = .suspend(reason: try members.take(.reason).text(atMost: WireLimits.reason))
    case .resumed: action = .resume(closesAt: try members.take(.closesAt).instant())
    default: action = .close(closesAt: try members.take(.closesAt).instant())
    }
    self.init(
      auction: try members.take(.auction).auction(), edition: try members.take(.edition).digest(),
      sequence: try members.take(.sequence).count(from: 1), action: action, clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind {
    switch action {
    case .close: .closed
    case .cancel: .cancelled
    case .suspend: .suspended
    case .resume: .resumed
    }
  }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.edition, edition.hex)
      $0.member(.sequence, sequence)
      switch action {
      case .close(let closesAt), .resume(let closesAt): $0.member(.closesAt, closesAt.microseconds)
      case .cancel(let reason), .suspend(let reason): $0.member(.reason, reason)
      }
      $0.clock(clock)
    }
  }

  package var messageID: String { "\(auction):calendario:\(sequence)" }
  package var correlationID: String? { auction.text }
}
