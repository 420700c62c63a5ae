package import AuctionClient
package import AuctionFacts
import AuctionSigning
import AuctionWire
import Glibc
import ServiceKit
package import SharedKernel
import SigningKit
import Synchronization

/// One bidder's bids on disk from before they are sent until it is known what became of them, so that a program that dies in between
/// leaves nothing unknown: the next one asks the house. A bid that cannot be written here is not sent.
///
/// Beside his receipts, a line for each bid with all that was published, and so with the secret that opens it, and a line when it is
/// decided. Several programs of his may write at the same time; a last line that a crash tore was never sent, and is cut off.
package final class SentBids: Sendable {
  /// A bid as it was sent.
  package struct Entry: Sendable {
    package let bid: Bid
    package let sealed: Sealed
    package let currency: Currency
    /// What its commitment hides.
    package let secret: Money?
  }

  /// Why a bid is no longer open.
  package enum Ending: String, Sendable, CaseIterable {
    case accepted = "aceito"
    case refused = "recusado"
    /// The broker did not take it.
    case notTaken = "nao_recebido"
    case neverDecided = "sem_decisao"
    /// The ledger tells its secret.
    case revealed = "revelado"
    case voided = "anulado"
  }

  package struct Contents: Sendable {
    /// Those of which it is not known what became, oldest first.
    package var open: [Entry] = []
    /// Those that count, with a secret that nobody else will tell before the end.
    package var secrets: [Entry] = []
    /// Whole lines that say nothing here; they are kept.
    package var strange = 0
  }

  /// In bytes: some thousands of bids of which nothing is known, or whose secrets are kept.
  package static let maximumBytes = 8 << 20
  /// From this size on what is decided is taken out when that makes it half as large.
  package static let compactBytes = 64 << 10
  /// Room that is left for what became of those that are in it.
  private static let reservedBytes = 1 << 20
  /// A secret is kept for so long after the end that its auction had when it was accepted; the ledger tells it by then.
  package static let secretKept = Interval.seconds(7 * 86_400)
  /// Where that end was not known: after the bid.
  package static let secretKeptAtMost = Interval.seconds(90 * 86_400)
  private static let patience = Duration.seconds(2)

  package let path: String
  /// Those in the file that may be struck out, and whether a secret stays behind when they count.
  private let known = Mutex<[BidID: Bool]>([:])
  /// The size from which on it is worth a look what may go.
  private let compactFrom = Mutex(SentBids.compactBytes)

  package init(path: String) { self.path = path }

  package convenience init(beside receipts: ReceiptFolder) { self.init(path: "\(receipts.path)/lances.enviados") }

  // MARK: Writing

  /// On disk when this returns.
  package func record(_ bid: Bid, _ sealed: Sealed, in currency: Currency) throws {
    do {
      try append("\(Self.sentWord) \(currency.code) ", sealed.evidence.bytes, durably: true)
    } catch {
      throw Failure(
        .ioError,
        said(
          "o lance não pôde ser anotado antes de enviar (\(error.sentence.portuguese)); nada foi enviado. Outra pasta: --dados",
          "the bid could not be noted before sending it (\(error.sentence.english)); nothing was sent. Another folder: --data"))
    }
    known.withLock { $0[bid.id] = bid.maximumCommitment != nil }
  }

  /// Of a bid that is not in the file nothing is written. Not waited for: one whose line is lost is asked for once more.
  /// - Parameter closing: when the auction of one that counts ends, as far as is known.
  package func strike(_ id: BidID, _ ending: Ending, closing: Timestamp? = nil) {
    let isKnown = known.withLock { known in
      guard let hasSecret = known[id] else { return false }
      if ending != .accepted || !hasSecret { known[id] = nil }
      return true
    }
    guard isKnown else { return }
    let end = ending == .accepted ? closing.map { " \($0.microseconds)" } ?? "" : ""
    try? append("\(Self.decidedWord) \(id) \(ending.rawValue)\(end)", [], durably: false)
  }

  package func strike(_ id: BidID, decided outcome: BidAttempt.Outcome, closing: Timestamp?) {
    strike(id, Ending(outcome), closing: closing)
  }

  private static let sentWord = "enviado"
  private static let decidedWord = "decidido"

  private func append(_ words: String, _ bytes: [UInt8], durably: Bool) throws(ReceiptFolder.Problem) {
    let line = Array(words.utf8) + bytes + [0x0a]
    let file = try opened()
    defer { close(file) }
    var size = try cutTornLine(file)
    let limit = Self.maximumBytes - (durably ? Self.reservedBytes : 0)
    let isFull = size + line.count > limit
    if isFull || size >= compactFrom.withLock({ $0 }) {
      let lines = Self.lines(try ReceiptFolder.contents(file, min(size, Self.maximumBytes + 1), path))
      let kept = Self.kept(lines, at: SystemTime.reading.instant)
      compactFrom.withLock { $0 = max(Self.compactBytes, 2 * kept.count) }
      // The path is another file from then on: whoever waits for this one opens that.
      if isFull ? kept.count + line.count <= limit : 2 * kept.count <= size { return try replace(with: kept + line) }
    }
    guard !isFull else {
      throw ReceiptFolder.Problem(sentence: Sentence("está cheio: \(path)", "it is full: \(path)"))
    }
    let isNew = size == 0
    guard ReceiptFolder.write(line, to: file), !durably || fdatasync(file) == 0 else {
      let problem = ReceiptFolder.problem(path)
      _ = ftruncate(file, off_t(size))
      throw problem
    }
    size += line.count
    if isNew, durably { try ReceiptFolder.sync(folder: folder) }
  }

  /// Locked. A file that was replaced while it was waited for is opened anew.
  private func opened() throws(ReceiptFolder.Problem) -> Int32 {
    ReceiptFolder.makeFolders(folder)
    let deadline = ContinuousClock.now + Self.patience
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
      guard file >= 0 else { throw ReceiptFolder.problem(path) }
      var (mine, there) = (stat(), stat())
      if flock(file, LOCK_EX | LOCK_NB) == 0 {
        if fstat(file, &mine) == 0, lstat(path, &there) == 0, mine.st_ino == there.st_ino, mine.st_dev == there.st_dev {
          guard mine.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw ReceiptFolder.Problem(sentence: Sentence("\(path) não é um arquivo", "\(path) is no file"))
          }
          return file
        }
      } else if errno != EWOULDBLOCK, errno != EINTR {
        let problem = ReceiptFolder.problem(path)
        close(file)
        throw problem
      }
      close(file)
      guard ContinuousClock.now < deadline else {
        throw ReceiptFolder.Problem(
          sentence: Sentence("outro programa não larga \(path)", "another program does not let go of \(path)"))
      }
      usleep(2_000)
    }
  }

  private var folder: String { path.split(separator: "/").dropLast().map { "/" + $0 }.joined() }

  /// - Returns: the size without it.
  private func cutTornLine(_ file: Int32) throws(ReceiptFolder.Problem) -> Int {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw ReceiptFolder.problem(path) }
    let size = Int(status.st_size)
    var last: UInt8 = 0x0a
    guard size > 0 else { return 0 }
    guard pread(file, &last, 1, off_t(size - 1)) == 1 else { throw ReceiptFolder.problem(path) }
    guard last != 0x0a else { return size }
    let bytes = try ReceiptFolder.contents(file, min(size, Self.maximumBytes + 1), path)
    let whole = bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    guard ftruncate(file, off_t(whole)) == 0 else { throw ReceiptFolder.problem(path) }
    return whole
  }

  private func replace(with bytes: [UInt8]) throws(ReceiptFolder.Problem) {
    let draft = path + ".novo"
    unlink(draft)
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw ReceiptFolder.problem(draft) }
    defer { close(file) }
    guard ReceiptFolder.write(bytes, to: file), fsync(file) == 0, rename(draft, path) == 0 else {
      let problem = ReceiptFolder.problem(draft)
      unlink(draft)
      throw problem
    }
    try ReceiptFolder.sync(folder: folder)
  }

  // MARK: Reading

  /// What is in the file; nothing where there is none. A torn last line is left out.
  /// - Throws: where there is a file that cannot be read: bids may be open in it.
  package func load() throws -> Contents {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return Contents() }
      throw unreadable(ReceiptFolder.problem(path))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw unreadable(ReceiptFolder.problem(path)) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.maximumBytes else {
      throw unreadable(
        ReceiptFolder.Problem(
          sentence: Sentence(
            "\(path) não é um arquivo de até \(Self.maximumBytes) bytes", "\(path) is no file of up to \(Self.maximumBytes) bytes"
          )))
    }
    let bytes: [UInt8]
    do {
      bytes = try ReceiptFolder.contents(file, Int(status.st_size), path)
    } catch {
      throw unreadable(error)
    }
    let contents = Self.contents(Self.lines(bytes))
    known.withLock { known in
      for entry in contents.open + contents.secrets { known[entry.bid.id] = entry.secret != nil }
    }
    return contents
  }

  /// Of lines that say nothing here, which may be another version's.
  package func warning(of contents: Contents) -> String? {
    contents.strange == 0
      ? nil
      : said(
        "\(path): linhas que não se entendem: \(contents.strange); pode haver lances em aberto nelas",
        "\(path): lines that are not understood: \(contents.strange); bids may be open in them")
  }

  private func unreadable(_ problem: ReceiptFolder.Problem) -> Failure {
    Failure(
      .ioError,
      said("não sei que lances estão em aberto: ", "it is not known which bids are open: ") + said(problem.sentence))
  }

  private enum Line {
    case sent(Entry)
    case decided(BidID, Ending, closing: Timestamp?)
    case strange
  }

  private static func lines(_ bytes: [UInt8]) -> [(line: Line, bytes: ArraySlice<UInt8>)] {
    let whole = bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return bytes[..<whole].split(separator: 0x0a).map { (line($0), $0) }
  }

  private static func line(_ bytes: ArraySlice<UInt8>) -> Line {
    let words = bytes.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3 else { return .strange }
    let (kind, middle) = (String(decoding: words[0], as: UTF8.self), String(decoding: words[1], as: UTF8.self))
    switch kind {
    case sentWord:
      let evidence = Evidence(Array(words[2]))
      guard let currency = Currency(code: middle), let envelope = try? Envelope(evidence), let bid = try? Bid(envelope) else {
        return .strange
      }
      let sealed = Sealed(digest: SHA256.of(envelope.payload), evidence: evidence)
      return .sent(Entry(bid: bid, sealed: sealed, currency: currency, secret: envelope.secret?.amount))
    case decidedWord:
      let rest = words[2].split(separator: 0x20, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
      guard rest.count <= 2, let id = BidID(middle), let ending = rest.first.flatMap({ Ending(rawValue: $0) }) else {
        return .strange
      }
      guard rest.count == 2 else { return .decided(id, ending, closing: nil) }
      guard let end = Int64(rest[1]) else { return .strange }
      return .decided(id, ending, closing: Timestamp(microseconds: end))
    default: return .strange
    }
  }

  /// How each bid ended, as far as that is known. What counts and is told or voided later has ended with that.
  private static func endings(_ lines: [(line: Line, bytes: ArraySlice<UInt8>)]) -> [BidID: Ending] {
    var endings: [BidID: Ending] = [:]
    for case (.decided(let id, let ending, _), _) in lines where endings[id] == nil || endings[id] == .accepted {
      endings[id] = ending
    }
    return endings
  }

  private static func contents(_ lines: [(line: Line, bytes: ArraySlice<UInt8>)]) -> Contents {
    let endings = endings(lines)
    var (contents, seen) = (Contents(), Set<BidID>())
    for (line, _) in lines {
      switch line {
      case .sent(let entry):
        guard seen.insert(entry.bid.id).inserted else { continue }
        switch endings[entry.bid.id] {
        case nil: contents.open.append(entry)
        case .accepted: if entry.secret != nil { contents.secrets.append(entry) }
        case .refused, .notTaken, .neverDecided, .revealed, .voided: break
        }
      case .strange: contents.strange += 1
      case .decided: break
      }
    }
    return contents
  }

  /// What is still to be known, and what is not understood.
  private static func kept(_ lines: [(line: Line, bytes: ArraySlice<UInt8>)], at now: Timestamp) -> [UInt8] {
    let contents = contents(lines)
    var closings: [BidID: Timestamp] = [:]
    for case (.decided(let id, _, let closing?), _) in lines { closings[id] = closing }
    let secrets = contents.secrets.filter { entry in
      now < closings[entry.bid.id].map { $0 + secretKept } ?? entry.bid.clock.instant + secretKeptAtMost
    }
    let ids = Set((contents.open + secrets).map(\.bid.id))
    return lines.flatMap { line, bytes -> [UInt8] in
      switch line {
      case .sent(let entry): ids.contains(entry.bid.id) ? bytes + [0x0a] : []
      case .decided(let id, _, _): ids.contains(id) ? bytes + [0x0a] : []
      case .strange: bytes + [0x0a]
      }
    }
  }
}

extension SentBids.Ending {
  init(_ outcome: BidAttempt.Outcome) {
    self =
      switch outcome {
      case .accepted: .accepted
      case .refused, .refusedLongAgo: .refused
      case .busy, .unroutable: .notTaken
      case .neverDecided: .neverDecided
      }
  }
}
