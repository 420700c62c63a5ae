package import ArgumentParser
import AuctionWire
import ServiceKit
import SharedKernel
import SigningKit

/// `ms-leilao topologia`
package struct TopologyCommand: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "topologia", "topology",
      abstract: said("Mostra as definições que o broker importa.", "Prints the definitions that the broker imports."),
      discussion: said(
        """
        Sem opção, as de desenvolvimento (scripts/broker/definitions.json): um usuário para \
        todos os licitantes, senha igual ao nome. Com --producao, um usuário e uma fila para \
        cada licitante; scripts/broker/production chama assim. Cada linha que se lê é \
        “usuário senha”: os serviços, operador e cada licitante.

        Com --conferir, lê o que o broker tem e diz o que falta, sobra ou difere; código 78 se \
        algo difere. --definicoes: com que comparar, em vez das de desenvolvimento.

        Com --particoes N, as de uma casa de N partições, cada uma com suas filas e o seu \
        ms-lance --particao n/N. N é o mesmo enquanto houver leilões (docs/operations.md).

        EXEMPLOS:
          ms-leilao topologia
          ms-leilao topologia --particoes 2
          ms-leilao topologia --producao < senhas
          rabbitmqctl export_definitions - | ms-leilao topologia --conferir -
        """,
        """
        Without an option, the development ones (scripts/broker/definitions.json): one user \
        for all bidders, each password its user's name. With --production, a user and a queue \
        for each bidder; scripts/broker/production calls it so. Each line read is \
        “user password”: the services, operador and each bidder.

        With --check it reads what the broker has and says what is missing, superfluous or \
        different; code 78 if anything is. --definitions: what to compare with, not the development ones.

        With --partitions N, those of a house of N partitions, each with queues of its own and its \
        ms-lance --partition n/N. N stays the same while there are auctions (docs/operations.md).

        EXAMPLES:
          ms-leilao topology
          ms-leilao topology --partitions 2
          ms-leilao topology --production < passwords
          rabbitmqctl export_definitions - | ms-leilao topology --check -
        """))
  }

  @Flag(
    name: .spoken("producao", "production"),
    help: ArgumentHelp(
      said("Lê usuários e senhas da entrada padrão.", "Reads users and passwords from the standard input.")))
  var isProduction = false

  @Option(
    name: .spoken("particoes", "partitions"),
    help: ArgumentHelp(
      said(
        "Quantas partições a casa tem, de 2 a 64; sem a opção, nenhuma.",
        "How many partitions the house has, 2 to 64; without the option, none."), valueName: "N"))
  var partitionCount: Int?

  @Option(
    name: .spoken("conferir", "check"),
    help: ArgumentHelp(
      said("Compara o que o broker exportou; -: a entrada padrão.", "Compares what the broker exported; -: the standard input."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  var exported: String?

  @Option(
    name: .spoken("definicoes", "definitions"),
    help: ArgumentHelp(
      said(
        "As definições da casa (produção: PASTA/broker/definitions.json).",
        "The house's definitions (production: FOLDER/broker/definitions.json)."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  var definitions: String?

  @Flag(help: ArgumentHelp(said("Com --conferir: linhas JSON.", "With --check: JSON lines."))) var json = false

  package init() {}

  package func validate() throws {
    if exported == nil ? definitions != nil || json : isProduction {
      throw ValidationError(
        said(
          "--definicoes e --json vão com --conferir, --producao sem ele",
          "--definitions and --json go with --check, --production without"
        ))
    }
    if let partitionCount, !Partition.counts.contains(partitionCount) {
      let counts = Partition.counts
      throw ValidationError(
        said(
          "--particoes aceita \(counts.lowerBound) a \(counts.upperBound)",
          "--partitions accepts \(counts.lowerBound) to \(counts.upperBound)"))
    }
    guard definitions == nil || partitionCount == nil else {
      throw ValidationError(
        said(
          "--particoes não vai com --definicoes, que já as têm", "--partitions does not go with --definitions, which have them"))
    }
  }

  private var partitions: [Partition] { Partition.all(of: partitionCount ?? 0) }

  package func run() throws {
    if let exported {
      return try TopologyCheck(definitions: definitions, house: Topology.house(partitions: partitions), json: json).run(exported)
    }
    let hash: Hash = { SHA256.of($0) }
    guard isProduction else {
      return print(
        Topology.house(partitions: partitions).definitions(password: { $0 }, salt: Topology.developmentSalt(hash), hash: hash))
    }
    var passwords = Passwords()
    while let line = readLine() { try passwords.add(line) }
    let topology = Topology.house(of: passwords.bidders, partitions: partitions)
    for user in topology.users where passwords[user.name] == nil {
      throw Failure(.usage, said("falta a senha de \(user.name)", "the password of \(user.name) is missing"))
    }
    print(topology.definitions(password: { passwords[$0] ?? "" }, salt: { _ in SecureRandom.bytes(4) }, hash: hash))
  }

  private func print(_ definitions: [UInt8]) { tell(String(decoding: definitions.dropLast(), as: UTF8.self)) }
}

/// The users of a production house and their passwords, as they are read.
private struct Passwords {
  private var byUser: [String: String] = [:]
  private(set) var bidders: [PrincipalID] = []

  /// A password shorter than this can be found by trying.
  private static let leastLength = 16

  subscript(user: String) -> String? { byUser[user] }

  /// - Throws: a usage failure that never repeats a password.
  mutating func add(_ line: String) throws(Failure) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 2, let user = PrincipalID(words[0]) else {
      throw Failure(
        .usage,
        said(
          "uma linha da entrada não é “usuário senha”; usuário: letras minúsculas, algarismos e _, de 1 a 32",
          "a line of the input is not “user password”; user: lower-case letters, digits and _, 1 to 32"))
    }
    guard words[1].utf8.count >= Self.leastLength else {
      throw Failure(
        .usage,
        said(
          "a senha de \(user) tem menos de \(Self.leastLength) caracteres",
          "the password of \(user) has fewer than \(Self.leastLength) characters"))
    }
    guard byUser.updateValue(words[1], forKey: user.text) == nil else {
      throw Failure(.usage, said("\(user) aparece duas vezes", "\(user) appears twice"))
    }
    if user.role == .bidder { bidders.append(user) }
  }
}
