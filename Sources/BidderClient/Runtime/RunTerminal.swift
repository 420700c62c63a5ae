internal import Glibc
package import SharedKernel
package import TerminalKit

/// Why the terminal was left.
package enum Ending: Hashable, Sendable {
  case quit
  /// Clean up, then end by this signal (`ProcessEnding.die`), so that the parent sees it.
  case signal(Int32)
}

/// Runs the model on a terminal until it wants to quit. Blocks its thread, which must be the one that opened the terminal.
///
/// The first change after a pause is drawn at once, a flood of them at most 20 times a second, and nothing when nothing
/// changes. `perform` gets the effects that are the world's business, on this thread, and must not block it; bell, title, stopping
/// and repainting are done here. `pace` counts milliseconds for the frames alone; a test may bring its own. `speed` is how many of the
/// clock's milliseconds pass in one of those.
package func runTerminal(
  _ model: inout Model, on terminal: any Terminal, inbox: Inbox, clock: () -> ClockReading, speed: Int64 = 1,
  debugs: Bool = false, pace: () -> Int64 = monotonicMilliseconds, perform: (Effect) -> Void
) -> Ending {
  var loop = TerminalLoop(model: model, speed: speed, debugs: debugs)
  defer { model = loop.model }
  loop.apply(.tick(clock()), terminal, perform)
  if model.hasMouse, !terminal.mouse(true) { loop.apply(.input(.withoutMouse), terminal, perform) }
  loop.apply(.input(.resize(terminal.size)), terminal, perform)
  while loop.ending == nil {
    loop.draw(on: terminal, at: pace())
    terminal.wait(for: inbox.descriptor, atMost: loop.patience(at: pace()))
    // News first: a key that was pressed at the old state must meet the new one, and its guards.
    loop.perform(loop.model.update(all: [.tick(clock())] + inbox.fetch()), terminal, perform)
    var inputs: [Input] = []
    while inputs.count < TerminalLoop.inputLimit, let input = terminal.nextInput() { inputs.append(input) }
    for input in inputs where loop.ending == nil { loop.apply(.input(input), terminal, perform) }
  }
  return loop.ending ?? .quit
}

/// Milliseconds of CLOCK_MONOTONIC.
package func monotonicMilliseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
}

/// What the loop remembers between two turns.
private struct TerminalLoop {
  var model: Model
  var ending: Ending?
  /// What the last frame shows, and when it was drawn.
  private var drawn: Model?
  private var drawnAt: Int64?

  /// Inputs taken in one turn; the rest waits for the next, so that typing cannot starve the auctions.
  static let inputLimit = 256
  static let frameMilliseconds: Int64 = 50

  private let speed: Int64
  private let debugs: Bool
  private var frames = 0

  init(model: Model, speed: Int64, debugs: Bool) { (self.model, self.speed, self.debugs) = (model, speed, debugs) }

  mutating func apply(
    _ message: Message, _ terminal: any Terminal, _ perform: (Effect) -> Void
  ) {
    if debugs, case .input(let input) = message, let key = DebugKey(input) { return key.press() }
    self.perform(model.update(message), terminal, perform)
  }

  mutating func perform(_ effects: [Effect], _ terminal: any Terminal, _ perform: (Effect) -> Void) {
    for effect in effects where ending == nil {
      switch effect {
      case .bell: terminal.bell()
      case .notify(let text): if !terminal.notify(text, title: "cliente-tui"), model.sound != .off { terminal.bell() }
      case .title(let text): terminal.title(text)
      case .mouse(let isTaken): if !terminal.mouse(isTaken) { apply(.input(.withoutMouse), terminal, perform) }
      case .repaint:
        terminal.repaint()
        drawn = nil
      case .suspend:
        terminal.suspend()
        apply(.input(.resize(terminal.size)), terminal, perform)
      case .quit(let signal): ending = signal.map(Ending.signal) ?? .quit
      case .submitBid, .follow, .unfollow, .reconnect, .resync, .remember, .record: perform(effect)
      }
    }
  }

  /// Draws what has changed, if the last frame is old enough.
  mutating func draw(on terminal: any Terminal, at now: Int64) {
    guard isDirty, due(at: now) <= 0 else { return }
    frames += 1
    let frame = view(model, size: model.size)
    terminal.present(debugs ? frame.stamped(frames, epoch: model.epoch) : frame)
    (drawn, drawnAt) = (model, now)
  }

  /// Milliseconds in which nothing needs to happen here: until the next frame may be drawn, or the model wants a tick.
  func patience(at now: Int64) -> Int32 {
    let untilTick = max((model.wakeUp - model.now).microseconds, 0) / (1_000 * speed) + 1
    return Int32(min(max(isDirty ? min(due(at: now), untilTick) : untilTick, 0), 1_000))
  }

  /// Ticks within one second change the clock in the model and nothing on the screen.
  private var isDirty: Bool {
    guard var drawn else { return true }
    let before = drawn.now, now = model.now
    if before == now { return drawn != model }
    if drawn.wakeUp <= now { return true }
    drawn.live.clock = model.live.clock
    return drawn != model
  }

  private func due(at now: Int64) -> Int64 { drawnAt.map { $0 + Self.frameMilliseconds - now } ?? 0 }
}
