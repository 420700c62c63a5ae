import Dispatch
import Glibc
import SigningKit
import SuiteTesting
import Synchronization
import Testing

@Suite(.serialized)
struct KeyFolderWatcherTests {
  let scratch: ScratchFolder
  let folder: KeyFolder
  let changes = Changes()
  let key: PublicKey

  /// Counts the calls and lets a test await the next one.
  final class Changes: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let total = Mutex(0)

    var count: Int { total.withLock { $0 } }

    func record() {
      total.withLock { $0 += 1 }
      semaphore.signal()
    }

    /// Awaits calls until the condition holds; false after 30 s without.
    func reach(_ condition: () throws -> Bool) rethrows -> Bool {
      let deadline = DispatchTime.now() + 30
      while try !condition() {
        guard semaphore.wait(timeout: deadline) == .success else { return false }
      }
      return true
    }
  }

  init() throws {
    scratch = try ScratchFolder()
    folder = KeyFolder(path: scratch.file("keys"))
    key = try PrivateKey.generate(.ed25519).publicKey
  }

  private func watcher() throws -> KeyFolderWatcher {
    let changes = changes
    return try KeyFolderWatcher(folder) { changes.record() }
  }

  private func ids() throws -> [String] { try folder.publicKeys().keys.map(\.id) }

  /// The condition becomes true by a call that comes after the change.
  private func expectTold(of change: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let before = changes.count
    try change()
    #expect(changes.reach { changes.count > before }, sourceLocation: sourceLocation)
  }

  @Test func `Keys that are added, replaced by rename, changed and removed are told`() throws {
    let watcher = try watcher()
    try expectTold { try folder.writePublicKey(key, for: "alpha", replacing: false) }
    #expect(try ids() == ["alpha"])
    let other = try PrivateKey.generate(.ed25519).publicKey
    try expectTold { try folder.writePublicKey(other, for: "alpha", replacing: true) }
    #expect(try folder.publicKey(of: "alpha") == other)
    try expectTold { try scratch.write(key.pem, "keys/public/beta.pem") }
    #expect(try ids() == ["alpha", "beta"])
    try expectTold { #expect(chmod(scratch.file("keys/public/beta.pem"), 0o666) == 0) }
    #expect(try ids() == ["alpha"])
    try expectTold { #expect(rename(scratch.file("keys/public/alpha.pem"), scratch.file("gone")) == 0) }
    #expect(try ids() == [])
    try expectTold { #expect(rename(scratch.file("gone"), scratch.file("keys/public/gama.pem")) == 0) }
    try expectTold { #expect(unlink(scratch.file("keys/public/gama.pem")) == 0) }
    watcher.close()
  }

  @Test func `Many changes at once come as few calls, the last after the last change`() throws {
    let watcher = try watcher()
    for i in 0..<100 { try scratch.write(key.pem, "keys/public/k\(i).pem") }
    #expect(try changes.reach { try changes.count > 0 && ids().count == 100 })
    #expect(changes.count < 100)
    watcher.close()
  }

  @Test func `The public folder may be removed and put back`() throws {
    let watcher = try watcher()
    try expectTold { #expect(rename(folder.publicFolder, scratch.file("old")) == 0) }
    try expectTold { #expect(mkdir(folder.publicFolder, 0o755) == 0) }
    try expectTold { try scratch.write(key.pem, "keys/public/alpha.pem") }
    try expectTold {
      #expect(mkdir(scratch.file("new"), 0o755) == 0)
      try scratch.write(key.pem, "new/beta.pem")
      _ = try CommandRun("rm", "-r", folder.publicFolder)
      #expect(rename(scratch.file("new"), folder.publicFolder) == 0)
    }
    #expect(try changes.reach { try ids() == ["beta"] })
    try expectTold { try scratch.write(key.pem, "keys/public/alpha.pem") }
    watcher.close()
  }

  @Test func `The root may be replaced, by another folder or by a link`() throws {
    let watcher = try watcher()
    try expectTold { #expect(rename(folder.path, scratch.file("old")) == 0) }
    try expectTold { #expect(symlink("old", folder.path) == 0) }
    try expectTold { try scratch.write(key.pem, "keys/public/alpha.pem") }
    try expectTold {
      #expect(mkdir(scratch.file("new"), 0o755) == 0)
      #expect(mkdir(scratch.file("new/public"), 0o755) == 0)
      #expect(unlink(folder.path) == 0)
      #expect(symlink("new", folder.path) == 0)
    }
    try expectTold { try scratch.write(key.pem, "keys/public/beta.pem") }
    #expect(try ids() == ["beta"])
    watcher.close()
  }

  @Test func `All of it may vanish and come back`() throws {
    let deep = KeyFolder(path: scratch.file("deep/er/keys"))
    let changes = changes
    let watcher = try KeyFolderWatcher(deep) { changes.record() }
    try expectTold { _ = try CommandRun("rm", "-r", scratch.file("deep")) }
    try expectTold { try deep.writePublicKey(key, for: "alpha", replacing: false) }
    #expect(try changes.reach { try deep.publicKeys().keys.map(\.id) == ["alpha"] })
    try expectTold { try deep.writePublicKey(key, for: "beta", replacing: false) }
    watcher.close()
  }

  @Test func `Drafts and what lies beside the folder are not told`() throws {
    let watcher = try watcher()
    try scratch.write([1], "keys/public/.draft")
    try scratch.write([1], "keys/other")
    try scratch.write([1], "beside")
    // Events come in order, so once this one is told the others were read: one call, or they were told too.
    try scratch.write(key.pem, "keys/public/alpha.pem")
    #expect(changes.reach { changes.count > 0 })
    watcher.close()
    #expect(changes.count == 1)
  }

  @Test func `A closed watcher calls no more`() throws {
    let first = try watcher()
    first.close()
    first.close()
    let others = Changes()
    let second = try KeyFolderWatcher(folder) { others.record() }
    try scratch.write(key.pem, "keys/public/alpha.pem")
    #expect(others.reach { others.count > 0 })
    #expect(changes.count == 0)
    second.close()
  }

  @Test func `A watcher may be closed from its own call`() throws {
    let closed = Changes()
    let box = Box()
    let watcher = try KeyFolderWatcher(folder) {
      box.watcher.withLock { $0 }?.close()
      closed.record()
    }
    box.watcher.withLock { $0 = watcher }
    try scratch.write(key.pem, "keys/public/alpha.pem")
    #expect(closed.reach { closed.count == 1 })
    box.watcher.withLock { $0 = nil }
  }

  private final class Box: Sendable {
    let watcher = Mutex<KeyFolderWatcher?>(nil)
  }

  @Test func `A watcher ends its thread when it goes`() throws {
    final class Token: Sendable {
      let gone: Changes
      init(_ gone: Changes) { self.gone = gone }
      deinit { gone.record() }
    }
    do {
      let token = Token(changes)
      _ = try KeyFolderWatcher(folder) { withExtendedLifetime(token) {} }
    }
    #expect(changes.reach { changes.count == 1 })
  }
}
