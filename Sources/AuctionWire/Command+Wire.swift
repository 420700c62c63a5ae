package import AuctionFacts
package import SharedKernel

extension Command: WireValue {
  package static let kinds: [Kind] = [.schedule, .cancel, .suspend, .resume, .close, .passOn, .voidBid]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .refused)
    let auction = try members.take(.auction).auction()
    let id = try members.take(.command).command()
    let action: Action
    switch kind {
    case .cancel, .suspend, .resume, .close:
      let edition = try members.take(.edition).digest()
      let reason = try members.take(.reason).text(atMost: WireLimits.reason)
      switch kind {
      case .suspend: action = .suspend(auction: auction, edition: edition, reason: reason)
      case .resume: action = .resume(auction: auction, edition: edition, reason: reason)
      case .close: action = .close(auction: auction, edition: edition, reason: reason)
      default: action = .cancel(auction: auction, edition: edition, reason: reason)
      }
    case .passOn: action = .passOn(try PassingOn(auction: auction, taking: &members))
    case .voidBid: action = .void(try Voiding(auction: auction, taking: &members))
    default:
      let terms = try AuctionTerms(auction: auction, taking: &members)
      let reserve = try members.takeIfPresent(.reserve).map { field throws(WireError) in try Secret(field, taking: &members) }
      action = .schedule(terms, reserve: reserve)
    }
    self.init(id: id, action: action, clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind {
    switch action {
    case .schedule: .schedule
    case .cancel: .cancel
    case .suspend: .suspend
    case .resume: .resume
    case .close: .close
    case .void: .voidBid
    case .passOn: .passOn
    }
  }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction.text)
      $0.member(.command, id.description)
      switch action {
      case .schedule(let terms, let reserve):
        terms.write(to: &$0)
        reserve?.writeMembers(as: .reserve, to: &$0)
      case .cancel(_, let edition, let reason), .suspend(_, let edition, let reason), .resume(_, let edition, let reason),
        .close(_, let edition, let reason):
        $0.member(.edition, edition.hex)
        $0.member(.reason, reason)
      case .void(let voiding): voiding.write(to: &$0)
      case .passOn(let passing): passing.write(to: &$0)
      }
      $0.clock(clock)
    }
  }

  package var messageID: String { id.description }
  package var correlationID: String? { auction.text }

  /// What an answer can still name of a payload that is authentic but not a command of this house.
  package static func legible(in payload: [UInt8]) -> (command: CommandID?, auction: AuctionID?) {
    guard var members = try? Members(payload, limit: Kind.schedule.maximumPayload, unknown: .ignored) else { return (nil, nil) }
    return (try? members.takeIfPresent(.command)?.command(), try? members.takeIfPresent(.auction)?.auction())
  }
}
