import SharedKernel

/// What only the line mode says.
enum PlainWords {
  static func problem(_ problem: PlainCommand.Problem, _ language: Language) -> String {
    switch problem {
    case .unknown(let word):
      let shown = PlainPage.safe(word)
      return language.choose("“\(shown)” não é um comando; veja: ajuda", "“\(shown)” is no command; see: help")
    case .incomplete(let usage):
      return language.choose("assim: \(usage.portuguese)", "like this: \(usage.english)")
    }
  }

  static func unknownLot(_ name: String, _ language: Language) -> String {
    language.choose("não há o lote “\(name)”; os que há: listar", "there is no lot “\(name)”; those that there are: list")
  }

  static func nothingToConfirm(_ language: Language) -> String {
    language.choose("não há lance a confirmar", "there is no bid to confirm")
  }

  static func onlyEnglish(_ language: Language) -> String {
    language.choose("não enviado: máximo, só em leilão inglês", "not sent: a maximum is for English auctions alone")
  }

  static func notSent(_ lot: AuctionID, _ language: Language) -> String {
    language.choose("o lance em \(lot) não foi confirmado: não enviado", "the bid on \(lot) was not confirmed: not sent")
  }

  static func notSent(_ lot: AuctionID, because reason: String, _ language: Language) -> String {
    language.choose("\(lot): não enviado: \(reason)", "\(lot): not sent: \(reason)")
  }

  static func followed(_ lot: AuctionID, _ isFollowed: Bool, _ language: Language) -> String {
    isFollowed
      ? language.choose("\(lot): seguido", "\(lot): followed") : language.choose("\(lot): não seguido", "\(lot): not followed")
  }

  static func confirmWith(_ line: Sentence, _ language: Language) -> String {
    language.choose("para enviar: \(line.portuguese); para não enviar: desistir", "to send it: \(line.english); not to: cancel")
  }

  static func doubt(_ doubt: Doubt, _ language: Language) -> String {
    switch doubt {
    case .buysAtOnce: language.choose("isto compra o lote na hora", "this buys the lot at once")
    case .mayReplace:
      language.choose(
        "substitui o seu lance anterior, se houver um: o passado deste leilão não foi lido aqui",
        "it replaces your bid before, if there is one: this auction's past was not read here")
    case .replaces:
      language.choose("substitui o seu lance anterior, também se for menor", "it replaces your bid before, also if it is lower")
    case .alreadyLeading: language.choose("você já lidera", "you lead already")
    case .silent:
      language.choose("o broker não dá sinal de vida: pode atrasar", "the broker gives no sign of life: it may be late")
    case .unsureClock:
      language.choose(
        "o relógio desta máquina é incerto: o leilão pode já ter fechado",
        "this machine's clock is unsure: the auction may be over already")
    case .late: language.choose("pode não chegar a tempo", "it may not arrive in time")
    case .priceMoved: language.choose("o preço mudou", "the price has changed")
    case .always: language.choose("todo lance é confirmado", "every bid is confirmed")
    }
  }

  static func waiting(_ language: Language) -> String {
    language.choose("esperando a decisão da casa…", "waiting for the house's decision…")
  }
}
