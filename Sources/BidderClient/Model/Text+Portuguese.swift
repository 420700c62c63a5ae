internal import AuctionFacts
internal import SharedKernel

extension Text {
  var portuguese: String {
    switch self {
    case .link(let link): link.portuguese
    case .linkShort(let link): link.shortPortuguese
    case .queueDelay(let ms): "fila \(ms) ms"
    case .clockError(let ms): "relógio ±\(ms) ms"
    case .clockHolding(let ms): "relógio mantido ±\(ms) ms"
    case .clockUnknown: "relógio ?"
    case .clockWithoutNTP: "relógio sem NTP"
    case .houseWithoutNTP: "casa sem NTP"
    case .staleSince(let time): "Dados de \(time) (podem estar velhos). Lances bloqueados."
    case .staleShort(let time): "Dados de \(time); sem lances"
    case .reconnectKey: "R tenta agora"
    case .frozenSince(let time): "CONGELADO às \(time). Lances bloqueados."
    case .frozenKey: "p descongela"
    case .frozenShort: "CONGELADO, sem lances: p descongela"
    case .frozenTiny: "CONGELADO: p"
    case .tab(let tab, let count, let waiting): tab.portuguese(count, waiting)
    case .tabLine(let tab, let count, let waiting): tab.linePortuguese(count, waiting)
    case .filtered(let text): "filtro: \(text)"
    case .unfiltered: "filtro: —"
    case .sorted(let sort, let reversed): "ordem: \(sort.portuguese)" + (reversed ? " ↑" : "")
    case .sorting(let sort): sort.portuguese
    case .lotColumn: "LOTE"
    case .titleColumn: "TÍTULO"
    case .priceColumn: "LANCE ATUAL"
    case .timeColumn: "TEMPO"
    case .standingColumn: "SITUAÇÃO"
    case .ends(let when): "até \(when)"
    case .within(let seconds): "até \(seconds) s"
    case .begins(let when): "ini \(when)"
    case .date(let day, let month): Text.date(day, month)
    case .paused: "suspenso"
    case .closing: "fechando"
    case .loadingKeys(let id): "Carregando chaves de \(id)…"
    case .accessRefused(let user?, let broker): "\(broker) não deixa entrar “\(user)”."
    case .accessRefused(nil, let broker): "\(broker) não deixa entrar."
    case .accessReason(let reason): reason
    case .accessHelp:
      "Usuário e senha: --broker, RABBITMQ_URL ou --casa (certificado: LEILAO_CERT). Se certos, o operador dá o acesso."
    case .retryIn(let seconds): seconds > 0 ? "Nova tentativa em \(Text.span(seconds))." : "Nova tentativa agora."
    case .quitHelp: "?: ajuda   q: sair"
    case .waitingForList: "Aguardando a lista de leilões…"
    case .noListYet: "Sem conexão: a lista de leilões ainda não chegou."
    case .advice(let sentence): sentence.portuguese
    case .nextOpening(let lot, let time, let seconds):
      "Nenhum leilão aberto agora. Próximo: \(lot), começa às \(time) (\(Text.span(seconds)))"
    case .opensNext(let lot, let time, let seconds): "Próximo: \(lot), começa às \(time) (\(Text.span(seconds)))"
    case .opensNextShort(let lot, let time, let seconds): "Próximo: \(lot), às \(time) (\(Text.span(seconds)))"
    case .inTime(let seconds): "(\(Text.span(seconds)))"
    case .reconnectHelp: "R: tentar agora   ?: ajuda   q: sair"
    case .nothingMatches(let text): "Nada aqui com \"\(text)\"."
    case .clearFilterHelp: "Esc: limpar o filtro"
    case .noneOpen: "Nenhum leilão aberto agora."
    case .noneOpenHelp: "3: ver encerrados   ?: ajuda   q: sair"
    case .noneRunningHelp: "3: ver encerrados   f: seguir   ?: ajuda   q: sair"
    case .noneMine: "Nenhum lance seu, nenhum leilão seguido."
    case .noneMineHelp: "1: ver abertos   f: seguir   ?: ajuda"
    case .noneClosed: "Nenhum leilão encerrado."
    case .noneClosedHelp: "1: ver abertos   ?: ajuda   q: sair"
    case .tooSmall(let width, let height): "20x4 mín (\(width)x\(height)) q"
    case .you: "você"
    case .someone: "outro"
    case .currentBid: "LANCE ATUAL"
    case .askedNow: "PREÇO PEDIDO"
    case .openingPrice: "LANCE INICIAL"
    case .nextPrice: "Próximo preço"
    case .fallsIn: "Cai em"
    case .nextPriceIs(let amount, let time): "Próximo \(amount) em \(time)"
    case .nextPriceShort(let amount, let time): "\(amount) em \(time)"
    case .unverifiedHouse(let reason): "Não confere: \(reason)"
    case .houseKeysHelp: "Peça à casa as chaves públicas dela."
    case .newest: "o último"
    case .by(let name, let seconds, let comma): "de \(name)\(comma ? "," : "") há \(Text.span(seconds))"
    case .byWhom(let name): "por \(name)"
    case .lostTo(let name): "para \(name)"
    case .toWhom(let name): "a \(name)"
    case .noBidsYet: "sem lances ainda"
    case .minimumNow: "Mínimo agora"
    case .increment: "Incremento"
    case .buyNow: "Compra imediata"
    case .ownLast: "Seu último lance"
    case .standingLabel: "Situação"
    case .minimumIs(let amount): "Mínimo agora \(amount)"
    case .incrementIs(let amount): "inc. \(amount)"
    case .ownLastShort(let amount): "seu último \(amount)"
    case .ownIs(let amount): "seu \(amount)"
    case .minimumShort(let amount): "mín \(amount)"
    case .priceChart: "Preço"
    case .bidCount(let count): count == 1 ? "1 lance" : "\(count) lances"
    case .history: "LANCES"
    case .opensAt(let time): "começa às \(time)"
    case .closesAt(let time): "fecha às \(time)"
    case .closedAt(let time): "fechou às \(time)"
    case .formatLabel: "formato"
    case .reserve: "Reserva"
    case .reserveMet(let isMet): isMet ? "atingida" : "não atingida"
    case .sealed: "lacrado"
    case .secret: "em segredo"
    case .format(.english): "inglês"
    case .format(.sealed): "fechado"
    case .format(.vickrey): "Vickrey"
    case .format(.dutch): "holandês"
    case .suspendedBecause(let reason): "suspenso" + (reason.map { ": " + $0 } ?? "")
    case .plusSeconds(let seconds): "+\(seconds) s"
    case .cause(let cause, let name): cause.portuguese(name)
    case .lastCall(let call): call.portuguese
    case .inTimes(let times): "em \(times) vezes,"
    case .houseClock(let status): status == .systemClock ? "relógio da casa sem NTP" : "relógio da casa sem sincronia"
    case .chainWhole(nil, let block): "cadeia íntegra até \(block)"
    case .chainWhole(let first?, let block): first < block ? "íntegra de \(first) a \(block)" : "cadeia não lida até \(block)"
    case .chainBroken: "CADEIA PARTIDA"
    case .noticesTitle: "AVISOS"
    case .noticesKey: "n: ver todos"
    case .noNotices: "Nenhum aviso ainda."
    case .freshNotices(let count): count == 1 ? "↑ 1 novo" : "↑ \(count) novos"
    case .unreadNotices(let count): count == 1 ? "1 não lido" : "\(count) não lidos"
    case .bidPrompt(let lot): "Lance \(lot):"
    case .maximumPrompt(let lot): "Máximo \(lot):"
    case .inSecret(let openly): "em segredo; oferece \(openly)"
    case .maximumShort: "máx"
    case .inSecretShort: "em segredo"
    case .ownMaximum: "Seu máximo"
    case .tabMaximum: "Tab máximo"
    case .tabBid: "Tab lance"
    case .isMinimum: "(mínimo)"
    case .plusMinus: "+/- incremento"
    case .enterSends: "Enter envia"
    case .escLeaves: "Esc sai"
    case .amountProblem(let problem): problem.portuguese
    case .amountProblemShort: "valor?"
    case .obstacle(let obstacle, let currency): obstacle.portuguese(currency)
    case .obstacleShort(let obstacle, let currency): obstacle.shortPortuguese(currency)
    case .doubt(let doubts): doubts.compactMap(\.portuguese).map { $0 + "; " }.joined() + "Enter de novo envia"
    case .doubtBrief(let doubts): doubts.compactMap(\.portuguese).map { $0 + "; " }.joined() + "Enter de novo"
    case .secretDoubt(let doubt): "em segredo; \(doubt.portuguese)"
    case .doubtShort([.always]): "Enter de novo"
    case .doubtShort(let doubts): doubts.map(\.shortPortuguese).joined(separator: "; ") + ": Enter"
    case .armed(let amount, let lot, let seconds):
      "Armado: \(amount) em \(lot). Enter envia, + aumenta, Esc desiste (\(seconds) s)"
    case .armedBrief(let amount, let lot): "Armado: \(amount) em \(lot): Enter"
    case .armedShort(let amount): "Armado: \(amount)"
    case .armVoid(let minimum): "Preço mudou: agora \(minimum). + renova"
    case .armVoidShort(let minimum): "agora \(minimum) +"
    case .bidStage(let lot, let isMaximum, let amount, let stage):
      "\(isMaximum ? "Máximo" : "Lance") \(lot) \(amount): \(stage.portuguese)"
    case .stage(let stage): stage.portuguese
    case .stageOn(let lot, let stage): "\(lot): \(stage.shortPortuguese)"
    case .stageShort(let stage): stage.shortPortuguese
    case .inDoubt(let bid): "? INCERTO \(bid)"
    case .inDoubtShort(let amount): "? \(amount)"
    case .confirmTitle(let isMaximum): isMaximum ? "CONFIRMAR MÁXIMO ALTO" : "CONFIRMAR LANCE ALTO"
    case .confirmLot: "Lote"
    case .confirmBid: "Seu lance"
    case .confirmCurrent: "Lance atual"
    case .confirmCurrentValue(let price, let minimum): "\(price)   mínimo \(minimum)"
    case .confirmCurrentShort(let price, let minimum): "atual \(price)  mín \(minimum)"
    case .howMuch(let times, let more, let hasPrice):
      "Isto é \(times)× o \(hasPrice ? "lance atual" : "mínimo") (+\(more))."
    case .missingComma(let amount): "Faltou a vírgula?  \(amount) (tecla v usa este valor)"
    case .missingCommaShort(let amount): "v: \(amount)"
    case .retype: "Para enviar, digite de novo o valor:"
    case .retypeBrief: "Digite de novo:"
    case .retypeShort: "Digite de novo; Esc"
    case .retypeMismatch: "Não é o mesmo valor. Nada foi enviado."
    case .retypeMismatchShort: "Não confere: de novo"
    case .escCorrects: "Esc volta e corrige (padrão)"
    case .filtering(let text): "Filtrar: \(text)"
    case .searching(let text): "Buscar: \(text)"
    case .reallyQuit(let leading):
      switch leading {
      case 0: "Há um lance sem resposta. Sair mesmo? s sai  Esc fica"
      case 1: "Você lidera 1 leilão. Sair mesmo? s sai  Esc fica"
      default: "Você lidera \(leading) leilões. Sair mesmo? s sai  Esc fica"
      }
    case .reallyQuitBrief(let leading): (leading > 0 ? "Lidera \(leading)" : "Lance sem resposta") + ". Sair? s sim  Esc não"
    case .quitTiny: "Sair? s/n"
    case .reallyQuitShort(let leading): (leading > 0 ? "Lidera \(leading)" : "Sem resposta") + ": s sai"
    case .sound(let sound): sound.portuguese
    case .mouse(let isTaken):
      isTaken ? "Mouse: ligado. Clique escolhe, a roda rola" : "Mouse: desligado; o terminal volta a selecionar texto"
    case .noMouse: "Este terminal não tem mouse"
    case .mouseKeyShort: "mouse: M"
    case .mouseKey: "mouse: M solta"
    case .helpTitle: "AJUDA"
    case .termsTitle: "REGRAS"
    case .tinyKeys: "b lance"
    }
  }
}

extension LinkWords {
  fileprivate var portuguese: String {
    switch self {
    case .starting: "… iniciando"
    case .connecting(let broker, let seconds): "… conectando \(broker) (\(seconds) s)"
    case .unreachable(let attempt, let retryIn): "○ SEM CONEXÃO · tentativa \(attempt)\(Self.when(retryIn))"
    case .live: "● conectado"
    case .silent(let seconds): "○ sem resposta \(seconds) s"
    case .blocked: "○ broker cheio: lances em espera"
    case .lost(let seconds, let attempt, let retryIn):
      "○ SEM CONEXÃO há \(Text.span(seconds)) · tentativa \(attempt)\(Self.when(retryIn))"
    case .resyncing(let done, let total): total > 0 ? "… atualizando \(done)/\(total)" : "… atualizando"
    case .refused(let reason): "✗ acesso negado: \(reason)"
    }
  }

  fileprivate var shortPortuguese: String {
    switch self {
    case .starting: "… iniciando"
    case .connecting: "… conectando"
    case .unreachable: "○ SEM CONEXÃO"
    case .live: "● ok"
    case .silent(let seconds): "○ mudo \(seconds) s"
    case .blocked: "○ broker cheio"
    case .lost(let seconds, _, _): "○ SEM CONEXÃO \(Text.span(seconds))"
    case .resyncing(let done, let total): total > 0 ? "… \(done)/\(total)" : "… atualizando"
    case .refused: "✗ acesso negado"
    }
  }

  private static func when(_ retryIn: Int64) -> String { retryIn > 0 ? " em \(Text.span(retryIn))" : " agora" }
}

extension StageWords {
  fileprivate var portuguese: String {
    switch self {
    case .sending: "enviando…"
    case .delivered: "entregue, aguardando a casa"
    case .unanswered(let seconds): "sem resposta há \(Text.span(seconds))"
    case .accepted(let ms): "aceito em \(Text.lapse(ms))"
    case .refused(let words, _): "RECUSADO: \(words)"
    case .uncertain(let isAsking):
      "INCERTO: ENVIADO SEM RESPOSTA, " + (isAsking ? "perguntando à casa" : "pergunta à casa ao reconectar")
    case .busy: "RECUSADO: casa ocupada, não contou; tente de novo"
    case .neverDecided: "não chegou à casa: não contou"
    case .notSent(let reason): "não foi enviado: \(reason)"
    }
  }
}

extension StageWords {
  /// For twenty cells.
  fileprivate var shortPortuguese: String {
    switch self {
    case .sending: "enviando…"
    case .delivered: "aguardando a casa"
    case .unanswered(let seconds): "sem resposta \(Text.span(seconds))"
    case .accepted(let ms): "aceito em \(Text.lapse(ms))"
    case .refused(_, let short): "✗ \(short)"
    case .uncertain: "? INCERTO"
    case .busy: "✗ casa ocupada"
    case .neverDecided: "✗ não chegou"
    case .notSent: "✗ não foi enviado"
    }
  }
}

extension Model.Tab {
  fileprivate func portuguese(_ count: Int, _ waiting: Int) -> String {
    switch self {
    case .open: "1 Abertos \(count - waiting)" + Self.portugueseWaiting(waiting)
    case .mine: "2 Meus \(count)"
    case .closed: "3 Encerrados \(count)"
    }
  }
  private static func portugueseWaiting(_ count: Int) -> String {
    count == 0 ? "" : count == 1 ? ", 1 aguarda" : ", \(count) aguardam"
  }
  fileprivate func linePortuguese(_ count: Int, _ waiting: Int) -> String {
    switch self {
    case .open: "1/\(count - waiting) abertos" + Self.portugueseWaiting(waiting)
    case .mine: "2/\(count) meus"
    case .closed: "3/\(count) encerrados"
    }
  }
}

extension Model.Sort {
  fileprivate var portuguese: String {
    switch self {
    case .closing: "fecha antes"
    case .price: "maior lance"
    case .title: "título"
    case .standing: "situação"
    }
  }
}

extension Model.Sound {
  fileprivate var portuguese: String {
    switch self {
    case .off: "Som: desligado"
    case .bell: "Som: campainha"
    case .bellAndTitle: "Som: campainha e título da janela"
    }
  }
}

extension Extension.Cause {
  func portuguese(_ name: String?) -> String {
    switch self {
    case .bid: "por \(name ?? "um lance")"
    case .outage: "pela parada da casa"
    case .resumption: "pela suspensão"
    }
  }
}

extension LastCall {
  fileprivate var portuguese: String {
    switch self {
    case .once: "Dou-lhe uma"
    case .twice: "Dou-lhe duas"
    case .last: "Dou-lhe três"
    }
  }
}

extension AmountField.Problem {
  fileprivate var portuguese: String {
    switch self {
    case .empty: "digite o valor"
    case .foreignSeparator: "use vírgula para centavos: 1.300,50"
    case .threeDecimals: "ambíguo: 1.300,00 ou 1,30?"
    case .grouping: "agrupamento: 1.300,50"
    case .character: "só dígitos, ponto e vírgula"
    case .tooLarge: "valor alto demais"
    }
  }
}

extension Obstacle {
  fileprivate func portuguese(_ currency: Currency) -> String {
    switch self {
    case .notConnected: "sem conexão: lances bloqueados"
    case .brokerBlocked: "broker cheio: lances em espera"
    case .frozen: "tela congelada: p descongela"
    case .chainBroken: "a cadeia de blocos não confere: lances bloqueados"
    case .notOpen(.scheduled): "o leilão ainda não abriu"
    case .notOpen(.suspended): "o leilão está suspenso"
    case .notOpen(.closed), .notOpen(.open): "o leilão está encerrado"
    case .inFlight: "seu lance anterior ainda não tem resposta"
    case .belowMinimum(let minimum): "abaixo do mínimo \(MoneyText.portuguese.format(minimum, in: currency))"
    case .overBuyNow(let price): "mais do que a compra imediata, \(MoneyText.portuguese.format(price, in: currency))"
    case .overLimit(let limit): "acima do seu limite \(MoneyText.portuguese.format(limit, in: currency))"
    }
  }
}

extension Obstacle {
  /// For twenty cells.
  fileprivate func shortPortuguese(_ currency: Currency) -> String {
    switch self {
    case .notConnected: "sem conexão"
    case .brokerBlocked: "broker cheio"
    case .frozen: "congelado"
    case .chainBroken: "CADEIA!"
    case .notOpen(.scheduled): "não abriu"
    case .notOpen(.suspended): "suspenso"
    case .notOpen(.closed), .notOpen(.open): "encerrado"
    case .inFlight: "aguarde"
    case .belowMinimum(let minimum): "mín \(MoneyText.portuguese.number(minimum, in: currency))"
    case .overBuyNow(let price): "compra \(MoneyText.portuguese.number(price, in: currency))"
    case .overLimit(let limit): "máx \(MoneyText.portuguese.number(limit, in: currency))"
    }
  }
}

extension Doubt {
  fileprivate var portuguese: String? {
    switch self {
    case .replaces: "substitui o seu lance anterior"
    case .mayReplace: "substitui um lance anterior seu, se houver"
    case .buysAtOnce: "compra na hora e encerra o leilão"
    case .alreadyLeading: "você já lidera"
    case .silent: "pode atrasar"
    case .unsureClock: "relógio incerto"
    case .late: "pode não chegar a tempo"
    case .priceMoved: "o preço mudou"
    case .always: nil
    }
  }

  /// For twenty cells.
  fileprivate var shortPortuguese: String {
    switch self {
    case .replaces: "substitui"
    case .mayReplace: "substitui?"
    case .buysAtOnce: "compra já"
    case .alreadyLeading: "já lidera"
    case .silent, .late: "talvez tarde"
    case .unsureClock: "relógio?"
    case .priceMoved: "preço mudou"
    case .always: ""
    }
  }
}
