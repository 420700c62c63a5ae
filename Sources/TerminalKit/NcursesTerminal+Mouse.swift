internal import CNCurses
internal import CTerminal

// The mouse: off until it is asked for, and given back by ncurses, by a stop (Ctrl-Z) and by the crash handler.

extension NcursesTerminal {
  package func mouse(_ isTaken: Bool) -> Bool {
    guard cterminal_armed() == 1 else { return true }
    if isConsole { return !isTaken }
    return cnc_take_mouse(isTaken ? 1 : 0) == 1 || !isTaken
  }

  /// What the mouse did last; nil for what means nothing here.
  func pointed() -> Input? {
    var (x, y): (Int32, Int32) = (0, 0)
    switch cnc_mouse(&x, &y) {
    case 1: return .click(x: Int(x), y: Int(y))
    case 4: return .wheel(.up)
    case 5: return .wheel(.down)
    default: return nil
    }
  }
}
