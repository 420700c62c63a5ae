import ArgumentParser
import ServiceKit
import SharedKernel
import SigningKit

/// Where the house is: by its name, or as for every program. What is given goes before what the name means, and that before the environment.
struct ClientHouse: ParsableArguments {
  @Option(
    name: .spoken("casa", "house"),
    help: ArgumentHelp(
      said(
        "Uma casa de ~/.config/leilao/casas.json: broker, chaves e dados (docs/terminal.md).",
        "A house of ~/.config/leilao/casas.json: broker, keys and data (docs/terminal.md)."),
      valueName: said("NOME", "NAME")), completion: .custom { _, _, _ in HouseFile.standard?.names ?? [] })
  var name: String?

  @OptionGroup var options: HouseOptions

  func resolved(brokerUser: String) throws -> HouseSettings { try options.resolved(brokerUser: brokerUser, at: try named()) }

  private func named() throws -> NamedHouse? {
    guard let name else { return nil }
    guard let file = HouseFile.standard else {
      throw Failure(
        .usage,
        said(
          "--casa \(name): sem HOME nem XDG_CONFIG_HOME não há onde procurá-la",
          "--house \(name): without HOME and XDG_CONFIG_HOME there is nowhere to look for it"))
    }
    return try file.house(named: name)
  }
}

extension HouseSettings {
  /// What a command that is named to the bidder must have behind it.
  var words: String { name.map { said(" --casa \($0)", " --house \($0)") } ?? "" }
}

extension CompletionKind {
  /// Those whose private halves lie in the key folder of the house that the line names, or the environment does.
  static var biddersOfHouse: CompletionKind {
    .custom { words, _, _ in
      let name = words.enumerated().lazy.compactMap { place, word -> String? in
        ["--casa", "--house"].contains(word)
          ? words.dropFirst(place + 1).first
          : ["--casa=", "--house="].first { word.hasPrefix($0) }.map { String(word.dropFirst($0.count)) }
      }.first
      let house = name.flatMap { try? HouseFile.standard?.house(named: $0) }
      let folder = house?.values[.keys] ?? environmentValue("LEILAO_KEYS") ?? "keys"
      return KeyFolder(path: folder).signers.filter { PrincipalID($0)?.role == .bidder }
    }
  }
}
