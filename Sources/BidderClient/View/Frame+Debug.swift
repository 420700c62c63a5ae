package import TerminalKit

extension Frame {
  /// The same with its number and the connection's at the end of the last row, for tests that wait for a frame.
  package func stamped(_ number: Int, epoch: Int) -> Frame {
    let words = " #\(number) e\(epoch) "
    var frame = self
    frame.put(max(size.width - words.count, 0), size.height - 1, words, .warn)
    return frame
  }
}
