internal import Glibc
internal import Synchronization

/// A TCP proxy on loopback that stands for a network between a client and a server, with its faults.
package final class LinkProxy: Sendable {
  package enum Mode: Sendable {
    case passing
    /// Half a kilobyte every fifty milliseconds each way.
    case slow
    /// Takes connections and bytes and passes nothing on, not even an end: a black hole that never says so.
    case silent
    /// Takes nothing any more from either side, as a peer does that is stopped: what is sent piles up.
    case stalled
    /// Passes what the client says and withholds what the server answers.
    case withholdingAnswers
    /// Passes what the server says and swallows what the client says.
    case withholdingRequests

    var passesEnds: Bool {
      switch self {
      case .passing, .slow: true
      case .silent, .stalled, .withholdingAnswers, .withholdingRequests: false
      }
    }
  }

  private struct State {
    var mode: Mode = .passing
    var sockets: [Int32] = []
    var isClosed = false
    /// Connections that end with a reset and not in order.
    var reset: Set<Int32> = []
    /// Nil once its number may be somebody else's.
    var listener: Int32?
    var accepted = 0
  }

  package let port: Int
  private let listener: Int32
  private let target: Int
  private let state = Mutex(State())

  /// Listens on a free port and passes everything to `target` on this machine.
  package init(to target: Int) throws {
    self.target = target
    (listener, port) = try listenOnLoopback()
    state.withLock { $0.listener = listener }
    startThread { [self] in acceptAll() }
  }

  package var mode: Mode {
    get { state.withLock { $0.mode } }
    set { state.withLock { $0.mode = newValue } }
  }

  /// How many connections have come so far.
  package var accepted: Int { state.withLock { $0.accepted } }

  /// How many are open.
  package var open: Int { state.withLock { $0.sockets.count / 2 } }

  /// Cuts every connection there is; new ones are taken.
  package func cut() {
    state.withLock { state in
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Ends every connection there is with a TCP reset to both sides, as a host does that knows nothing of it.
  package func reset() {
    state.withLock { state in
      for socket in state.sockets {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        state.reset.insert(socket)
        // Wakes who reads here without a word to the other side; closing then resets.
        shutdown(socket, Int32(SHUT_RD))
      }
    }
  }

  /// Cuts everything and listens no more.
  package func close() {
    state.withLock { state in
      state.isClosed = true
      if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
    }
    cut()
  }

  private func acceptAll() {
    defer {
      state.withLock { $0.listener = nil }
      _ = Glibc.close(listener)
    }
    while true {
      let client = accept(listener, nil, nil)
      guard client >= 0, !state.withLock({ $0.isClosed }) else {
        if client >= 0 { _ = Glibc.close(client) }
        return
      }
      let server = connectToLoopback(target)
      let pair = [client, server].filter { $0 >= 0 }
      state.withLock { state in
        state.accepted += 1
        state.sockets += pair
      }
      // The pair is closed by the direction that ends last: a number must not be used twice before.
      let directions = Directions(pair: pair) { [self] in forget(pair) }
      startThread { [self] in
        carry(from: client, to: server, isAnswer: false)
        directions.ended()
      }
      startThread { [self] in
        carry(from: server, to: client, isAnswer: true)
        directions.ended()
      }
    }
  }

  private func carry(from source: Int32, to sink: Int32, isAnswer: Bool) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    reading: while source >= 0 {
      wait { $0 == .stalled }
      let count = read(source, &buffer, buffer.count)
      guard count > 0 else { break }
      switch mode {
      case .silent: continue reading
      case .withholdingAnswers where isAnswer: continue reading
      case .withholdingRequests where !isAnswer: continue reading
      case .slow: usleep(UInt32((count + 511) / 512 * 50_000))
      case .passing, .withholdingAnswers, .withholdingRequests, .stalled: break
      }
      var sent = 0
      while sent < count {
        let written = buffer.withUnsafeBytes { send(sink, $0.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL)) }
        guard written > 0 else { break reading }
        sent += written
      }
    }
    wait { !$0.passesEnds }
    let reset = state.withLock(\.reset)
    for socket in [source, sink] where socket >= 0 {
      shutdown(socket, Int32(reset.contains(socket) ? SHUT_RD : SHUT_RDWR))
    }
  }

  private func wait(while condition: (Mode) -> Bool) {
    while state.withLock({ condition($0.mode) && !$0.isClosed }) { usleep(5_000) }
  }

  private func forget(_ pair: [Int32]) {
    state.withLock { state in
      state.sockets.removeAll(where: pair.contains)
      state.reset.subtract(pair)
    }
    for socket in pair { _ = Glibc.close(socket) }
  }

  private final class Directions: Sendable {
    private let open = Mutex(2)
    private let whenBothEnded: @Sendable () -> Void

    init(pair: [Int32], whenBothEnded: @escaping @Sendable () -> Void) {
      self.whenBothEnded = whenBothEnded
    }

    func ended() {
      let isLast = open.withLock { open in
        open -= 1
        return open == 0
      }
      if isLast { whenBothEnded() }
    }
  }
}
