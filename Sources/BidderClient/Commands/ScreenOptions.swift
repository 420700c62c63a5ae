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

  @Flag(
    name: .customLong("a11y"),
    help: ArgumentHelp(
      said(
        "Para leitores de tela: o cursor fica na linha escolhida, e nada conta segundos nem pisca.",
        "For screen readers: the cursor stays on the chosen row, and nothing counts seconds or flashes."))) var isReadOut = false

  func apply(to settings: inout Settings) {
    (settings.takesMouse, settings.isReadOut) = (takesMouse, isReadOut)
  }
}
