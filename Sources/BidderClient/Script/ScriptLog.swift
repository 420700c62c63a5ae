import Glibc
import ServiceKit
import SharedKernel
import Synchronization

/// What the terminal asked the house of a script for, a line of JSON for each: what was published, to the centavo.
final class ScriptLog: Sendable {
  private let path: String
  private let file: Int32
  private let problem = Mutex<String?>(nil)

  /// Empties the file.
  init(_ path: String) throws(Failure) {
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    self.path = path
    guard file >= 0 else {
      let reason = systemReason()
      throw Failure(.usage, said("não consigo escrever em \(path): \(reason)", "cannot write to \(path): \(reason)"))
    }
  }

  deinit { close(file) }

  func note(_ order: ScriptedHouse.Order, at: Interval) {
    var line = JSONLine()
    line.add("t", at.microseconds / 1_000)
    switch order {
    case .bid(let number, let id, let auction, let amount, let maximum):
      line.add("pedido", "lance")
      line.add("numero", Int64(number))
      line.add("id_lance", "\(id)")
      line.add("id_leilao", auction.text)
      line.add("valor_centavos", amount.minorUnits)
      line.add("maximo_centavos", maximum?.minorUnits)
    case .reconnect: line.add("pedido", "reconectar")
    case .resync: line.add("pedido", "atualizar")
    case .follow(let auction), .unfollow(let auction):
      if case .follow = order { line.add("pedido", "seguir") } else { line.add("pedido", "deixar") }
      line.add("id_leilao", auction.text)
    }
    let bytes = Array((line.text + "\n").utf8)
    guard write(file, bytes, bytes.count) != bytes.count else { return }
    let reason = systemReason()
    problem.withLock { $0 = $0 ?? reason }
  }

  /// What could not be written, once the screen has been given back.
  func check() throws(Failure) {
    guard let reason = problem.withLock({ $0 }) else { return }
    throw Failure(.ioError, "\(path): \(reason)")
  }
}
