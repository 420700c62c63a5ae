/// What comes from a terminal.
package enum Input: Hashable, Sendable {
  case key(Key)
  case character(Unicode.Scalar)
  /// Text that was pasted, not typed; at most `pasteLimit` scalars, line ends as they came.
  case paste(String)
  /// The first button of the mouse went down on this cell.
  case click(x: Int, y: Int)
  case wheel(Wheel)
  /// The mouse was to be taken, and this terminal has none.
  case withoutMouse
  /// The window is looked at, or no longer; told only where that was asked for.
  case focus(Bool)
  case resize(Size)
  /// Ctrl-C.
  case interrupt
  /// The process was asked to end by this signal.
  case terminate(signal: Int32)
  /// Nothing will ever come again: the terminal is gone.
  case closed

  package static let pasteLimit = 4_096
}

/// Which way the wheel of the mouse was turned.
package enum Wheel: Hashable, Sendable { case up, down }

/// Keys that are not characters.
package enum Key: Hashable, Sendable, CaseIterable {
  case up, down, left, right, pageUp, pageDown, home, end
  case enter, escape, backspace, delete, tab, backTab
  case f1
  /// Ctrl-L.
  case redraw
  /// Ctrl-Z, and whatever else asks the process to stop.
  case suspend
}
