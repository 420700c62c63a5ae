import Glibc
package import SharedKernel

/// The key files of a house or a bidder: `root/private/<id>.pem` (PKCS#8, mode 0600 in a 0700 folder),
/// `root/public/<id>.pem` (SubjectPublicKeyInfo), and `root/retired/<id>-<instant>.pem` for what services and operators
/// spoke under before.
///
/// Whoever can put a file into `public` decides who is a bidder; whoever can read a private file is that bidder.
/// So both are looked at with suspicion: modes, owners, links, sizes and names.
package struct KeyFolder: Sendable {
  package let path: String
  package var privateFolder: String { path + "/private" }
  package var publicFolder: String { path + "/public" }
  package var retiredFolder: String { path + "/retired" }

  static let maximumFiles = 100_000

  package init(path: String) {
    var path = path.isEmpty ? "." : path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  /// Whether an id may name a key file: `[a-z0-9_]{1,32}`.
  package static func isAcceptedName(_ id: String) -> Bool {
    1...32 ~= id.utf8.count
      && id.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_") }
  }

  /// Whether both files are there, whatever they are.
  package func hasPair(_ id: String) -> Bool { hasPrivateKey(id) && hasPublicKey(id) }

  /// Whose private halves are here, ascending; nobody's where the folder cannot be read.
  package var signers: [String] {
    ((try? Self.names(in: privateFolder)) ?? []).filter { $0.hasSuffix(".pem") }.map { String($0.dropLast(4)) }
      .filter(Self.isAcceptedName).sorted()
  }

  package func hasPrivateKey(_ id: String) -> Bool { Self.isAcceptedName(id) && Self.isThere(privateFile(id)) }

  package func hasPublicKey(_ id: String) -> Bool { Self.isAcceptedName(id) && Self.isThere(publicFile(id)) }

  package func privateFile(_ id: String) -> String { "\(privateFolder)/\(id).pem" }
  package func publicFile(_ id: String) -> String { "\(publicFolder)/\(id).pem" }

  func checkName(_ id: String) throws(KeyFolderError) {
    guard Self.isAcceptedName(id) else {
      throw KeyFolderError(
        .nameNotAccepted, "\(id.debugDescription) não pode dar nome a uma chave; são aceitos de 1 a 32 de a-z, 0-9 e _",
        "\(id.debugDescription) cannot name a key; accepted are 1 to 32 of a-z, 0-9 and _")
    }
  }

  private static func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  // MARK: Private keys

  /// The private key of `id`. `passphrase` is called once, and only when the file is encrypted.
  ///
  /// Refuses what others could have read or written, and a public file beside it that is not its public half.
  package func privateKey(of id: String, passphrase: () throws -> [UInt8]?) throws(KeyFolderError) -> PrivateKey {
    try checkName(id)
    try checkPrivateFolder()
    let file = privateFile(id)
    let pem = try Self.contents(of: file, isPrivate: true)
    let key = try Self.privateKey(pem, file, passphrase)
    if hasPublicKey(id), try publicKey(of: id) != key.publicKey {
      throw KeyFolderError(
        .pairDiffers,
        "\(publicFile(id)) não é a metade pública de \(file); reponha o arquivo que forma o par, ou remova-o e grave-o de novo",
        "\(publicFile(id)) is not the public half of \(file); put the matching file back, or remove it and write it anew")
    }
    return key
  }

  private static func privateKey(
    _ pem: [UInt8], _ file: String, _ passphrase: () throws -> [UInt8]?
  ) throws(KeyFolderError) -> PrivateKey {
    do throws(SigningError) {
      return try PrivateKey(pem: pem, passphrase: nil)
    } catch {
      guard error.kind == .passphraseNeeded else { throw KeyFolderError(file, error) }
      let answer: [UInt8]?
      do { answer = try passphrase() } catch {
        let reason = Sentence(of: error)
        throw KeyFolderError(
          .passphraseUnavailable, "\(file) está cifrado e a senha não foi dada: \(reason.portuguese)",
          "\(file) is encrypted and its passphrase was not given: \(reason.english)")
      }
      guard let answer else { throw KeyFolderError(file, error) }
      do throws(SigningError) {
        return try PrivateKey(pem: pem, passphrase: answer)
      } catch { throw KeyFolderError(file, error) }
    }
  }

  func checkPrivateFolder() throws(KeyFolderError) {
    guard let folder = Descriptor(privateFolder, O_RDONLY | O_DIRECTORY), let status = folder.status() else {
      if errno == ENOENT {
        throw KeyFolderError(.missing, "não há a pasta \(privateFolder)", "there is no folder \(privateFolder)")
      }
      throw .system("abrir", "open", privateFolder)
    }
    try Self.checkOwnerOnly(status, privateFolder, mend: "700")
  }

  private static func checkOwnerOnly(_ status: stat, _ path: String, mend: String) throws(KeyFolderError) {
    guard status.st_uid == geteuid() else {
      throw KeyFolderError(
        .foreignOwner,
        "\(path) é do usuário \(status.st_uid), e quem executa isto é o \(geteuid()): chown \(geteuid()) \(path)",
        "\(path) belongs to user \(status.st_uid), not to user \(geteuid()) who runs this: chown \(geteuid()) \(path)")
    }
    guard status.permissions & 0o077 == 0 else {
      let mode = String(status.permissions, radix: 8)
      throw KeyFolderError(
        .exposed, "\(path) tem o modo \(mode), e outros além do dono podem usá-lo: chmod \(mend) \(path)",
        "\(path) has mode \(mode), so others than its owner may use it: chmod \(mend) \(path)")
    }
  }

  /// The bounded contents of a regular file, judged by what was opened, not by what its name meant before.
  private static func contents(of file: String, isPrivate: Bool) throws(KeyFolderError) -> [UInt8] {
    guard let descriptor = Descriptor(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
      switch errno {
      case ENOENT: throw KeyFolderError(.missing, "não há o arquivo de chave \(file)", "there is no key file \(file)")
      case ELOOP: throw isLink(file)
      default: throw .system("abrir", "open", file)
      }
    }
    return try contents(of: descriptor, file, isPrivate: isPrivate)
  }

  private static func isLink(_ file: String) -> KeyFolderError {
    let mend = "cp --remove-destination \"$(readlink -f \(file))\" \(file)"
    return KeyFolderError(
      .notAKeyFile, "\(file) é um atalho (link); é aceito um arquivo comum: \(mend)",
      "\(file) is a link; accepted is a regular file: \(mend)")
  }

  private static func contents(
    of descriptor: borrowing Descriptor, _ file: String, isPrivate: Bool
  ) throws(KeyFolderError) -> [UInt8] {
    guard let status = descriptor.status() else { throw .system("examinar", "look at", file) }
    guard status.isRegularFile else {
      throw KeyFolderError(.notAKeyFile, "\(file) não é um arquivo comum", "\(file) is not a regular file")
    }
    if isPrivate { try checkOwnerOnly(status, file, mend: "600") }
    guard status.permissions & 0o002 == 0 else {
      throw KeyFolderError(
        .exposed, "\(file) pode ser mudado por qualquer usuário: chmod o-w \(file)",
        "\(file) can be changed by every user: chmod o-w \(file)")
    }
    guard let bytes = descriptor.read(limit: PEMBlock.maximumLength + 1) else { throw .system("ler", "read", file) }
    guard bytes.count <= PEMBlock.maximumLength else {
      throw KeyFolderError(
        .notAKeyFile, "\(file) passa dos \(PEMBlock.maximumLength) bytes que um arquivo de chave pode ter",
        "\(file) is larger than the \(PEMBlock.maximumLength) bytes a key file may have")
    }
    return bytes
  }

  // MARK: Public keys

  /// The public key of `id`.
  package func publicKey(of id: String) throws(KeyFolderError) -> PublicKey {
    try checkName(id)
    let file = publicFile(id)
    let pem = try Self.contents(of: file, isPrivate: false)
    do throws(SigningError) { return try PublicKey(pem: pem) } catch { throw KeyFolderError(file, error) }
  }

  /// All public keys, sorted by id, and why each other file is none. No folder: no keys. Dot files are nobody's business.
  ///
  /// One key under two ids is returned under both: who had it first is known only to whoever keeps the registry. A file that
  /// still holds a known key is not parsed again (an RSA key takes milliseconds to judge).
  package func publicKeys(knowing known: [String: PublicKey] = [:]) throws(KeyFolderError) -> (
    keys: [(id: String, key: PublicKey)], problems: [(file: String, reason: Sentence)]
  ) {
    let (keys, problems) = try Self.publicKeys(in: publicFolder) { (stem) throws(KeyFolderError) in
      guard Self.isAcceptedName(stem) else {
        throw KeyFolderError(
          .nameNotAccepted, "não é nome de arquivo de chave; é aceito ID.pem, em que ID tem de 1 a 32 de a-z, 0-9 e _",
          "not a name of a key file; accepted is ID.pem with 1 to 32 of a-z, 0-9 and _ as ID")
      }
      return known[stem]
    }
    return (keys.map { (id: $0.stem, key: $0.key) }, problems)
  }

  /// The keys under which services spoke before, sorted by name, and why each other file is none. Which instant the name gives
  /// is for the reader to judge.
  package func retiredKeys() throws(KeyFolderError) -> (
    keys: [(id: String, instant: String, key: PublicKey)], problems: [(file: String, reason: Sentence)]
  ) {
    let (keys, problems) = try Self.publicKeys(in: retiredFolder) { (stem) throws(KeyFolderError) in
      guard Self.retiredName(stem) != nil else {
        throw KeyFolderError(
          .nameNotAccepted, "não é nome de chave aposentada; é aceito ID-INSTANTE.pem, como em 2026-11-21T12:00:00Z",
          "not a name of a retired key; accepted is ID-INSTANT.pem, 2026-11-21T12:00:00Z for one")
      }
      return nil
    }
    return (
      keys.compactMap { entry in Self.retiredName(entry.stem).map { (id: $0.id, instant: $0.instant, key: entry.key) } }, problems
    )
  }

  private static func retiredName(_ stem: String) -> (id: String, instant: String)? {
    guard let dash = stem.firstIndex(of: "-"), isAcceptedName(String(stem[..<dash])) else { return nil }
    return (String(stem[..<dash]), String(stem[stem.index(after: dash)...]))
  }

  /// - Parameter recognize: refuses a file's name without its `.pem`, or gives the key that it may still hold.
  private static func publicKeys(
    in path: String, recognize: (String) throws(KeyFolderError) -> PublicKey?
  ) throws(KeyFolderError) -> (keys: [(stem: String, key: PublicKey)], problems: [(file: String, reason: Sentence)]) {
    guard let folder = Descriptor(path, O_RDONLY | O_DIRECTORY), let status = folder.status() else {
      if errno == ENOENT { return ([], []) }
      throw .system("abrir", "open", path)
    }
    guard status.permissions & 0o002 == 0 else {
      throw KeyFolderError(
        .exposed, "qualquer usuário pode pôr chaves em \(path): chmod o-w \(path)",
        "every user may put keys into \(path): chmod o-w \(path)")
    }
    var keys: [(stem: String, key: PublicKey)] = []
    var problems: [(file: String, reason: Sentence)] = []
    for name in try names(in: path) {
      let stem = name.hasSuffix(".pem") ? String(name.dropLast(4)) : ""
      do throws(KeyFolderError) {
        if let key = try publicKey(in: folder, name, knowing: try recognize(stem)) { keys.append((stem, key)) }
      } catch {
        problems.append((printable(name), error.sentence))
      }
    }
    return (keys.sorted { $0.stem < $1.stem }, problems.sorted { $0.file < $1.file })
  }

  /// Nil when the file went away meanwhile.
  private static func publicKey(
    in folder: borrowing Descriptor, _ name: String, knowing known: PublicKey?
  ) throws(KeyFolderError) -> PublicKey? {
    guard let descriptor = Descriptor(in: folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
      switch errno {
      case ENOENT: return nil
      case ELOOP: throw isLink(name)
      default: throw .system("abrir", "open", name)
      }
    }
    let pem = try contents(of: descriptor, name, isPrivate: false)
    if let known, known.pem == pem { return known }
    do throws(SigningError) { return try PublicKey(pem: pem) } catch { throw KeyFolderError(name, error) }
  }

  private static func names(in folder: String) throws(KeyFolderError) -> [String] {
    guard let listing = opendir(folder) else { throw .system("listar", "list", folder) }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix(".") { continue }
      guard names.count < maximumFiles else {
        throw KeyFolderError(
          .tooManyFiles, "\(folder) passa dos \(maximumFiles) arquivos que uma pasta de chaves pode ter",
          "\(folder) holds more than the \(maximumFiles) files a key folder may hold")
      }
      names.append(name)
    }
    return names
  }

  /// A file's name goes into logs: it must not bring control characters there.
  private static func printable(_ name: String) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.map { 0x20..<0x7f ~= $0.value ? $0 : "?" }))
  }
}
