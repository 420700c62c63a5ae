package import ArgumentParser
import AuctionWire
import ServiceKit
import SharedKernel

/// `ms-leilao mortas`: what the services could not take.
package struct DeadLettersCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      Queue.mortas.rawValue, "dead-letters",
      abstract: said("Mostra as mensagens que nenhum serviço pôde aceitar.", "Shows the messages that no service could take."),
      discussion: said(
        """
        Cada uma tem um id (o começo do SHA-256 dela). O que é só olhado volta à fila \
        na mesma ordem; enquanto um comando destes olha, outro não vê as mesmas.

        EXEMPLOS:
          ms-leilao mortas
          ms-leilao mortas ver 9f86d081884c
          ms-leilao mortas reenviar 9f86d081884c    # um comando, assinado como estava
          ms-leilao mortas descartar 9f86d081884c
        """,
        """
        Each has an id (the beginning of its SHA-256). What is only looked at goes back \
        in the same order; while one of these commands looks, another does not see the same messages.

        EXAMPLES:
          ms-leilao dead-letters
          ms-leilao dead-letters show 9f86d081884c
          ms-leilao dead-letters resend 9f86d081884c    # a command, signed as it was
          ms-leilao dead-letters discard 9f86d081884c
        """),
      subcommands: [ListDeadLetters.self, ShowDeadLetter.self, ResendDeadLetter.self, DiscardDeadLetter.self],
      defaultSubcommand: ListDeadLetters.self)
  }

  package init() {}
}

/// What the four have in common.
struct DeadLetterOptions: ParsableArguments {
  @OptionGroup var house: HouseOptions
  @Flag(help: ArgumentHelp(said("Uma linha JSON por mensagem.", "One JSON line for each message."))) var json = false

  /// As many as one look takes out of the queue at most.
  static let most = 10_000

  /// Those that `body` is to work on; what it throws leaves the queue as it was, but for what it removed.
  func look(limit: Int = most, _ body: @escaping @Sendable (DeadLetterFile, [DeadLetterView]) throws -> Void)
    async throws
  {
    let settings = try house.resolved(brokerUser: "operador")
    let file = DeadLetterFile(settings, limit: limit)
    do {
      try await onThread(named: Queue.mortas.rawValue) { try body(file, file.letters(limit: limit)) }
    } catch {
      await file.close()
      throw error
    }
    await file.close()
  }

  /// Those with that id; a failure when there is none.
  func look(for mark: String, _ body: @escaping @Sendable (DeadLetterFile, [DeadLetterView]) throws -> Void)
    async throws
  {
    guard mark.utf8.count == 12, mark.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
      throw TermsReading.refused(
        "ID", mark, said("12 algarismos hexadecimais, como mostra a lista", "12 hexadecimal digits, as listed"))
    }
    try await look { file, letters in
      let found = letters.filter { $0.mark == mark }
      guard !found.isEmpty else {
        throw Failure(.refused, said("não há mensagem \(mark) em mortas", "there is no message \(mark) in mortas"))
      }
      try body(file, found)
    }
  }
}

struct ListDeadLetters: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .spoken(
      "listar", "list", abstract: said("Lista as mais antigas.", "Lists the oldest."),
      discussion: said(
        "EXEMPLO:\n  ms-leilao mortas listar --limite 20 --json", "EXAMPLE:\n  ms-leilao dead-letters list --limit 20 --json"))
  }

  @OptionGroup var options: DeadLetterOptions
  @Option(
    name: .spoken("limite", "limit"),
    help: ArgumentHelp(said("Quantas, de 1 a 10000.", "How many, 1 to 10000."), valueName: "N")) var limit = 100

  func validate() throws {
    guard (1...DeadLetterOptions.most).contains(limit) else {
      throw ValidationError(said("--limite aceita 1 a 10000", "--limit accepts 1 to 10000"))
    }
  }

  func run() async throws {
    let json = options.json
    try await options.look(limit: limit) { _, letters in
      for letter in letters { tell(json ? letter.json.text : letter.line) }
      if letters.isEmpty, !json { tell(said("nenhuma mensagem morta", "no dead letters")) }
    }
  }
}

struct ShowDeadLetter: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .spoken(
      "ver", "show", abstract: said("Mostra uma por inteiro.", "Shows one in full."),
      discussion: said("EXEMPLO:\n  ms-leilao mortas ver 9f86d081884c", "EXAMPLE:\n  ms-leilao dead-letters show 9f86d081884c"))
  }

  @OptionGroup var options: DeadLetterOptions
  @Argument(help: ArgumentHelp(said("O id, como mostra a lista.", "The id, as listed."), valueName: "ID")) var id: String

  func run() async throws {
    let json = options.json
    try await options.look(for: id) { _, letters in
      for letter in letters {
        guard json else {
          tell(letter.line)
          tell(letter.contents)
          continue
        }
        var line = letter.json
        line.add("conteudo", letter.contents)
        tell(line.text)
      }
    }
  }
}

struct ResendDeadLetter: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .spoken(
      "reenviar", "resend",
      abstract: said("Manda um comando outra vez, assinado como estava.", "Sends a command once more, signed as it was."),
      discussion: said(
        "Só comandos: um lance fora de hora não é reenviado por ninguém.\n\nEXEMPLO:\n  ms-leilao mortas reenviar 9f86d081884c",
        "Commands only: nobody sends a bid again out of its time.\n\nEXAMPLE:\n  ms-leilao dead-letters resend 9f86d081884c"))
  }

  @OptionGroup var options: DeadLetterOptions
  @Argument(help: ArgumentHelp(said("O id, como mostra a lista.", "The id, as listed."), valueName: "ID")) var id: String

  func run() async throws {
    let json = options.json
    try await options.look(for: id) { file, letters in
      guard let letter = letters.first, let command = letter.command else {
        throw Failure(.refused, said("não é um comando: só comandos são reenviados", "no command: only commands are sent again"))
      }
      try file.send(command, of: letter)
      // The same bytes: once sent is enough for all of them.
      letters.forEach(file.remove)
      tell(json ? letter.json.text : said("reenviado: \(letter.line)", "sent again: \(letter.line)"))
    }
  }
}

struct DiscardDeadLetter: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    .spoken(
      "descartar", "discard", abstract: said("Tira uma da fila para sempre.", "Takes one out of the queue for good."),
      discussion: said(
        "EXEMPLO:\n  ms-leilao mortas descartar 9f86d081884c", "EXAMPLE:\n  ms-leilao dead-letters discard 9f86d081884c"))
  }

  @OptionGroup var options: DeadLetterOptions
  @Argument(help: ArgumentHelp(said("O id, como mostra a lista.", "The id, as listed."), valueName: "ID")) var id: String

  func run() async throws {
    let json = options.json
    try await options.look(for: id) { file, letters in
      letters.forEach(file.remove)
      for letter in letters { tell(json ? letter.json.text : said("descartada: \(letter.line)", "discarded: \(letter.line)")) }
    }
  }
}
