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

  @Test("stops at the limit and answers the column after")
  func limit() {
    var frame = Frame(Size(width: 10, height: 1))
    #expect(frame.put(2, 0, "abcdef", limit: 3) == 5)
    #expect(frame.text == ["  abc     "])
  }

  @Test("a wide character takes two cells, or none at the edge")
  func wide() {
    var frame = Frame(Size(width: 4, height: 1))
    frame.put(0, 0, "a日本")
    #expect(frame.text == ["a日 "])
    #expect(frame.row(0).map(\.width) == [1, 2, 0, 1])
  }

  @Test("half a wide character never stays behind", arguments: 0..<4)
  func halves(_ x: Int) {
    var frame = Frame(Size(width: 4, height: 1))
    frame.put(0, 0, "日本")
    frame.put(x, 0, "x")
    let row = Array(frame.row(0))
    #expect(row.reduce(0) { $0 + Int($1.width) } == 4)
    for (i, cell) in row.enumerated() where cell.width == 2 { #expect(row[i + 1].width == 0) }
  }

  @Test("an embedded line end does not reach the row below")
  func lineEnd() {
    var frame = Frame(Size(width: 6, height: 2))
    frame.put(0, 0, "ab\ncd")
    #expect(frame.text == ["ab cd ", "      "])
  }

  @Test("has a cursor only inside")
  func cursor() {
    var frame = Frame(Size(width: 3, height: 2))
    frame.cursor = (2, 1)
    #expect(frame.cursor?.x == 2 && frame.cursor?.y == 1)
    frame.cursor = (3, 0)
    #expect(frame.cursor == nil)
  }

  @Test(
    "of no size takes everything and shows nothing",
    arguments: [Size(width: 0, height: 0), Size(width: 0, height: 3), Size(width: -1, height: 2)])
  func empty(_ size: Size) {
    var frame = Frame(size)
    frame.put(0, 0, "abc")
    frame.paint(0, .bar)
    frame.erase(x: -3, y: -3, width: 10, height: 10)
    frame.cursor = (0, 0)
    #expect(frame.text.joined() == "")
    #expect(frame.cursor == nil)
  }

  @Test(
    "a plus-minus sign takes two cells in ASCII, and a blank beside it goes, before it or else behind it",
    arguments: [
      ("a  clock ±8 ms  b", "a clock +-8 ms  b"), ("clock ±8 ms  b", "clock +-8 ms b"), ("±8", "-8"), ("a ±8", "a+-8"),
      ("  ±8", " +-8"),
      ("a  ±1  ±2  b", "a +-1 +-2  b"),
    ])
  func sign(_ text: String, _ ascii: String) {
    var frame = Frame(Size(width: text.unicodeScalars.count, height: 1))
    frame.put(0, 0, text)
    #expect(frame.ascii.text == [ascii])
    #expect(Ascii.text("±8") == "+-8")
  }
}
