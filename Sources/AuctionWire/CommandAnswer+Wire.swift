package import AuctionFacts
import SharedKernel

extension CommandAnswer: WireValue {
  package static let kinds: [Kind] = [.commandAnswered]

  /// `situacao`
  private enum Standing: CaseIterable, WireNamed {
    case accepted, refused
    var wireName: String {
      switch self {
      case .accepted: "aceito"
      case .refused: "recusado"
      }
    }
  }

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    let standing: Standing = try members.take(.standing).named()
    let reason = try members.take(.reason)
    let refusal: CommandRefusal? = try reason.orNull { field throws(WireError) in try field.named() }
    guard (refusal == nil) == (standing == .accepted) else {
      throw reason.refused(standing == .accepted ? "null when accepted" : "a reason when refused")
    }
    self.init(
      command: try members.take(.command).command(),
      auction: try members.take(.auction).orNull { field throws(WireError) in try field.auction() },
      refusal: refusal, edition: try members.take(.edition).orNull { field throws(WireError) in try field.digest() },
      clock: try members.take(.clock).clock())
    try members.finish()
  }

  package var kind: Kind { .commandAnswered }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.auction, auction?.text)
      $0.member(.command, command.description)
      $0.member(.standing, (refusal == nil ? Standing.accepted : .refused).wireName)
      $0.member(.reason, refusal?.wireName)
      $0.member(.edition, edition?.hex)
      $0.clock(clock)
    }
  }

  package var messageID: String { "resposta:\(command)" }
  package var correlationID: String? { auction?.text }
}
