import Glibc

/// The thread's side of `KeyFolderWatcher`: inotify on `public`, on the root that holds it and on the folder that holds the root.
///
/// Used by one thread only, after it was made.
final class FolderWatch {
  private let inotify: Int32
  private let lifeline: Int32
  private let onChange: @Sendable () -> Void
  /// From the outermost inwards, so that what appears while they are armed is seen by the one before.
  private var levels: [Level]

  private struct Level {
    let path: String
    /// The one name in it that matters; nil: all but dot files.
    let name: String?
    var watch: Int32 = -1
  }

  private static let quietMilliseconds: Int32 = 50
  private static let maximumUnrestMilliseconds = 1000
  /// Where nothing is left to watch, looking again is all that remains.
  private static let missingMilliseconds: Int32 = 1000

  /// Owns the lifeline from here on, even when it throws.
  init(_ folder: KeyFolder, lifeline: Int32, onChange: @escaping @Sendable () -> Void) throws(KeyFolderError) {
    inotify = inotify_init1(Int32(O_CLOEXEC | O_NONBLOCK))
    self.lifeline = lifeline
    self.onChange = onChange
    levels = []
    guard inotify >= 0 else { throw .system("vigiar", "watch", folder.publicFolder) }
    let (parent, name) = Self.split(folder.path)
    if name != ".", name != ".." { levels.append(Level(path: parent, name: name)) }
    levels.append(Level(path: folder.path, name: "public"))
    levels.append(Level(path: folder.publicFolder, name: nil))
    arm()
    guard isArmed else { throw .system("vigiar", "watch", folder.publicFolder) }
  }

  deinit {
    if inotify >= 0 { close(inotify) }
    close(lifeline)
  }

  private static func split(_ path: String) -> (parent: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  private var isArmed: Bool { (levels.last?.watch ?? -1) >= 0 }

  /// Watches what bears the names now, and nothing else; true when `public` is another folder than before.
  @discardableResult
  private func arm() -> Bool {
    let before = levels.last?.watch
    let events =
      IN_CREATE | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
      | IN_ONLYDIR
    for i in levels.indices {
      // The same folder gives the same number again.
      let watch = inotify_add_watch(inotify, levels[i].path, UInt32(events))
      let former = levels[i].watch
      levels[i].watch = watch
      if former >= 0, former != watch, !levels.contains(where: { $0.watch == former }) { inotify_rm_watch(inotify, former) }
    }
    return levels.last?.watch != before
  }

  /// Returns when the lifeline is cut.
  func run() {
    while wait(isArmed ? -1 : Self.missingMilliseconds) != .cut {
      guard readChanges() else { continue }
      let limit = ContinuousClock.now.advanced(by: .milliseconds(Self.maximumUnrestMilliseconds))
      settling: while ContinuousClock.now < limit {
        switch wait(Self.quietMilliseconds) {
        case .cut: return
        case .quiet: break settling
        case .events: _ = readChanges()
        }
      }
      onChange()
    }
  }

  private enum Wait { case cut, quiet, events }

  private func wait(_ milliseconds: Int32) -> Wait {
    var waits = [
      pollfd(fd: lifeline, events: Int16(POLLIN), revents: 0), pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&waits, 2, milliseconds)
    if waits[0].revents != 0 { return .cut }
    return count > 0 ? .events : .quiet
  }

  /// Reads all that was reported and arms again; true when the listener should know.
  private func readChanges() -> Bool {
    var isChanged = false
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = read(inotify, &buffer, buffer.count)
      guard count > 0 else { break }
      buffer.withUnsafeBytes { bytes in
        var offset = 0
        while offset + 16 <= count {
          let nameLength = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
          let end = offset + 16 + nameLength
          guard end <= count else { break }
          let name = String(decoding: bytes[(offset + 16)..<end].prefix { $0 != 0 }, as: UTF8.self)
          isChanged =
            isRelevant(
              watch: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self),
              mask: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self), name) || isChanged
          offset = end
        }
      }
    }
    return arm() || isChanged
  }

  private func isRelevant(watch: Int32, mask: UInt32, _ name: String) -> Bool {
    if mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
    return levels.contains { level in
      guard level.watch == watch, !name.isEmpty else { return false }
      return level.name.map { $0 == name } ?? !name.hasPrefix(".")
    }
  }
}
