// TerminalKit: a terminal behind values. A program makes a Frame (cells with roles, no colours) and gets Inputs; what draws
// them is ncurses, an array in memory, or whatever else can. Knows nothing of auctions, of languages or of the program's keys.

/// Columns and rows, never negative.
package struct Size: Hashable, Sendable {
  package let width: Int
  package let height: Int
  package init(width: Int, height: Int) { (self.width, self.height) = (max(width, 0), max(height, 0)) }
}

/// Where frames go and inputs come from. Belongs to one thread.
package protocol Terminal: AnyObject {
  var size: Size { get }
  /// Shows the frame; what does not fit is not shown.
  func present(_ frame: Frame)
  /// Returns when something may have come in, when `descriptor` is readable, or when the time is up.
  func wait(for descriptor: Int32, atMost milliseconds: Int32)
  /// The next input, or nil at once when none is there.
  func nextInput() -> Input?
  func bell()
  /// The window's title, where the terminal has one.
  func title(_ text: String)
  /// Shows a notice outside of the window; false where the terminal is not known to have a way.
  func notify(_ text: String, title: String) -> Bool
  /// Whether clicks and the wheel come as inputs; otherwise they are the terminal's own, which selects text with them.
  /// - Returns: false where there is no mouse to take.
  func mouse(_ isTaken: Bool) -> Bool
  /// Gives the terminal back and stops the process, until the shell lets it go on.
  func suspend()
  /// Draws everything anew at the next frame, because something else has written on the screen.
  func repaint()
}
