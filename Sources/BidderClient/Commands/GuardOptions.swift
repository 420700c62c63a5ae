import ArgumentParser
import ServiceKit
import SharedKernel

/// What is asked before a bid is sent; command line over environment over the defaults.
struct GuardOptions: ParsableArguments {
  @Flag(
    name: .spoken("confirmar-sempre", "always-confirm"),
    help: ArgumentHelp(
      said(
        "Todo lance pede um segundo Enter (LEILAO_CONFIRMAR=sempre).", "Every bid wants a second Enter (LEILAO_CONFIRMAR=sempre)."
      )))
  var confirmsAlways = false

  @Option(
    name: .spoken("guarda-percentual", "guard-percent"),
    help: ArgumentHelp(
      said(
        "Acima desta porcentagem do mínimo, e dos incrementos abaixo, o valor é pedido de novo (LEILAO_GUARDA_PERCENTUAL; padrão 120).",
        "Over this percentage of the minimum, and the increments below, the amount is asked for again (LEILAO_GUARDA_PERCENTUAL; default 120)."
      ),
      valueName: said("POR_CENTO", "PERCENT")))
  var percent: String?

  @Option(
    name: .spoken("guarda-incrementos", "guard-increments"),
    help: ArgumentHelp(
      said(
        "Quantos incrementos acima do mínimo ainda são comuns (LEILAO_GUARDA_INCREMENTOS; padrão 10).",
        "How many increments above the minimum are still ordinary (LEILAO_GUARDA_INCREMENTOS; default 10)."), valueName: "N"))
  var increments: String?

  @Option(
    name: .spoken("guarda-vezes", "guard-times"),
    help: ArgumentHelp(
      said(
        "Acima de tantas vezes o preço o valor é pedido de novo (LEILAO_GUARDA_VEZES; padrão 10).",
        "Over so many times the price the amount is asked for again (LEILAO_GUARDA_VEZES; default 10)."), valueName: "N"))
  var times: String?

  /// - Throws: a usage failure naming the option or the variable, the value and what is accepted.
  func apply(to settings: inout Settings) throws {
    let isAsked = try setting(environmentValue("LEILAO_CONFIRMAR").map { ("LEILAO_CONFIRMAR", $0) }) { text throws -> Bool in
      switch text {
      case "sempre": return true
      case "normal": return false
      default: throw Failure(.usage, said("são aceitos sempre, normal", "accepted are sempre, normal"))
      }
    }
    settings.confirmsAlways = confirmsAlways || isAsked ?? false
    let standard = Thresholds()
    settings.thresholds.percent =
      try number(said("--guarda-percentual", "--guard-percent"), "LEILAO_GUARDA_PERCENTUAL", percent, Thresholds.percents)
      ?? standard.percent
    settings.thresholds.increments =
      try number(said("--guarda-incrementos", "--guard-increments"), "LEILAO_GUARDA_INCREMENTOS", increments, Thresholds.counts)
      ?? standard.increments
    settings.thresholds.times =
      try number(said("--guarda-vezes", "--guard-times"), "LEILAO_GUARDA_VEZES", times, Thresholds.multiples) ?? standard.times
  }

  private func number(_ flag: String, _ variable: String, _ given: String?, _ range: ClosedRange<Int64>) throws -> Int64? {
    try setting(given.map { (flag, $0) } ?? environmentValue(variable).map { (variable, $0) }) { text in
      guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int64(text), range.contains(number) else {
        let (least, most) = (range.lowerBound, range.upperBound)
        throw Failure(
          .usage, said("aceito: um número inteiro de \(least) a \(most)", "accepted: a whole number from \(least) to \(most)"))
      }
      return number
    }
  }
}
