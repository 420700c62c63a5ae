import ServiceKit
import SharedKernel
import Synchronization

/// A terminal's memory from its start to its end: what cannot be read or kept is said, and keeps nobody from bidding.
final class BidderMemory: Sendable {
  let restored: Memory
  /// Why what was remembered could not be read.
  let remark: String?
  private let file: MemoryFile
  private let problem: Mutex<String?>

  init(beside receipts: ReceiptFolder) {
    file = MemoryFile(beside: receipts)
    (restored, remark) = file.load()
    problem = Mutex(nil)
  }

  /// What an option names goes before what was chosen the last time.
  var language: Language {
    Language(arguments: CommandLine.arguments) ?? restored.language ?? .current
  }

  /// Keeps what is to be remembered; hands on every other effect.
  func keepOr(_ handOn: @escaping (Effect) -> Void) -> (Effect) -> Void {
    { effect in
      guard case .remember(let memory) = effect else { return handOn(effect) }
      let problem = self.file.save(memory)
      self.problem.withLock { $0 = problem }
    }
  }

  /// Why the last choice was not kept, on standard error.
  func complain() {
    if let problem = problem.withLock({ $0 }) {
      CommandRunner.complain(said("escolhas não guardadas: ", "choices not kept: ") + problem)
    }
  }
}
