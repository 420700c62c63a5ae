import Glibc
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

struct KeyFolderTests {
  let scratch: ScratchFolder
  let folder: KeyFolder

  init() throws {
    scratch = try ScratchFolder()
    folder = KeyFolder(path: scratch.file("a/keys/"))
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  private func names(_ path: String) throws -> [String] {
    try CommandRun("ls", "-A", path).text.split(separator: "\n").map(String.init)
  }

  private func folderError(_ body: () throws(KeyFolderError) -> Void) -> KeyFolderError? {
    do throws(KeyFolderError) {
      try body()
      return nil
    } catch { return error }
  }

  private func loadError(_ id: String = "ms_lance") -> KeyFolderError? {
    folderError { () throws(KeyFolderError) in _ = try folder.privateKey(of: id) { nil } }
  }

  private func pair(_ id: String = "ms_lance") throws -> PrivateKey {
    let key = try PrivateKey.generate(.ed25519)
    try folder.writePair(key, for: id, passphrase: nil, replacing: false)
    return key
  }

  @Test func `A pair is written with its modes and read back`() throws {
    #expect(!folder.hasPair("ms_lance"))
    let key = try pair()
    #expect(folder.hasPair("ms_lance"))
    #expect(mode(folder.privateFolder) == 0o700)
    #expect(mode(scratch.file("a/keys/private/ms_lance.pem")) == 0o600)
    #expect(mode(scratch.file("a/keys/public/ms_lance.pem")) & 0o022 == 0)
    #expect(try folder.privateKey(of: "ms_lance") { nil }.publicKey == key.publicKey)
    #expect(try folder.publicKey(of: "ms_lance") == key.publicKey)
    #expect(try names(folder.privateFolder) == ["ms_lance.pem"])
    #expect(try names(folder.publicFolder) == ["ms_lance.pem"])
  }

  @Test func `The passphrase is asked for only when it is needed, and once`() throws {
    _ = try pair("open")
    _ = try folder.privateKey(of: "open") {
      Issue.record("asked for the passphrase of a key that has none")
      return nil
    }
    let key = try PrivateKey.generate(.ed25519)
    try folder.writePair(key, for: "locked", passphrase: [7, 8], replacing: false)
    var asked = 0
    let again = try folder.privateKey(of: "locked") {
      asked += 1
      return [7, 8]
    }
    #expect(again.publicKey == key.publicKey)
    #expect(asked == 1)
    #expect(loadError("locked")?.kind == .key(.passphraseNeeded))
    #expect(
      folderError { () throws(KeyFolderError) in _ = try folder.privateKey(of: "locked") { [9] } }?.kind == .key(.passphraseWrong)
    )
    struct NoTerminal: Error {}
    #expect(
      folderError { () throws(KeyFolderError) in _ = try folder.privateKey(of: "locked") { throw NoTerminal() } }?.kind
        == .passphraseUnavailable)
  }

  @Test func `A key is replaced only on request, and then both halves are`() throws {
    let key = try pair()
    let other = try PrivateKey.generate(.p256)
    let refused = folderError { () throws(KeyFolderError) in
      try folder.writePair(other, for: "ms_lance", passphrase: nil, replacing: false)
    }
    #expect(refused?.kind == .alreadyExists)
    #expect(try folder.privateKey(of: "ms_lance") { nil }.publicKey == key.publicKey)
    try folder.writePair(other, for: "ms_lance", passphrase: nil, replacing: true)
    #expect(try folder.privateKey(of: "ms_lance") { nil }.publicKey == other.publicKey)
    #expect(try names(folder.privateFolder) + names(folder.publicFolder) == ["ms_lance.pem", "ms_lance.pem"])
  }

  @Test(arguments: ["private", "public"])
  func `One half that is there already is enough to write neither`(_ half: String) throws {
    let key = try pair()
    let missing = half == "private" ? "public" : "private"
    #expect(unlink(scratch.file("a/keys/\(missing)/ms_lance.pem")) == 0)
    #expect(!folder.hasPair("ms_lance"))
    let other = try PrivateKey.generate(.ed25519)
    let refused = folderError { () throws(KeyFolderError) in
      try folder.writePair(other, for: "ms_lance", passphrase: nil, replacing: false)
    }
    #expect(refused?.kind == .alreadyExists)
    #expect(refused?.description.contains("a/keys/\(half)/ms_lance.pem") == true)
    #expect(try names(folder.path + "/" + missing) == [])
    if half == "private" {
      try folder.writePublicKey(key.publicKey, for: "ms_lance", replacing: false)
      #expect(folder.hasPair("ms_lance"))
    }
  }

  @Test func `When the public half cannot take its place, the private one keeps its own`() throws {
    let key = try pair()
    #expect(unlink(scratch.file("a/keys/public/ms_lance.pem")) == 0)
    #expect(mkdir(scratch.file("a/keys/public/ms_lance.pem"), 0o755) == 0)
    let other = try PrivateKey.generate(.ed25519)
    for replacing in [true, false] {
      #expect(
        folderError { () throws(KeyFolderError) in
          try folder.writePair(other, for: "ms_lance", passphrase: nil, replacing: replacing)
        } != nil)
    }
    #expect(rmdir(scratch.file("a/keys/public/ms_lance.pem")) == 0)
    #expect(try folder.privateKey(of: "ms_lance") { nil }.publicKey == key.publicKey)
    #expect(try names(folder.privateFolder) == ["ms_lance.pem"])
    #expect(try names(folder.publicFolder) == [])
  }

  @Test func `Of many that write one name at once, one wins and its halves belong together`() async throws {
    let folder = folder
    let winners = try await withThrowingTaskGroup(of: PublicKey?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let key = try PrivateKey.generate(.ed25519)
          do throws(KeyFolderError) {
            try folder.writePair(key, for: "ms_lance", passphrase: nil, replacing: false)
            return key.publicKey
          } catch {
            #expect(error.kind == .alreadyExists)
            return nil
          }
        }
      }
      return try await group.reduce(into: [PublicKey]()) { if let key = $1 { $0.append(key) } }
    }
    #expect(winners.count == 1)
    #expect(try [folder.publicKey(of: "ms_lance")] == winners)
    #expect(try [folder.privateKey(of: "ms_lance") { nil }.publicKey] == winners)
    #expect(try names(folder.privateFolder) == ["ms_lance.pem"])
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o660, 0o644, 0o666, 0o610] as [mode_t])
  func `A private key that others may use is refused with what mends it`(_ mode: mode_t) throws {
    _ = try pair()
    let file = scratch.file("a/keys/private/ms_lance.pem")
    #expect(chmod(file, mode) == 0)
    #expect(loadError()?.kind == .exposed)
    #expect(loadError()?.description.contains("chmod 600 \(file)") == true)
    #expect(chmod(file, 0o400) == 0)
    #expect(loadError() == nil)
  }

  @Test func `A private folder that others may use is refused with what mends it`() throws {
    let key = try pair()
    #expect(chmod(folder.privateFolder, 0o750) == 0)
    #expect(loadError()?.kind == .exposed)
    #expect(loadError()?.description.contains("chmod 700 \(folder.privateFolder)") == true)
    #expect(
      folderError { () throws(KeyFolderError) in
        try folder.writePair(key, for: "other", passphrase: nil, replacing: false)
      }?.kind == .exposed)
    #expect(try names(folder.publicFolder) == ["ms_lance.pem"])
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func `A private key of another user is refused`() throws {
    _ = try pair()
    #expect(chown(scratch.file("a/keys/private/ms_lance.pem"), 12345, 12345) == 0)
    #expect(loadError()?.kind == .foreignOwner)
    #expect(loadError()?.description.contains("12345") == true)
  }

  @Test(arguments: ["", "../private/x", "A", "a.b", "a/b", "ção", "a b", "a\0b", String(repeating: "a", count: 33)])
  func `An id that is no name of a key never becomes a path`(_ id: String) throws {
    let key = try pair()
    #expect(loadError(id)?.kind == .nameNotAccepted)
    #expect(!folder.hasPair(id))
    #expect(folderError { () throws(KeyFolderError) in _ = try folder.publicKey(of: id) }?.kind == .nameNotAccepted)
    #expect(
      folderError { () throws(KeyFolderError) in try folder.writePair(key, for: id, passphrase: nil, replacing: true) }?.kind
        == .nameNotAccepted)
    #expect(
      folderError { () throws(KeyFolderError) in try folder.writePublicKey(key.publicKey, for: id, replacing: true) }?.kind
        == .nameNotAccepted)
  }

  @Test func `What is missing is said to be missing`() throws {
    #expect(loadError()?.kind == .missing)
    _ = try pair("other")
    #expect(loadError()?.kind == .missing)
    #expect(folderError { () throws(KeyFolderError) in _ = try folder.publicKey(of: "ms_lance") }?.kind == .missing)
  }

  @Test func `A public file that is not the public half is noticed`() throws {
    let key = try pair()
    _ = try pair("other")
    try folder.writePublicKey(folder.publicKey(of: "other"), for: "ms_lance", replacing: true)
    #expect(loadError()?.kind == .pairDiffers)
    #expect(unlink(scratch.file("a/keys/public/ms_lance.pem")) == 0)
    #expect(try folder.privateKey(of: "ms_lance") { nil }.publicKey == key.publicKey)
  }

  @Test(arguments: ["link", "folder", "pipe", "large"])
  func `Only a regular file of a key's size is read as a private key`(_ what: String) throws {
    _ = try pair("real")
    let file = scratch.file("a/keys/private/ms_lance.pem")
    try place(what, at: file, linkedTo: "real.pem")
    #expect(loadError()?.kind == .notAKeyFile)
  }

  private func place(_ what: String, at file: String, linkedTo other: String) throws {
    switch what {
    case "link": #expect(symlink(other, file) == 0)
    case "folder": #expect(mkdir(file, 0o700) == 0)
    case "pipe": #expect(mkfifo(file, 0o600) == 0)
    default:
      try scratch.write([UInt8](repeating: 0x41, count: 16 * 1024 + 1), String(file.dropFirst(scratch.path.count + 1)))
      #expect(chmod(file, 0o600) == 0)
    }
  }

  @Test func `Without a folder there are no public keys`() throws {
    let found = try folder.publicKeys()
    #expect(found.keys.isEmpty && found.problems.isEmpty)
  }

  @Test func `Public keys are listed by id, with the reason for each file that is none`() throws {
    let keys = try ["zeta", "cliente_beta", "cliente_alpha", "a", String(repeating: "z", count: 32), "0"].map {
      ($0, try pair($0))
    }
    for what in ["link", "folder", "pipe", "large"] {
      try place(what, at: folder.publicFolder + "/\(what).pem", linkedTo: "zeta.pem")
    }
    let junk: [(String, [UInt8])] = [
      ("Upper.pem", []), ("\(String(repeating: "z", count: 33)).pem", []), ("readme", []), (".pem", []), ("empty.pem", []),
      ("tail.pem~", []), ("a.b.pem", []), ("evil\u{1b}[2J\n.pem", []), (".draft.pem", [1]), ("junk.pem", [1, 2, 3]),
    ]
    for (name, bytes) in junk { try scratch.write(bytes, "a/keys/public/\(name)") }
    try scratch.write(PrivateKey.generate(.ed25519).pem(passphrase: nil), "a/keys/public/secret.pem")
    let found = try folder.publicKeys()
    #expect(found.keys.map(\.id) == keys.map(\.0).sorted())
    for (id, key) in keys { #expect(found.keys.first { $0.id == id }?.key == key.publicKey) }
    #expect(
      found.problems.map(\.file) == [
        "Upper.pem", "a.b.pem", "empty.pem", "evil?[2J?.pem", "folder.pem", "junk.pem", "large.pem", "link.pem", "pipe.pem",
        "readme", "secret.pem", "tail.pem~", "\(String(repeating: "z", count: 33)).pem",
      ])
    #expect(found.problems.allSatisfy { !$0.reason.portuguese.isEmpty })
    #expect(found.problems.first { $0.file == "link.pem" }?.reason.english.contains("link") == true)
    #expect(found.problems.first { $0.file == "secret.pem" }?.reason.english.contains("PRIVATE KEY") == true)
  }

  @Test func `A key that is known is taken as it is while its file holds it`() throws {
    let key = try pair("alpha").publicKey
    _ = try pair("beta")
    let known = try ["alpha": key, "beta": PrivateKey.generate(.ed25519).publicKey, "gone": key]
    let found = try folder.publicKeys(knowing: known)
    #expect(found.keys.map(\.id) == ["alpha", "beta"])
    #expect(found.keys.first?.key === key)
    #expect(try found.keys.last?.key == folder.publicKey(of: "beta"))
  }

  @Test func `A public key or folder that every user may change counts for nothing`() throws {
    _ = try pair()
    #expect(chmod(scratch.file("a/keys/public/ms_lance.pem"), 0o666) == 0)
    var found = try folder.publicKeys()
    #expect(found.keys.isEmpty)
    #expect(found.problems.first?.reason.english.contains("chmod o-w") == true)
    #expect(chmod(scratch.file("a/keys/public/ms_lance.pem"), 0o664) == 0)
    found = try folder.publicKeys()
    #expect(found.keys.count == 1)
    #expect(chmod(folder.publicFolder, 0o777) == 0)
    #expect(folderError { () throws(KeyFolderError) in _ = try folder.publicKeys() }?.kind == .exposed)
  }

  @Test func `A folder that cannot be made says so`() throws {
    try scratch.write([], "a")
    let key = try PrivateKey.generate(.ed25519)
    let error = folderError { () throws(KeyFolderError) in
      try folder.writePair(key, for: "ms_lance", passphrase: nil, replacing: false)
    }
    #expect(error?.kind == .io(ENOTDIR))
  }
}
