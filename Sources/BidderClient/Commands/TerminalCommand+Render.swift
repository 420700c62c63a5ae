import AuctionClient
import Glibc
import ServiceKit
import SharedKernel
import TerminalKit

/// One frame as text, on standard output: no terminal is read, and no escape byte is written.
enum RenderedFrame {
  /// How long a house may take to say everything.
  static let patience: Int64 = 30_000

  static func tell(_ model: Model, ascii: Bool) {
    var model = model
    _ = model.update(.input(.resize(model.size)))
    let frame = view(model, size: model.size)
    for row in (ascii ? frame.ascii : frame).text { ServiceKit.tell(String(row.reversed().drop { $0 == " " }.reversed())) }
  }

  /// Hears a gateway until its picture is current.
  static func current(of sitting: Sitting, size: Size) throws -> Model {
    var model = sitting.model(size)
    sitting.gateway.start()
    let deadline = monotonicMilliseconds() + patience
    while true {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else {
        throw Failure(
          .unavailable,
          said("a casa não disse tudo em \(patience / 1_000) s", "the house has not said everything within \(patience / 1_000) s")
        )
      }
      var source = pollfd(fd: sitting.inbox.descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&source, 1, Int32(left))
      for message in [.tick(sitting.clock.now())] + sitting.inbox.fetch() {
        for effect in model.update(message) { sitting.perform(effect) }
        switch model.live.link.state {
        case .live: return model
        case .refused(let reason, _): throw Failure.without(reason, Text.accessHelp.words(model.settings.language))
        case .disconnected(let reason, _, _): throw Failure.without(reason, model.settings.advice.map { said($0) })
        case .starting, .connecting, .resyncing, .silent: break
        }
      }
    }
  }
}

extension Failure {
  fileprivate static func without(_ reason: String, _ advice: String?) -> Failure {
    Failure(.unavailable, said("sem a casa: \(reason)", "without the house: \(reason)") + (advice.map { ". \($0)" } ?? ""))
  }
}
