import ServiceKit
import SharedKernel
import TerminalKit

/// What joins the terminal's model to a house: it posts what it learns into the inbox, and does what the model asks for.
///
/// The real house is a broker away (`TerminalGateway`); one that plays a script needs neither keys nor a network (`ScriptGateway`).
protocol Gateway: Sendable {
  /// Begins to tell. Called once, when somebody is there to draw.
  func start()
  /// Must not block; what comes of it is posted.
  func perform(_ effect: Effect)
  func stop() async
}

/// Everything that one run of the terminal stands on.
struct Sitting: Sendable {
  let screen: Settings
  let clock: any HouseClock
  let inbox: Inbox
  let gateway: any Gateway
  /// Of a real bidder's.
  var memory: BidderMemory?
  /// Where notices are kept, if they are.
  var notices: NoticeFile?
  /// How many times faster than a real one the clock runs.
  var speed: Int64 = 1

  /// Before anything has happened.
  func model(_ size: Size) -> Model {
    var model = Model(screen, size: size, clock: clock.now())
    if let memory { model.restore(memory.restored) }
    return model
  }

  var perform: (Effect) -> Void {
    let handOn: (Effect) -> Void = { [gateway, notices] effect in
      if case .record(let notice, let sentence) = effect { notices?.keep(notice, sentence) } else { gateway.perform(effect) }
    }
    return memory?.keepOr(handOn) ?? handOn
  }
}
