package import SharedKernel

extension Words {
  /// Key and word for the footer.
  package static func hint(_ binding: Keymap.Binding, _ language: Language, short: Bool) -> String {
    let (portuguese, english): (String, String) =
      switch binding.command {
      case .next: ("mover", "move")
      case .bid: ("lance", "bid")
      case .raise: ("rápido", "quick")
      case .filter: ("filtrar", "filter")
      case .sort: ("ordem", "sort")
      case .follow: ("seguir", "follow")
      case .notices: ("avisos", "notices")
      case .sound: ("som", "sound")
      case .markRead: ("tudo lido", "all read")
      case .send: ("envia", "sends")
      case .acceptFilter: ("aplica", "applies")
      case .help: ("ajuda", "help")
      case .quit: (short ? "sai" : "sair", "quit")
      case .cancel: ("volta", "back")
      case .previous, .pageUp, .pageDown, .first, .last, .lower, .raiseMore, .lowerMore, .secrecy, .useSuggestion, .erase,
        .reverseSort, .terms, .tabOpen, .tabMine, .tabClosed, .newestNotice, .mouse, .freeze, .reconnect, .language, .redraw,
        .suspend, .leave, .interrupt:
        (help(binding.command, .portuguese), help(binding.command, .english))
      }
    let key = binding.command == .next ? "↑↓" : binding.keys.first.map(Keymap.name) ?? ""
    return key + " " + (language == .portuguese ? portuguese : english)
  }

  /// What a command does, for the help page.
  package static func help(_ command: Command, _ language: Language) -> String {
    switch (language, command) {
    case (.portuguese, .previous): "anterior"
    case (.portuguese, .next): "seguinte"
    case (.portuguese, .pageUp): "página acima"
    case (.portuguese, .pageDown): "página abaixo"
    case (.portuguese, .first): "começo"
    case (.portuguese, .last): "fim"
    case (.portuguese, .bid): "dar lance"
    case (.portuguese, .raise): "armar / + incremento"
    case (.portuguese, .lower): "- incremento"
    case (.portuguese, .raiseMore): "+ 5 incrementos"
    case (.portuguese, .lowerMore): "- 5 incrementos"
    case (.portuguese, .secrecy): "lance / máximo em segredo"
    case (.portuguese, .send): "enviar o lance"
    case (.portuguese, .useSuggestion): "usar o valor sugerido"
    case (.portuguese, .erase): "apagar"
    case (.portuguese, .cancel): "voltar, desistir"
    case (.portuguese, .filter): "filtrar lista ou página"
    case (.portuguese, .acceptFilter): "aplicar o filtro"
    case (.portuguese, .sort): "mudar a ordem"
    case (.portuguese, .reverseSort): "inverter a ordem"
    case (.portuguese, .tabOpen): "abertos"
    case (.portuguese, .tabMine): "meus"
    case (.portuguese, .tabClosed): "encerrados"
    case (.portuguese, .follow): "seguir / deixar"
    case (.portuguese, .terms): "regras do leilão"
    case (.portuguese, .notices): "todos os avisos"
    case (.portuguese, .newestNotice): "ao lote do aviso mais novo"
    case (.portuguese, .markRead): "marcar tudo como lido"
    case (.portuguese, .sound): "som"
    case (.portuguese, .mouse): "mouse: tomar / soltar"
    case (.portuguese, .freeze): "congelar a tela"
    case (.portuguese, .reconnect): "reconectar agora"
    case (.portuguese, .language): "português / English"
    case (.portuguese, .redraw): "redesenhar"
    case (.portuguese, .suspend): "parar; fg continua"
    case (.portuguese, .help): "ajuda"
    case (.portuguese, .quit): "sair"
    case (.portuguese, .leave): "sair mesmo"
    case (.portuguese, .interrupt): "voltar, sair; 2×: já"
    case (.english, .previous): "previous"
    case (.english, .next): "next"
    case (.english, .pageUp): "page up"
    case (.english, .pageDown): "page down"
    case (.english, .first): "top"
    case (.english, .last): "bottom"
    case (.english, .bid): "bid"
    case (.english, .raise): "arm / + increment"
    case (.english, .lower): "- increment"
    case (.english, .raiseMore): "+ 5 increments"
    case (.english, .lowerMore): "- 5 increments"
    case (.english, .secrecy): "bid / secret maximum"
    case (.english, .send): "send the bid"
    case (.english, .useSuggestion): "use the suggested amount"
    case (.english, .erase): "erase"
    case (.english, .cancel): "back, give up"
    case (.english, .filter): "filter list or page"
    case (.english, .acceptFilter): "apply the filter"
    case (.english, .sort): "change the order"
    case (.english, .reverseSort): "reverse the order"
    case (.english, .tabOpen): "open ones"
    case (.english, .tabMine): "mine"
    case (.english, .tabClosed): "closed ones"
    case (.english, .follow): "follow / stop"
    case (.english, .terms): "the auction's rules"
    case (.english, .notices): "all notices"
    case (.english, .newestNotice): "to the newest notice's lot"
    case (.english, .markRead): "mark all as read"
    case (.english, .sound): "sound"
    case (.english, .mouse): "mouse: take / let go"
    case (.english, .freeze): "freeze the display"
    case (.english, .reconnect): "reconnect now"
    case (.english, .language): "English / português"
    case (.english, .redraw): "redraw"
    case (.english, .suspend): "stop; fg goes on"
    case (.english, .help): "help"
    case (.english, .quit): "quit"
    case (.english, .leave): "quit anyway"
    case (.english, .interrupt): "back, quit; 2×: now"
    }
  }
}
