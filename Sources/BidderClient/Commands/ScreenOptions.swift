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

  @Option(
    name: .spoken("tema", "theme"),
    help: ArgumentHelp(
      said(
        "Azul e laranja, as cores da paleta do terminal, ou nenhuma; sem isto, azul e laranja onde há 256 cores, senão a paleta.",
        "Blue and orange, the colours of the terminal's palette, or none; otherwise blue and orange with 256 colours, else the palette."
      ),
      valueName: said("TEMA", "THEME"))) var theme: ThemeChoice?

  @Flag(
    name: .spoken("notificar", "notify"),
    help: ArgumentHelp(
      said(
        "Aviso na área de trabalho no lugar da campainha, enquanto a janela não é olhada.",
        "A desktop notice instead of the bell, while the window is not looked at."))) var notifiesDesktop = false
  @Flag(
    name: .customLong("sync"),
    help: ArgumentHelp(
      said(
        "Telas inteiras de uma vez, no terminal que souber (modo 2026).",
        "Whole screens at once, where the terminal can (mode 2026).")))
  var isSynchronized = false

  func apply(to settings: inout Settings) {
    (settings.takesMouse, settings.isReadOut) = (takesMouse, isReadOut)
    settings.notifiesDesktop = notifiesDesktop
  }

  func apply(to options: inout NcursesTerminal.Options) {
    (options.watchesFocus, options.isSynchronized) = (notifiesDesktop, isSynchronized)
    switch theme {
    case .colourBlind: options.theme = .blueOrange
    case .palette: options.theme = .palette
    case .mono: options.color = .never
    case nil: break
    }
  }
}
