/// The topic exchanges: one for each trust, because topic permissions alone can be walked around.
package enum Exchange: String, CaseIterable, Hashable, Sendable {
  case lances, leilao, notificacoes, comandos, sigilo, consultas, mortas

  /// The kinds that are accepted from here. The exchange of a delivery is set by the broker, so that a bidder who
  /// publishes a captured event to `lances` gains nothing.
  package var kinds: [Kind] {
    switch self {
    case .lances: [.bidPlaced]
    case .leilao:
      [
        .scheduled, .opened, .extended, .suspended, .resumed, .closed, .cancelled, .awarded, .passedOn, .bidsAccepted,
        .bidRefused, .voidBid, .commandAnswered,
      ]
    case .notificacoes: [.bidsAccepted, .extended, .suspended, .resumed, .awarded, .passedOn, .cancelled, .bidRefused]
    case .comandos: [.schedule, .cancel, .suspend, .resume, .close, .passOn, .voidBid]
    case .sigilo: [.reserve]
    case .consultas, .mortas: []
    }
  }
}

/// The durable queues.
package enum Queue: String, CaseIterable, Hashable, Sendable {
  /// The sequencer: bids and calendar events in the one order that nobody disputes.
  case lanceRealizado = "lance_realizado"
  case notificacao
  case msLeilao = "ms_leilao"
  case leilaoConsulta = "leilao_consulta"
  case mortas
}
