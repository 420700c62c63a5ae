import ArgumentParser
import Glibc
import ServiceKit
import SharedKernel
import Synchronization

/// `--avisos`
struct NoticeOptions: ParsableArguments {
  @Option(
    name: .spoken("avisos", "notices"),
    help: ArgumentHelp(
      said("Acrescenta cada aviso a este arquivo, em linhas JSON.", "Appends every notice to this file, as JSON lines."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  var path: String?

  /// Nil where nobody asked for it.
  /// - Throws: a failure that names the file and why it cannot be written.
  func opened() throws -> NoticeFile? { try path.map(NoticeFile.init) }
}

/// Notices, one JSON line each, at the end of a file. Whoever has one to keep does not wait for the disk.
final class NoticeFile: Sendable {
  /// What may wait for a slow disk; what comes then is left out, and that is said in the end.
  static let mostWaiting = 10_000

  private enum Item {
    case line(String)
    case end
  }

  private struct State {
    var waiting = 0
    var problem: Sentence?
  }

  let path: String
  private let items = Channel<Item>()
  private let finished = Channel<Bool>()
  private let state = Mutex(State())

  init(_ path: String) throws {
    self.path = path
    // Not blocking, so that a pipe that nobody reads is an error and no stop.
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard file >= 0 else {
      let status: ExitStatus = [EIO, ENOSPC, EDQUOT, EROFS].contains(errno) ? .ioError : .usage
      let reason = systemReason()
      throw Failure(
        status, said("--avisos: não consigo escrever em \(path): \(reason)", "--notices: cannot write to \(path): \(reason)"))
    }
    startThread(named: "avisos") { [self] in
      while let items = items.takeAll(until: .now + .seconds(3_600)) {
        for item in items {
          switch item {
          case .line(let line): append(line, to: file)
          case .end:
            close(file)
            return finished.send(true)
          }
        }
      }
    }
  }

  func keep(_ notice: Notice, _ sentence: String) {
    let isTaken = state.withLock { state in
      guard state.waiting < Self.mostWaiting else {
        state.problem = Sentence("\(path): o disco não acompanhou", "\(path): the disk did not keep up")
        return false
      }
      state.waiting += 1
      return true
    }
    if isTaken { items.send(.line(notice.json(sentence))) }
  }

  private func append(_ line: String, to file: Int32) {
    var rest = Array((line + "\n").utf8)[...]
    var problem: Sentence?
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        problem = Sentence(system: String(cString: strerror(errno))).map { "\(self.path): \($0)" }
        break
      }
      rest = rest.dropFirst(count)
    }
    state.withLock { state in
      state.waiting -= 1
      if let problem { state.problem = problem }
    }
  }

  /// Waits a moment for what is still to be written, and says on standard error what could not be.
  func finish() {
    items.send(.end)
    let isDone = finished.takeAll(until: .now + .seconds(2)) == [true]
    let late = Sentence("\(path): o disco não respondeu", "\(path): the disk did not answer")
    guard let problem = state.withLock({ $0.problem }) ?? (isDone ? nil : late) else { return }
    CommandRunner.complain(said("avisos não guardados: ", "notices not kept: ") + said(problem))
  }
}
