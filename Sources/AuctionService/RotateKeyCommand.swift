package import ArgumentParser
import AuctionSigning
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// `ms-leilao trocar-chave`
package struct RotateKeyCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "trocar-chave", "rotate-key",
      abstract: said(
        "Dá uma chave nova a um serviço parado ou a um operador.", "Gives a stopped service or an operator a new key."),
      discussion: said(
        """
        O que foi assinado com a chave antiga continua valendo: a metade pública dela fica \
        em keys/retired, com o instante até o qual falou. Se a chave antiga vazou, apague \
        esse arquivo, e nada do que ela assinou vale mais. O que um operador assinou e a \
        casa ainda não leu é recusado. Chaves de licitantes: \
        cliente-tui keygen ID --substituir.

        EXEMPLOS:
          ms-leilao trocar-chave operador
          ms-leilao trocar-chave ms_lance        # com ms-lance parado
        """,
        """
        What was signed under the old key stays valid: its public half remains in \
        keys/retired, with the instant up to which it spoke. If the old key was stolen, \
        remove that file, and nothing it signed counts any more. What an operator signed \
        and the house has not read yet is refused. Bidders' keys: \
        cliente-tui keygen ID --replace.

        EXAMPLES:
          ms-leilao rotate-key operador
          ms-leilao rotate-key ms_lance          # while ms-lance is stopped
        """))
  }

  @OptionGroup var house: HouseOptions
  @Argument(
    help: ArgumentHelp(said("ms_leilao, ms_lance ou um operador.", "ms_leilao, ms_lance or an operator."), valueName: "ID"),
    completion: .houseKeys)
  var id: String
  @Flag(
    name: .spoken("com-senha", "passphrase"),
    help: ArgumentHelp(said("Pergunta uma senha para a chave de um operador.", "Asks for a passphrase for an operator's key.")))
  var wantsPassphrase = false
  @Flag(help: ArgumentHelp(said("Responde em uma linha JSON.", "Answers with one JSON line."))) var json = false

  package init() {}

  package func run() async throws {
    let owner = try TermsReading().principal("ID", id)
    let isService = [HousePrincipal.msLeilao, HousePrincipal.msLance].contains(owner)
    guard isService || owner.role == .operator else {
      throw TermsReading.refused(
        "ID", id,
        said("ms_leilao, ms_lance e ids que começam por operador", "ms_leilao, ms_lance and ids that begin with operador"))
    }
    guard !(isService && wantsPassphrase) else {
      throw Failure(
        .usage,
        said("um serviço não tem quem lhe dê a senha: sem --com-senha", "a service has nobody to type it: no --passphrase"))
    }
    let settings = try house.resolved(brokerUser: "operador")
    guard settings.keys.hasPair(owner.text) else {
      throw Failure(
        .usage, said("não há chave de \(owner) em \(settings.keyPath)", "there is no key of \(owner) in \(settings.keyPath)"))
    }
    let passphrase = wantsPassphrase ? try Passphrase.choose(for: owner.text) : nil
    guard !wantsPassphrase || passphrase != nil else {
      throw Failure(.usage, said("nenhuma senha foi dada", "no passphrase was given"))
    }
    let key = try PrivateKey.generate(.ed25519)
    if isService {
      // Nobody speaks under the old key while it is retired, nor has spoken later than now, unless under a clock that was ahead.
      let now = await ShortClock.reading(settings).latest
      // The whole house's journal too where there are partitions: it must not begin just now.
      let instances = try Set(Identity.instances(of: owner, in: settings.keys)).union([owner.text]).sorted()
      let instant = try Self.keepingIdle(instances[...], in: settings.dataPath) {
        let latest = try instances.map { try Self.latestTurn(of: $0, in: settings.dataPath) }.max() ?? now
        let instant = Self.retirement(max(now, latest))
        try settings.keys.rotatePair(to: key, of: owner.text, passphrase: nil, retiredAt: instant)
        return instant
      }
      report(owner, key.publicKey, settings.keys, retired: "\(settings.keys.retiredFolder)/\(owner)-\(instant).pem")
    } else {
      // What it signed before stays verifiable in the journal; no command under it is taken any more.
      let instant = Self.retirement(await ShortClock.reading(settings).latest)
      try settings.keys.rotatePair(to: key, of: owner.text, passphrase: passphrase, retiredAt: instant)
      report(owner, key.publicKey, settings.keys, retired: "\(settings.keys.retiredFolder)/\(owner)-\(instant).pem")
    }
  }

  /// The first full second by which everything was said that was said until now.
  private static func retirement(_ latest: Timestamp) -> String {
    let micros = latest.microseconds
    return TimeText.rfc3339(Timestamp(microseconds: micros + (1_000_000 - micros % 1_000_000)))
  }

  /// Does something while none of these journals can be opened.
  private static func keepingIdle<Answer>(
    _ instances: ArraySlice<String>, in folder: String, _ body: () throws -> Answer
  ) throws -> Answer {
    guard let instance = instances.first else { return try body() }
    let idle = try Journal.keepIdle(folder: folder, name: instance)
    let answer = try keepingIdle(instances.dropFirst(), in: folder, body)
    withExtendedLifetime(idle) {}
    return answer
  }

  /// The latest instant by which the journal was written, and a second: stamps within a turn go on from its reading.
  private static func latestTurn(of instance: String, in folder: String) throws -> Timestamp {
    var latest = Timestamp(microseconds: 0)
    let reader: JournalReader
    do throws(JournalError) {
      reader = try JournalReader(path: "\(folder)/\(instance).sqlite")
    } catch {
      if case .absent = error.kind { return latest }
      throw error
    }
    try reader.forEachEntry(from: 1) {
      if $0.kind == TurnRecord.kind { latest = max(latest, try TurnRecord.decode($0.body).latest) }
    }
    return latest + .seconds(1)
  }

  private func report(_ owner: PrincipalID, _ key: PublicKey, _ folder: KeyFolder, retired: String) {
    if json {
      var line = JSONLine()
      line.add("id_usuario", owner.text)
      line.add("keyid", Hex.encode(key.id))
      line.add("publica", folder.publicFile(owner.text))
      line.add("aposentada", retired)
      return tell(line.text)
    }
    tell(
      said(
        "\(owner) tem uma chave nova: \(folder.publicFile(owner.text))",
        "\(owner) has a new key: \(folder.publicFile(owner.text))"))
    guard owner.role == .service else {
      return tell(
        said(
          "a antiga fica em \(retired), para que o diário se possa conferir",
          "the old one is in \(retired), so that the journal can be verified"))
    }
    tell(
      said(
        "a antiga fica em \(retired)\nquem confere a casa em outra máquina precisa dos dois arquivos; agora suba o serviço de novo",
        "the old one is in \(retired)\nwhoever verifies the house on another machine needs both files; now start the service again"
      ))
  }
}
