import AuctionFacts
import AuctionWire
package import JournalKit
package import ServiceKit
package import SharedKernel

/// Looks through what a journal still has to send: that the broker would take it, and that events carry its service's signature,
/// by a key that spoke for it when they were said.
package struct OutboxAudit {
  private let journal: JournalReader
  private let keys: KeyRing
  private let speaker: PrincipalID

  package init(_ journal: JournalReader, keys: KeyRing, speaker: PrincipalID) {
    (self.journal, self.keys, self.speaker) = (journal, keys, speaker)
  }

  /// - Parameter also: what else is to be looked at in an event.
  /// - Returns: how many messages there are.
  package func run(also: (OutboxMessage) throws -> Void = { _ in }) throws -> Int64 {
    var (count, last): (Int64, Int64) = (0, 0)
    while true {
      let page = try journal.pendingOutbox(after: last, limit: 500)
      for message in page {
        try check(message)
        if message.exchange == Exchange.leilao.rawValue { try also(message) }
      }
      count += Int64(page.count)
      guard let end = page.last else { return count }
      last = end.id
    }
  }

  private func check(_ message: OutboxMessage) throws {
    let isSound: Bool =
      switch Exchange(rawValue: message.exchange) {
      case .leilao:
        HouseStatement(recorded: message.body, by: speaker, keys: keys)?.envelope.kind.routingKey == message.routingKey
          && message.messageID != nil
      case .mortas: message.headers[DeadLetter.reasonHeader] != nil
      case .lances, .notificacoes, .comandos, .sigilo, .consultas, nil: false
      }
    guard isSound else {
      throw journalProblem(
        "a mensagem \(message.id) por enviar (\(message.routingKey)) não é algo que \(speaker) diga",
        "message \(message.id), still to be sent (\(message.routingKey)), is nothing that \(speaker) says")
    }
  }
}
