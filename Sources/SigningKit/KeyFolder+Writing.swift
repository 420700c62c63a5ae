import Glibc

extension KeyFolder {
  /// Writes both halves, or neither; makes the folders where they are missing.
  ///
  /// Each file is complete on the disk before it gets its name, the private one gets its name first, and without `replacing`
  /// an existing name is never taken, not even in a race with another process.
  package func writePair(
    _ key: PrivateKey, for id: String, passphrase: [UInt8]?, replacing: Bool
  ) throws(KeyFolderError) {
    try checkName(id)
    let secret: [UInt8]
    do throws(SigningError) { secret = try key.pem(passphrase: passphrase) } catch {
      throw KeyFolderError(privateFile(id), error)
    }
    try makeFolders()
    try checkPrivateFolder()
    try checkTarget(privateFile(id), replacing)
    try checkTarget(publicFile(id), replacing)
    let privateDraft = try Draft(of: privateFile(id), in: privateFolder, secret, mode: 0o600)
    let publicDraft = try Draft(of: publicFile(id), in: publicFolder, key.publicKey.pem, mode: 0o644)
    let formerPrivate = replacing ? try Draft(linkedTo: privateFile(id), in: privateFolder) : nil
    let formerPublic = replacing ? try Draft(linkedTo: publicFile(id), in: publicFolder) : nil
    var isOurs = replacing
    do throws(KeyFolderError) {
      try privateDraft.take(replacing)
      isOurs = true
      try publicDraft.take(replacing)
    } catch {
      // Both as before: half a pair, or halves of two, keep their owner from ever starting again.
      if let formerPublic { try? formerPublic.take(true) } else if replacing { unlink(publicFile(id)) }
      if let formerPrivate { try formerPrivate.take(true) } else if isOurs { unlink(privateFile(id)) }
      throw error
    }
  }

  /// Runs `body` while no other process does something here in this way: several that share one pair make it once.
  package func alone<Value>(_ body: () throws -> Value) throws -> Value {
    try makeFolders()
    guard let folder = Descriptor(privateFolder, O_RDONLY | O_DIRECTORY) else {
      throw KeyFolderError.system("abrir", "open", privateFolder)
    }
    while flock(folder.number, LOCK_EX) != 0 {
      guard errno == EINTR else { throw KeyFolderError.system("travar", "lock", privateFolder) }
    }
    defer { flock(folder.number, LOCK_UN) }
    return try body()
  }

  /// Writes `root/public/<id>.pem` alone: another's key that came out of band, or the half that is missing beside a private key.
  package func writePublicKey(_ key: PublicKey, for id: String, replacing: Bool) throws(KeyFolderError) {
    try checkName(id)
    try makeFolder(publicFolder, mode: 0o755)
    try checkTarget(publicFile(id), replacing)
    try Draft(of: publicFile(id), in: publicFolder, key.pem, mode: 0o644).take(replacing)
  }

  /// Gives `id` a new pair. With an instant, the public half that it replaces stays as `root/retired/<id>-<instant>.pem`.
  ///
  /// In an order that leaves a usable pair behind whenever it is cut off: a key that stands is not retired, whatever lies in
  /// the folder of the retired ones; and a private key without its public half gets it back from its service's next start.
  package func rotatePair(
    to key: PrivateKey, of id: String, passphrase: [UInt8]?, retiredAt instant: String?
  ) throws(KeyFolderError) {
    let former = try publicKey(of: id)
    if let instant {
      try makeFolder(retiredFolder, mode: 0o755)
      try Draft(of: "\(retiredFolder)/\(id)-\(instant).pem", in: retiredFolder, former.pem, mode: 0o644).take(false)
    }
    guard unlink(publicFile(id)) == 0 else { throw .system("remover", "remove", publicFile(id)) }
    try writePair(key, for: id, passphrase: passphrase, replacing: true)
  }

  private func makeFolders() throws(KeyFolderError) {
    try makeFolder(privateFolder, mode: 0o700)
    try makeFolder(publicFolder, mode: 0o755)
  }

  /// With the folders above it, which get 0755; the process's umask may take rights away.
  func makeFolder(_ folder: String, mode: mode_t) throws(KeyFolderError) {
    if mkdir(folder, mode) == 0 { return }
    switch errno {
    case EEXIST: return
    case ENOENT:
      guard let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else {
        throw .system("criar", "make", folder, ENOENT)
      }
      try makeFolder(String(folder[..<slash]), mode: 0o755)
      if mkdir(folder, mode) != 0, errno != EEXIST { throw .system("criar", "make", folder) }
    default: throw .system("criar", "make", folder)
    }
  }

  private func checkTarget(_ file: String, _ replacing: Bool) throws(KeyFolderError) {
    var status = stat()
    guard lstat(file, &status) == 0 else {
      if errno == ENOENT { return }
      throw .system("examinar", "look at", file)
    }
    guard replacing else { throw Self.exists(file) }
    guard status.isRegularFile else {
      throw KeyFolderError(
        .notAKeyFile, "\(file) não é um arquivo comum, por isso não é substituído",
        "\(file) is not a regular file, so it is not replaced")
    }
  }

  fileprivate static func exists(_ file: String) -> KeyFolderError {
    KeyFolderError(.alreadyExists, "já há uma chave: \(file)", "there is a key already: \(file)")
  }
}

/// A file that is not yet called by its name: a dot file beside it, gone when this goes.
private struct Draft: ~Copyable {
  private let path: String
  private let target: String
  private let folder: String

  /// Complete and on the disk.
  init(of target: String, in folder: String, _ bytes: [UInt8], mode: mode_t) throws(KeyFolderError) {
    self.init(target, folder)
    guard let file = Descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode) else {
      throw .system("criar", "create", path)
    }
    guard file.write(bytes), fsync(file.number) == 0 else { throw .system("gravar", "write", path) }
  }

  /// What bears the name now, to put it back; nil when nothing does.
  init?(linkedTo target: String, in folder: String) throws(KeyFolderError) {
    self.init(target, folder)
    if link(target, path) == 0 { return }
    guard errno == ENOENT else { throw .system("ligar", "link", target) }
    return nil
  }

  private init(_ target: String, _ folder: String) {
    let random = SecureRandom.bytes(8).map { String($0, radix: 16) }.joined()
    path = "\(folder)/.\(random).new"
    self.target = target
    self.folder = folder
  }

  /// Gives the file its name, on the disk. A name that was free and is not on the disk for certain is free again.
  func take(_ replacing: Bool) throws(KeyFolderError) {
    if replacing {
      guard rename(path, target) == 0 else { throw .system("dar nome a", "rename to", target) }
    } else {
      guard link(path, target) == 0 else {
        if errno == EEXIST { throw KeyFolder.exists(target) }
        throw .system("ligar", "link", target)
      }
    }
    guard let directory = Descriptor(folder, O_RDONLY | O_DIRECTORY), fsync(directory.number) == 0 else {
      let reason = errno
      if !replacing { unlink(target) }
      throw .system("sincronizar", "sync", folder, reason)
    }
  }

  deinit { unlink(path) }
}
