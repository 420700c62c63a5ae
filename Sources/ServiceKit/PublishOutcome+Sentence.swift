package import MessagingKit
import SharedKernel

/// What became of a message, in the reader's language.
extension PublishOutcome: CustomStringConvertible {
  package var description: String {
    switch self {
    case .confirmed: said("confirmada", "confirmed")
    case .returned(let code, let text): said("nenhuma fila a recebeu (\(code) \(text))", "no queue took it (\(code) \(text))")
    case .refused: said("o broker não a aceitou", "the broker declined it")
    case .unknown(let reason): said("sem confirmação: \(reason)", "unconfirmed: \(reason)")
    case .invalid(let reason): reason
    }
  }

  /// The connection's own queue was full.
  package static var busy: PublishOutcome { .unknown(said("a fila de publicação está cheia", "the publish queue is full")) }
}
