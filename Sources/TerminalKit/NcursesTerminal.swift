internal import CNCurses
internal import CTerminal
internal import Glibc
package import SharedKernel

/// Why there is no screen to draw on; said before anything has changed on the terminal.
package enum TerminalError: Spoken, Hashable, Sendable {
  case notATerminal
  /// `TERM` names nothing that ncurses knows.
  case unknown(term: String)
  /// The terminal cannot move its cursor.
  case tooSimple(term: String)
  case system(operation: String, code: Int32)

  package var sentence: Sentence {
    switch self {
    case .notATerminal:
      Sentence("a entrada e a saída padrão não são um terminal", "standard input and output are not a terminal")
    case .unknown(""):
      Sentence("TERM não diz que terminal é este", "TERM does not say what terminal this is")
    case .unknown(let term): Sentence("TERM=\(term) não é um terminal conhecido", "TERM=\(term) is not a known terminal")
    case .tooSimple(let term): Sentence("TERM=\(term) não sabe posicionar o cursor", "TERM=\(term) cannot place the cursor")
    case .system(let operation, let code): Sentence(system: String(cString: strerror(code))).map { "\(operation): \($0)" }
    }
  }
}

/// The real terminal, through ncurses. One per process, used by the thread that opened it.
///
/// From `open` to `close` the screen is this object's: `fd 2` is caught in memory, and whatever ends the process (a signal, a
/// trap, `abort`) gives the terminal back first. What no handler can see is SIGKILL.
package final class NcursesTerminal: Terminal {
  package struct Options: Sendable {
    /// Draws in ASCII; also done by itself when the locale is not UTF-8 or the terminal is the kernel's console.
    package var ascii = false
    package var color = ColorDepth.Choice.auto
    /// Nil: what suits the number of colours.
    package var theme: Theme?
    /// Tells when the window is looked at and when not.
    package var watchesFocus = false
    /// Marks where a screenful begins and ends, for terminals that then show it at once (mode 2026).
    package var isSynchronized = false
    package init() {}
  }

  private let ascii: Bool
  private let depth: ColorDepth
  private let theme: Theme?
  private let canTitle: Bool
  private let hasScreenOfItsOwn: Bool
  /// The kernel's console names a mouse in terminfo, and sends nothing of it.
  let isConsole: Bool
  private let desktop: DesktopNotice?
  private let isInTmux: Bool
  private let isSynchronized: Bool
  private let modes: (on: String, off: String)
  private var shown: Frame?
  private var isOpen = true

  private static let pasteStart: Int32 = 0x7000
  private static let pasteEnd: Int32 = 0x7001
  private static let focusGained: Int32 = 0x7002
  private static let focusLost: Int32 = 0x7003
  /// What fd 2 may gather in memory.
  private static let stderrLimit = 1 << 20

  /// Takes the terminal.
  package init(_ options: Options = Options()) throws(TerminalError) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
    let term = Self.environment("TERM") ?? ""
    try Self.check("tcgetattr", cterminal_save(STDIN_FILENO))
    _ = cnc_use_environment_locale()
    guard cnc_open() != nil else { throw .unknown(term: term) }
    guard cnc_has_capability("cup") == 1 else {
      endwin()
      throw .tooSimple(term: term)
    }
    isConsole = term == "linux"
    ascii =
      options.ascii || isConsole || term.hasPrefix("vt") || !String(cString: cnc_codeset()).uppercased().hasSuffix("UTF-8")
    hasScreenOfItsOwn = cnc_has_capability("rmcup") == 1
    canTitle = cnc_has_capability("tsl") == 1 || term.hasPrefix("xterm")

    desktop = DesktopNotice(environment: Self.environment)
    isInTmux = Self.environment("TMUX") != nil
    isSynchronized = options.isSynchronized
    let asked = ["2004"] + (options.watchesFocus ? ["1004"] : [])
    modes = (
      on: asked.map { "\u{1b}[?\($0)h" }.joined(),
      off: (asked + (isSynchronized ? ["2026"] : [])).map { "\u{1b}[?\($0)l" }.joined()
    )

    var colors = 0
    if options.color != .never, has_colors() {
      start_color()
      use_default_colors()
      colors = Int(cnc_colors())
    }
    depth = ColorDepth(choice: options.color, noColor: Self.environment("NO_COLOR"), terminalColors: colors)
    theme = options.theme
    for role in Role.allCases where depth != .mono {
      let style = Style(role, depth: depth, theme: theme)
      init_pair(Int16(role.rawValue) + 1, style.foreground ?? -1, style.background ?? -1)
    }

    cbreak()
    noecho()
    nonl()
    _ = cnc_keypad()
    cnc_no_wait()
    set_escdelay(25)
    curs_set(0)
    define_key("\u{1b}[200~", Self.pasteStart)
    define_key("\u{1b}[201~", Self.pasteEnd)
    Self.definePad()
    if options.watchesFocus {
      define_key("\u{1b}[I", Self.focusGained)
      define_key("\u{1b}[O", Self.focusLost)
    }

    // After ncurses, whose own handlers leave modes behind; before anything else can write.
    let armed = cterminal_arm(hasScreenOfItsOwn ? 0 : 1)
    guard armed == 0 else {
      endwin()
      throw .system(operation: "sigaction", code: armed)
    }
    if isatty(STDERR_FILENO) == 1 { _ = cterminal_capture_stderr() }
    write(modes.on)
  }

  deinit { close() }

  /// Gives the terminal back, and prints what was written to fd 2 meanwhile. May be called again.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    guard cterminal_armed() == 1 else { return }
    write(modes.off)
    endwin()
    // What was drawn stays there: whatever comes next begins below it.
    if !hasScreenOfItsOwn { write("\n") }
    cterminal_disarm()
    cterminal_release_stderr()
  }

  package var size: Size {
    var (columns, rows): (Int32, Int32) = (0, 0)
    cnc_size(&columns, &rows)
    return Size(width: Int(columns), height: Int(rows))
  }

  package func present(_ frame: Frame) {
    guard cterminal_armed() == 1 else { return }
    let frame = ascii ? frame.ascii : frame
    let screen = size
    let isMarked = isSynchronized && shown != frame
    if isMarked { write("\u{1b}[?2026h") }
    for y in 0..<min(frame.size.height, screen.height) {
      let row = frame.row(y)
      if let shown, shown.size == frame.size, shown.row(y) == row { continue }
      draw(Array(row), y, width: screen.width)
    }
    if let cursor = frame.cursor, cursor.x < screen.width, cursor.y < screen.height {
      _ = cnc_move(Int32(cursor.x), Int32(cursor.y))
      curs_set(1)
    } else {
      curs_set(0)
    }
    _ = cnc_refresh()
    if isMarked { write("\u{1b}[?2026l") }
    shown = frame
    cterminal_trim_stderr(Self.stderrLimit)
  }

  /// One call for each run of a role; a wide character that would cross the edge becomes a blank.
  private func draw(_ row: [Cell], _ y: Int, width: Int) {
    var x = 0
    while x < min(row.count, width) {
      let role = row[x].role
      let start = x
      var text: [wchar_t] = []
      while x < min(row.count, width), row[x].role == role {
        let cell = row[x]
        defer { x += 1 }
        guard cell.width > 0 else { continue }
        let scalar = wchar_t(bitPattern: cell.scalar.value)
        // The C library's table may be older than ours: a width that it does not know would shift the row.
        if Int32(cell.width) == cnc_width(scalar), x + Int(cell.width) <= width {
          text.append(scalar)
        } else {
          text += Array(repeating: wchar_t(UInt8(ascii: cell.scalar == "\u{a0}" ? " " : "?")), count: Int(cell.width))
        }
      }
      let style = Style(role, depth: depth, theme: theme)
      var attributes = CNC_NORMAL
      if style.bold { attributes |= CNC_BOLD }
      if style.underline { attributes |= CNC_UNDERLINE }
      if style.reverse { attributes |= CNC_REVERSE }
      _ = cnc_attributes(attributes, depth == .mono ? 0 : Int16(role.rawValue) + 1)
      _ = cnc_put(Int32(start), Int32(y), text, Int32(text.count))
    }
  }

  package func wait(for descriptor: Int32, atMost milliseconds: Int32) {
    var sources = [STDIN_FILENO, cterminal_signals(), descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = poll(&sources, nfds_t(sources.count), milliseconds)
  }

  package func nextInput() -> Input? {
    if let signal = nextSignal() { return signal }
    var value: wint_t = 0
    let status = cnc_read(&value)
    if status == KEY_CODE_YES { return special(Int32(bitPattern: value)) }
    if status == OK { return typed(value) }
    return isGone ? .closed : nil
  }

  private func nextSignal() -> Input? {
    let signal = cterminal_next_signal()
    if signal == 0 { return nil }
    if signal == SIGTSTP { return .key(.suspend) }
    // Though the size be the one that it was: what was drawn meanwhile may have met another.
    if signal == SIGWINCH {
      repaint()
      return .resize(size)
    }
    return signal & Int32(CTERMINAL_TYPED) != 0 ? .interrupt : .terminate(signal: signal)
  }

  /// Between two frames, on the thread that draws them.
  package func suspend() {
    guard cterminal_armed() == 1 else { return }
    write(modes.off)
    endwin()
    if !hasScreenOfItsOwn { write("\n") }
    cterminal_stop()
    cnc_repaint()
    _ = cnc_refresh()
    write(modes.on)
  }

  private func special(_ code: Int32) -> Input? {
    switch code {
    case KEY_UP: .key(.up)
    case KEY_DOWN: .key(.down)
    case KEY_LEFT: .key(.left)
    case KEY_RIGHT: .key(.right)
    case KEY_PPAGE: .key(.pageUp)
    case KEY_NPAGE: .key(.pageDown)
    case KEY_HOME: .key(.home)
    case KEY_END: .key(.end)
    case KEY_ENTER: .key(.enter)
    case KEY_BACKSPACE: .key(.backspace)
    case KEY_DC: .key(.delete)
    case KEY_BTAB: .key(.backTab)
    case cnc_function_key(1): .key(.f1)
    case KEY_RESIZE: resized()
    case KEY_MOUSE: pointed() ?? nextInput()
    case Self.pasteStart: paste()
    case Self.focusGained: .focus(true)
    case Self.focusLost: .focus(false)
    default: Self.ofPad(code) ?? nextInput()
    }
  }

  private func resized() -> Input {
    shown = nil
    return .resize(size)
  }

  private func typed(_ value: wint_t) -> Input? {
    switch value {
    case 3: return .interrupt
    case 8, 127: return .key(.backspace)
    case 9: return .key(.tab)
    case 10, 13: return .key(.enter)
    case 12: return .key(.redraw)
    case 27: return .key(.escape)
    case 0..<32: return nextInput()
    default: return Unicode.Scalar(value).map(Input.character) ?? nextInput()
    }
  }

  /// Up to the closing bracket, or a tenth of a second of silence.
  private func paste() -> Input {
    var scalars = String.UnicodeScalarView()
    var value: wint_t = 0
    while true {
      let status = cnc_read(&value)
      if status == KEY_CODE_YES, Int32(bitPattern: value) == Self.pasteEnd { break }
      if status == OK, scalars.count < Input.pasteLimit, let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
      if status == ERR {
        var source = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if poll(&source, 1, 100) <= 0 || isGone { break }
      }
    }
    return .paste(String(scalars))
  }

  /// Readable, and yet nothing there to read: the other side has closed.
  private var isGone: Bool {
    var source = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&source, 1, 0) > 0 else { return false }
    if source.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return true }
    var waiting: Int32 = 0
    return ioctl(STDIN_FILENO, UInt(FIONREAD), &waiting) != 0 || waiting == 0
  }

  package func bell() {
    guard cterminal_armed() == 1 else { return }
    beep()
  }

  package func title(_ text: String) {
    guard canTitle, cterminal_armed() == 1 else { return }
    let safe = SafeText.glyphs(text).map { ascii ? Glyph(scalar: Ascii.standIn(for: $0.scalar), width: 1) : $0 }
    write("\u{1b}]2;" + String(safe) + "\u{7}")
  }

  package func notify(_ text: String, title: String) -> Bool {
    guard let desktop, cterminal_armed() == 1 else { return false }
    write(desktop.sequence(text, title: title, inTmux: isInTmux))
    return true
  }

  package func repaint() {
    shown = nil
    cnc_repaint()
  }

  /// Straight to the terminal; ncurses empties its own buffer in every refresh, so the order holds.
  private func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private static func check(_ operation: String, _ code: Int32) throws(TerminalError) {
    guard code == 0 else { throw .system(operation: operation, code: code) }
  }
}
