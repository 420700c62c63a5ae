// BidderClient/Runtime: the loop that joins the pure model to a terminal and to the gateway. One thread draws; everyone else
// posts into the inbox.

internal import Glibc
internal import Synchronization

/// Where gateway and timers leave messages for the loop, from any thread. Bounded: when nobody fetches, the oldest go, and
/// the loop is told that something was lost.
package final class Inbox: Sendable {
  package static let limit = 4_096

  private struct Contents {
    var messages: [Message] = []
    var hasLost = false
    /// How many of them are parts of a whole picture: they do not count.
    var uncounted = 0
  }

  private let contents = Mutex(Contents())
  /// Readable while messages wait.
  package let descriptor: Int32
  private let wake: Int32

  /// Nil when the system has no file descriptor left.
  package init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, wake) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(wake)
  }

  /// A whole picture: nothing of it is lost, for it is asked for when something else was.
  package func post(all messages: [Message]) {
    guard !messages.isEmpty else { return }
    contents.withLock { contents in
      if contents.messages.isEmpty { _ = write(wake, [1], 1) }
      contents.messages += messages
      contents.uncounted += messages.count
    }
  }

  package func post(_ message: Message) {
    contents.withLock { contents in
      if contents.messages.count - contents.uncounted >= Inbox.limit {
        // A quarter at a time, so that a flood costs little for each message.
        contents.messages.removeFirst(Inbox.limit / 4)
        contents.hasLost = true
      }
      contents.messages.append(message)
      // One byte stands for all that waits.
      if contents.messages.count == 1 { _ = write(wake, [1], 1) }
    }
  }

  /// Everything that waits, oldest first; `.eventsLost` comes last if something was lost.
  package func fetch() -> [Message] {
    contents.withLock { contents in
      var byte: UInt8 = 0
      _ = read(descriptor, &byte, 1)
      let fetched = contents.messages + (contents.hasLost ? [.eventsLost] : [])
      contents = Contents()
      return fetched
    }
  }
}
