import ArgumentParser
import ServiceKit
import TerminalKit

/// How the terminal shows itself, and what it takes from whoever sits before it.
struct ScreenOptions: ParsableArguments {
  @Flag(
    name: .customLong("mouse"),
    help: ArgumentHelp(
      said(
        "Clique escolhe, a roda rola; a tecla M liga e desliga.", "A click selects, the wheel scrolls; key M switches it.")))
  var takesMouse = false

  func apply(to settings: inout Settings) { settings.takesMouse = takesMouse }
}
