internal import Glibc
package import SharedKernel

/// Why the line mode was left.
package enum PlainEnding: Hashable, Sendable {
  case done
  /// There never was a connection, for that reason.
  case unreachable(String)
  case denied(String)
  /// The house did not answer in time; nothing was sent.
  case unanswered
  /// No decision on a bid came in time.
  case undecided
}

/// Runs a session on lines until it is left or they end. Blocks its thread.
///
/// Lines wait until the list of auctions is there. Whoever types them is told meanwhile and waits as long as he likes; a program that
/// writes them is left when there is no house, after `patience` at most. In the end a bid's decision is waited for as long.
/// - Parameters:
///   - input: a file descriptor that lines are read from.
///   - isTyped: by a person, on a terminal.
package func runPlain(
  _ session: inout PlainSession, from input: Int32, isTyped: Bool, inbox: Inbox, clock: () -> ClockReading,
  patience: Duration = .seconds(20), tell: (String) -> Void, perform: (Effect) -> Void
) -> PlainEnding {
  var lines = LineReader(input)
  let start = ContinuousClock.now
  var leavingSince: ContinuousClock.Instant?
  func show(_ answer: PlainSession.Answer) {
    answer.lines.forEach(tell)
    for effect in answer.effects {
      switch effect {
      case .bell, .notify, .title, .mouse, .repaint, .suspend, .quit: break
      case .submitBid, .follow, .unfollow, .reconnect, .resync, .remember, .record: perform(effect)
      }
    }
  }
  while true {
    show(session.take(.tick(clock())))
    for message in inbox.fetch() { show(session.take(message)) }
    if let reason = session.denied, !isTyped { return .denied(reason) }
    if let reason = session.unreachable, !isTyped { return .unreachable(reason) }
    while session.isReady, leavingSince == nil, let line = lines.next() {
      let answer = session.take(line: line)
      show(answer)
      if answer.isOver { leavingSince = .now }
    }
    if leavingSince == nil, lines.isAtEnd, session.isReady || isTyped {
      session.end().forEach(tell)
      leavingSince = .now
    }
    if let leavingSince {
      guard session.isUndecided else { return .done }
      guard ContinuousClock.now - leavingSince < patience else { return .undecided }
    } else if !session.isReady, !isTyped, ContinuousClock.now - start >= patience {
      return .unanswered
    }
    lines.wait(besides: inbox.descriptor, isWanted: leavingSince == nil)
  }
}

/// Lines of a file descriptor, each as soon as it is whole.
private struct LineReader {
  private let input: Int32
  private var bytes: [UInt8] = []
  private var hasEnded = false
  /// The rest of a line that was too long to wait for its end.
  private var isDropping = false

  /// What is taken of a line.
  static let limit = 1_000
  /// What is read ahead, while lines wait.
  static let mostAhead = 64 << 10

  init(_ input: Int32) { self.input = input }

  var isAtEnd: Bool { hasEnded && bytes.isEmpty }

  /// Nil: none is whole yet.
  mutating func next() -> String? {
    guard let end = bytes.firstIndex(of: 0x0a) ?? (hasEnded && !bytes.isEmpty ? bytes.endIndex : nil) else { return nil }
    defer { bytes.removeFirst(min(end + 1, bytes.count)) }
    return String(decoding: bytes[..<end].prefix(Self.limit), as: UTF8.self)
  }

  /// A second at most: for input, where it is wanted, or for the other descriptor.
  mutating func wait(besides other: Int32, isWanted: Bool) {
    let reads = isWanted && !hasEnded && bytes.count < Self.mostAhead
    var waits = [pollfd(fd: other, events: Int16(POLLIN), revents: 0)]
    if reads { waits.append(pollfd(fd: input, events: Int16(POLLIN), revents: 0)) }
    guard poll(&waits, nfds_t(waits.count), 1_000) > 0, reads, waits[1].revents != 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = read(input, &buffer, buffer.count)
    if count > 0 {
      take(buffer[..<count])
    } else if count == 0 || errno != EINTR && errno != EAGAIN {
      hasEnded = true
    }
  }

  private mutating func take(_ read: ArraySlice<UInt8>) {
    var read = read
    if isDropping {
      guard let end = read.firstIndex(of: 0x0a) else { return }
      read = read[(end + 1)...]
      isDropping = false
    }
    bytes += read
    guard bytes.count >= Self.mostAhead, !bytes.contains(0x0a) else { return }
    bytes = Array(bytes.prefix(Self.limit)) + [0x0a]
    isDropping = true
  }
}
