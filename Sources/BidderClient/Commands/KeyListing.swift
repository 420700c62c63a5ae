import ArgumentParser
import ServiceKit
import SharedKernel

/// `--listar-teclas`: the key table, before anything else is asked for: neither a bidder nor a house is needed.
struct KeyListing: ParsableArguments {
  @Flag(
    name: .spoken("listar-teclas", "list-keys"),
    help: ArgumentHelp(
      said("Só mostra as teclas, uma por linha e contexto.", "Only shows the keys, a line for each and each context.")))
  var isWanted = false
  @Flag(
    name: .customLong("json"),
    help: ArgumentHelp(said("Com --listar-teclas: linhas JSON.", "With --list-keys: JSON lines."))) var json = false

  func validate() throws {
    guard isWanted else {
      guard json else { return }
      throw ValidationError(said("--json só vale com --listar-teclas", "--json counts with --list-keys only"))
    }
    let lines = Keymap.listing.map { json ? Self.json($0, $1) : Keymap.line($0, $1, .current) }
    throw CleanExit.message(lines.joined(separator: "\n"))
  }

  private static func json(_ context: Keymap.Context, _ binding: Keymap.Binding) -> String {
    var line = JSONLine()
    line.add("contexto", "\(context)")
    line.add("teclas", binding.names)
    line.add("comando", "\(binding.command)")
    line.add("texto", Words.help(binding.command, .current))
    return line.text
  }
}
