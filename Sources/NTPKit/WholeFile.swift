internal import Glibc
package import SharedKernel

/// A small file that others read at any moment: written beside and renamed, so that they see one whole or the other. Not synced.
package enum WholeFile {
  package struct Failure: Error { package let reason: Sentence }

  /// By one thread of a process at a time.
  package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let draft = "\(path).\(getpid()).draft"
    // Never through a link or a pipe that somebody has put there. What is there is of a process that had this number and ended.
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC
    var file = open(draft, flags, 0o600)
    if file < 0, errno == EEXIST, unlink(draft) == 0 { file = open(draft, flags, 0o600) }
    guard file >= 0 else { throw failure("criar", "create", draft) }
    let written = Glibc.write(file, bytes, bytes.count)
    close(file)
    guard written == bytes.count, rename(draft, path) == 0 else {
      let failure = failure("gravar", "write", path)
      unlink(draft)
      throw failure
    }
  }

  /// Takes away the drafts of processes that ended while they wrote.
  package static func cleanDrafts(of path: String) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let name = String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
    guard let entries = opendir(folder.isEmpty ? "/" : folder) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let found = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard found.hasPrefix(name + "."), found.hasSuffix(".draft"),
        let pid = pid_t(found.dropFirst(name.utf8.count + 1).dropLast(".draft".utf8.count)), pid > 0
      else { continue }
      if kill(pid, 0) != 0, errno == ESRCH { unlink("\(folder)/\(found)") }
    }
  }

  static func failure(_ portuguese: String, _ english: String, _ path: String) -> Failure {
    Failure(
      reason: Sentence(system: String(cString: strerror(errno)))
        .within({ "não foi possível \(portuguese) \(path): \($0)" }, { "cannot \(english) \(path): \($0)" }))
  }
}
