// BidderClient/Receipts: what the house signed about a bidder, kept by himself, so that it can be held against the house's ledger.

import AuctionClient
import AuctionFacts
package import AuctionSigning
import AuctionWire
import Glibc
import ServiceKit
package import SharedKernel
import SigningKit
import Synchronization

/// One bidder's receipts on disk: a file for each auction, to which envelopes are appended, one on a line. Several programs of his may write
/// at the same time; a last line that a crash tore is cut off by the next one.
package final class ReceiptFolder: Sendable {
  /// Of one auction, in bytes: some ten thousand receipts. What comes then is not kept, and that is said.
  package static let maximumBytes = 16 << 20

  private struct State {
    /// The digests of what is known to be in the files, and how long they were then.
    var kept: [AuctionID: (size: Int, lines: Set<[UInt8]>)] = [:]
    /// What another program or the disk kept from being written, in the order in which it came: it goes with the next one, or in the end.
    var waiting: [(auction: AuctionID, line: [UInt8])] = []
    /// Why the disk has not taken what waits, where that is why.
    var problem: Sentence?
    /// Why something will not be kept at all.
    var loss: Sentence?
  }

  package let path: String
  private let state = Mutex(State())

  package init(path: String) { self.path = path }

  convenience init(_ settings: HouseSettings, of bidder: PrincipalID) {
    self.init(path: "\(Self.root(settings))/\(bidder)")
  }

  /// Every bidder of this user has a folder in it.
  static func root(_ settings: HouseSettings) -> String { "\(settings.dataPath)/recibos" }

  package static let suffix = ".recibos"
  private func file(of auction: AuctionID) -> String { "\(path)/\(auction)\(Self.suffix)" }

  /// Keeps what concerns its bidder; hands on everything else.
  func keepOr(_ event: BidderSession.Event, _ handOn: (BidderSession.Event) -> Void) {
    guard case .concerning(let statement) = event else { return handOn(event) }
    keep(statement)
  }

  /// Once, however often it comes. What cannot be kept is told of by `complain`: it must not stand in the way of bidding.
  @discardableResult
  package func keep(_ statement: HouseStatement) -> Keeping {
    guard let auction = statement.auction else { return .waiting }
    let line = statement.envelope.evidence.bytes + [0x0a]
    return state.withLock { state in
      state.waiting.append((auction, line))
      return flush(&state)
    }
  }

  package enum Keeping: Sendable, Hashable {
    /// On the disk.
    case kept
    /// Not yet.
    case waiting
    case failed(Sentence)
  }

  /// What cannot be written just now waits; nobody waits for it.
  /// - Returns: what became of the last.
  @discardableResult
  private func flush(_ state: inout State) -> Keeping {
    var last = Keeping.waiting
    let lines = state.waiting
    (state.waiting, state.problem) = ([], nil)
    for (auction, line) in lines {
      do throws(Problem) {
        let isDone = try append(line, to: auction, &state)
        if !isDone { state.waiting.append((auction, line)) }
        last = isDone ? .kept : .waiting
      } catch {
        if error.isLasting {
          state.loss = error.sentence
        } else {
          state.waiting.append((auction, line))
          state.problem = error.sentence
        }
        last = .failed(error.sentence)
      }
    }
    guard state.waiting.count > Self.mostWaiting else { return last }
    state.waiting.removeFirst(state.waiting.count - Self.mostWaiting)
    state.loss = state.problem ?? Self.isHeld
    return last
  }

  private static let mostWaiting = 1_000
  private static let lastPatience = Duration.seconds(2)
  private static let isHeld = Sentence("outro programa não largou o arquivo", "another program did not let go of the file")

  /// Why something could not be kept, on standard error; nothing where everything was. In the end there is time to wait: what another
  /// program of the bidder's is just writing takes a moment, most of all on a slow disk.
  package func complain() {
    let deadline = ContinuousClock.now + Self.lastPatience
    let problem = state.withLock { state in
      flush(&state)
      while !state.waiting.isEmpty, state.problem == nil, ContinuousClock.now < deadline {
        usleep(20_000)
        flush(&state)
      }
      return state.loss ?? (state.waiting.isEmpty ? nil : state.problem ?? Self.isHeld)
    }
    if let problem {
      CommandRunner.complain(said("recibos não guardados: ", "receipts not kept: ") + said(problem))
    }
  }

  struct Problem: Error {
    let sentence: Sentence
    /// To try again is of no use.
    var isLasting = false
  }

  /// The reason before the path, of which less is seen where there is little room.
  static func problem(_ path: String) -> Problem {
    Problem(sentence: Sentence(system: String(cString: strerror(errno))).map { "\($0): \(path)" })
  }

  /// All of it; otherwise `errno` says why not.
  static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count == 0 { errno = ENOSPC }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// - Returns: false where another program is at the file just now.
  private func append(_ line: [UInt8], to auction: AuctionID, _ state: inout State) throws(Problem) -> Bool {
    Self.makeFolders(path)
    let path = file(of: auction)
    let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Self.problem(path) }
    defer { close(file) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK || errno == EINTR { return false }
      throw Self.problem(path)
    }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Self.problem(path) }
    var size = Int(status.st_size)
    // Nothing of a file that others have made larger is taken away.
    guard size + line.count <= Self.maximumBytes else {
      throw Problem(sentence: Sentence("está cheio: \(path)", "it is full: \(path)"), isLasting: true)
    }
    if state.kept[auction]?.size != size {
      let bytes = try Self.contents(file, size, path)
      let whole = bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
      if whole < size {
        guard ftruncate(file, off_t(whole)) == 0 else { throw Self.problem(path) }
        size = whole
      }
      state.kept[auction] = (size, Set(bytes[..<whole].split(separator: 0x0a).map { SHA256.of(Array($0)).bytes }))
    }
    let digest = SHA256.of(Array(line.dropLast())).bytes
    guard state.kept[auction]?.lines.contains(digest) == false else { return true }
    guard Self.write(line, to: file), fdatasync(file) == 0 else {
      let problem = Self.problem(path)
      // What may not be on the disk must not be found here as kept.
      _ = ftruncate(file, off_t(size))
      throw problem
    }
    if size == 0 { try Self.sync(folder: self.path) }
    state.kept[auction]?.lines.insert(digest)
    state.kept[auction]?.size = size + line.count
    return true
  }

  /// So that a file that was made there is there after a power cut.
  static func sync(folder: String) throws(Problem) {
    let listing = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard listing >= 0 else { throw problem(folder) }
    defer { close(listing) }
    guard fsync(listing) == 0 else { throw problem(folder) }
  }

  static func contents(_ file: Int32, _ size: Int, _ path: String) throws(Problem) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(size, maximumBytes))
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress?.advanced(by: offset), $0.count - offset, off_t(offset))
      }
      guard count > 0 else { throw problem(path) }
      offset += count
    }
    return bytes
  }

  static func makeFolders(_ path: String) {
    var end = path.startIndex
    while let slash = path[end...].dropFirst().firstIndex(of: "/") {
      mkdir(String(path[..<slash]), 0o700)
      end = slash
    }
    mkdir(path, 0o700)
  }

  // MARK: Reading

  /// Auctions of which something is kept, ascending.
  package var auctions: [AuctionID] {
    Self.names(in: path).compactMap { $0.hasSuffix(Self.suffix) ? AuctionID(String($0.dropLast(Self.suffix.count))) : nil }
      .sorted()
  }

  /// What is kept of an auction, line by line, in the order in which it came; a torn last line is left out.
  package func receipts(of auction: AuctionID) throws -> [[UInt8]] {
    let bytes = try LocalFile.contents(of: file(of: auction), atMost: Self.maximumBytes)
    let whole = bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return bytes[..<whole].split(separator: 0x0a).map { Array($0) }
  }

  /// Nothing where there is no such folder.
  package static func names(in path: String) -> [String] {
    guard let listing = opendir(path) else { return [] }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
