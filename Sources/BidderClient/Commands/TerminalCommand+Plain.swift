import AuctionClient
import Glibc
import ServiceKit
import SharedKernel
import Synchronization
import TerminalKit

extension TerminalCommand {
  /// The terminal as lines: what it says on standard output, what is typed from standard input.
  /// - Returns: how it ended.
  func showLines(_ sitting: Sitting) async throws -> ExitStatus {
    let (isTyped, ascii) = (isatty(0) == 1, ascii || isatty(1) == 1 && !NcursesTerminal.speaksUTF8)
    let result = Mutex<(ending: PlainEnding, status: ExitStatus)>((.done, .ok))
    try await onThread(named: "linhas") {
      sitting.gateway.start()
      let model = sitting.model(Size(width: 80, height: 24))
      var session = PlainSession(model)
      let ending = runPlain(
        &session, from: 0, isTyped: isTyped, inbox: sitting.inbox, clock: { sitting.clock.now() },
        tell: { tell(ascii ? Ascii.text($0) : $0) }, perform: sitting.perform)
      // Whoever reads and types knows how each bid ended; a program asks for it in one number.
      let status: ExitStatus = isTyped ? .ok : session.hasRefused ? .refused : session.hasMistaken ? .usage : .ok
      result.withLock { $0 = (ending, status) }
    }
    let (ending, status) = result.withLock { $0 }
    switch ending {
    case .done: return status
    case .undecided: return .unknown
    case .unreachable, .denied, .unanswered: return .unavailable
    }
  }
}
