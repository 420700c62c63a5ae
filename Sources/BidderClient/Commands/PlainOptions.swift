import ArgumentParser
import Glibc
import ServiceKit
import TerminalKit

/// Lines instead of a screen.
struct PlainOptions: ParsableArguments {
  @Flag(
    name: .spoken("linhas", "plain"),
    help: ArgumentHelp(
      said(
        "Uma linha por evento, comandos pela entrada; por si só sem terminal e com TERM=dumb.",
        "One line for each event, commands from the input; by itself without a terminal and with TERM=dumb."))) var isAsked =
    false

  /// Whether there is no screen to draw on. That `TERM` names nothing is an error still.
  var isChosen: Bool {
    isAsked || isatty(0) != 1 || isatty(1) != 1 || environmentValue("TERM") == "dumb" || !NcursesTerminal.canDraw
  }
}
