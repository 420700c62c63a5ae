import TerminalKit
import Testing

@Suite("Frame")
struct FrameTests {
  @Test("clips on every side")
  func clips() {
    var frame = Frame(Size(width: 5, height: 2))
    frame.put(-2, 0, "abcdefghij")
    frame.put(3, 1, "xyz")
    frame.put(0, 2, "below")
    frame.put(0, -1, "above")
    #expect(frame.text == ["cdefg", "   xy"])
  }
}
