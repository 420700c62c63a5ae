import Glibc
package import SharedKernel

/// How a running program's clock stood when it last said so, and which process that was: so that who reads it later knows whether
/// that is still so.
package struct LiveClock: Sendable, Hashable {
  /// A process, told from every other that has or will have its number: by when it began, and on which boot.
  package struct Author: Sendable, Hashable {
    package var bootID: String
    package var pid: Int64
    /// In the kernel's ticks since the boot.
    package var startTicks: Int64

    package init(bootID: String, pid: Int64, startTicks: Int64) {
      (self.bootID, self.pid, self.startTicks) = (bootID, pid, startTicks)
    }

    /// Nil where the system does not tell.
    package static var me: Author? { of(Int64(getpid())) }

    /// Who has this number now; nil where nobody has.
    package static func of(_ pid: Int64) -> Author? {
      guard let boot = currentBoot, let line = contents(of: "/proc/\(pid)/stat"), let end = line.lastIndex(of: ")") else {
        return nil
      }
      // The name in parentheses may hold anything; behind it stands the third field, and the start is the twenty-second.
      let fields = line[line.index(after: end)...].split(separator: " ")
      guard fields.count > 19, let start = Int64(fields[19]) else { return nil }
      return Author(bootID: boot, pid: pid, startTicks: start)
    }

    package static var currentBoot: String? { contents(of: "/proc/sys/kernel/random/boot_id").map { $0.filter { $0 != "\n" } } }

    package var isAlive: Bool { Self.of(pid) == self }

    private static func contents(of path: String) -> String? {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      defer { close(file) }
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let count = read(file, &buffer, buffer.count)
      return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
  }

  package var author: Author
  /// Boot clock when that was so: its age is known whatever was done to the system's clock since.
  package var at: Interval
  package var record: SyncRecord
  /// Why what was agreed on could not be cached, if it could not.
  package var anchorProblem: Sentence?

  package init(author: Author, at: Interval, record: SyncRecord, anchorProblem: Sentence? = nil) {
    (self.author, self.at, self.record, self.anchorProblem) = (author, at, record, anchorProblem)
  }

  /// Since the machine started.
  package static var bootNow: Interval {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_nsec) / 1_000)
  }

  /// Longer than any wait between two questions, 1 024 s and a tenth, and some time for the answers: who is silent for longer is
  /// stopped, is asked by its servers to wait, or has none left that it may ask.
  package static let longestSilence = Interval.seconds(1_200)
}

extension LiveClock {
  private static let version: Int64 = 2

  package var bytes: [UInt8] {
    var out = Fields()
    out.add(Self.version)
    out.add(author.bootID)
    for number in [author.pid, author.startTicks, at.microseconds] { out.add(number) }
    for text in [anchorProblem?.portuguese ?? "", anchorProblem?.english ?? ""] { out.add(text) }
    out.add(record.bytes)
    return out.bytes
  }

  /// Nil where the bytes are none that this program knows.
  package init?(_ bytes: [UInt8]) {
    var fields = Fields(bytes)
    guard fields.number() == Self.version, let boot = fields.text(), let pid = fields.number(), let ticks = fields.number(),
      let at = fields.number(), at >= 0, let portuguese = fields.text(), let english = fields.text(),
      let record = fields.next().flatMap(SyncRecord.init), fields.isAtEnd
    else { return nil }
    self.init(
      author: Author(bootID: boot, pid: pid, startTicks: ticks), at: .microseconds(at), record: record,
      anchorProblem: portuguese.isEmpty ? nil : Sentence(portuguese, english))
  }
}
