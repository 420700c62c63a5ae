import Glibc
package import JournalKit
package import Logging
package import SharedKernel
package import SigningKit

/// Who a service is: its key pair, made at its first start, and the journal that belongs to that key.
package enum Identity {
  /// The key of a principal, made if there is none yet; once, however many of its instances start at the same time.
  package static func voice(of principal: PrincipalID, in folder: KeyFolder, log: Logger) throws -> Voice {
    if !folder.hasPair(principal.text) {
      // The private half comes first: where only the public one is, nobody is at work.
      if folder.hasPublicKey(principal.text), !folder.hasPrivateKey(principal.text) {
        try complete(principal, in: folder, log)
      } else {
        try folder.alone { try complete(principal, in: folder, log) }
      }
    }
    return try Voice(principal: principal, key: folder.privateKey(of: principal.text) { nil })
  }

  private static func complete(_ principal: PrincipalID, in folder: KeyFolder, _ log: Logger) throws {
    if folder.hasPrivateKey(principal.text) {
      // The public half is written after the private one: a crash between the two leaves this to be done.
      if !folder.hasPublicKey(principal.text) {
        try folder.writePublicKey(
          try folder.privateKey(of: principal.text) { nil }.publicKey, for: principal.text, replacing: false)
      }
    } else if folder.hasPublicKey(principal.text) {
      let (there, missing) = (folder.publicFile(principal.text), folder.privateFile(principal.text))
      throw Failure(
        .configuration,
        said(
          "há \(there), mas falta a metade privada, \(missing): reponha-a de uma cópia. Se se perdeu, só uma casa nova serve.",
          "there is \(there), but its private half, \(missing), is missing: put it back from a copy. If it is lost, only a new house will do."
        ))
    } else {
      let key = try PrivateKey.generate(.ed25519)
      try folder.writePair(key, for: principal.text, passphrase: nil, replacing: false)
      log.notice(
        "\(said("par de chaves criado", "key pair made"))",
        metadata: [
          "principal": "\(principal)", "private": "\(folder.privateFile(principal.text))",
          "public": "\(folder.publicFile(principal.text))",
        ])
    }
  }

  /// A key speaks for one journal only: a house that forgot its books would contradict itself.
  ///
  /// The journal's id is kept beside the private key when the journal is first made: for each part of a divided house one.
  /// - Parameters:
  ///   - instance: which of those that speak for the principal it is; the principal itself speaks for the whole house.
  ///   - division: which part of how many, as `n/N`; nil: the whole.
  /// - Throws: a configuration failure when the key knows another journal, when it knows none and this one is written in, or when it
  ///   speaks for a house that is divided otherwise.
  package static func bind(
    _ principal: PrincipalID, as instance: String, of division: String? = nil, to journal: Journal, in folder: KeyFolder
  ) throws {
    // One after the other: two that begin at the same time must see each other.
    try folder.alone {
      try checkDivision(principal, as: instance, division, in: folder)
      try note(principal, as: instance, division, journal, in: folder)
    }
  }

  private static func file(_ instance: String, of principal: PrincipalID, in folder: KeyFolder) -> String {
    folder.privateFile(principal.text).replacingSuffix("\(principal).pem", by: "\(instance).journal")
  }

  /// A note is the journal's id, and behind it what part of how many it is of.
  private static func readNote(_ path: String) -> (journal: String, division: String?)? {
    readLine(path).map { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (parts.first ?? "", parts.count > 1 ? parts[1] : nil)
    }
  }

  private static func checkDivision(
    _ principal: PrincipalID, as instance: String, _ division: String?, in folder: KeyFolder
  ) throws {
    func count(_ division: String?) -> Substring? { division?.split(separator: "/").last }
    for other in try instances(of: principal, in: folder) where other != instance {
      let known = readNote(file(other, of: principal, in: folder))?.division
      guard (other == principal.text) != (instance == principal.text) || count(known) != count(division) else { continue }
      throw Failure(
        .configuration,
        said(
          "a chave de \(principal) já fala pelo diário de \(other)\(known.map { " (\($0))" } ?? ""): uma casa é inteira ou particionada, e não muda enquanto há leilões. "
            + "Como mudar: docs/operations.md.",
          "the key of \(principal) speaks for the journal of \(other)\(known.map { " (\($0))" } ?? "") already: a house is whole or partitioned, and does not change "
            + "while there are auctions. How to change: docs/operations.md."))
    }
  }

  private static func note(
    _ principal: PrincipalID, as instance: String, _ division: String?, _ journal: Journal, in folder: KeyFolder
  ) throws {
    let note = file(instance, of: principal, in: folder)
    guard let known = readNote(note)?.journal else {
      guard journal.entryCount == 0 else {
        throw Failure(
          .configuration,
          said(
            "o diário \(journal.path) foi escrito com outra chave de \(principal). Reponha em \(folder.path) a chave antiga; "
              + "se esta já é a dele, grave \(journal.identity) em \(note).",
            "the journal \(journal.path) was written under another key of \(principal). Put the old key back into \(folder.path); "
              + "if this is its key, write \(journal.identity) to \(note)."))
      }
      guard writeDurably(([journal.identity] + (division.map { [$0] } ?? [])).joined(separator: " ") + "\n", to: note) else {
        throw Failure(.ioError, said("não consigo gravar \(note): ", "cannot write \(note): ") + systemReason())
      }
      return
    }
    guard known != journal.identity else { return }
    let found =
      journal.isNew
      ? said("em \(journal.path) não há nenhum", "there is none at \(journal.path)")
      : said("o de \(journal.path) é \(journal.identity)", "the one at \(journal.path) is \(journal.identity)")
    throw Failure(
      .configuration,
      said(
        "a chave de \(principal) pertence ao diário \(known); \(found). Use a pasta de dados certa (LEILAO_DATA), "
          + "ou chaves novas para uma casa nova.",
        "the key of \(principal) belongs to the journal \(known); \(found). Use the right data folder (LEILAO_DATA), "
          + "or new keys for a new house."))
  }

  /// Those that speak for a principal and have journals: itself, or its parts by their numbers.
  package static func instances(of principal: PrincipalID, in folder: KeyFolder) throws -> [String] {
    let path = folder.privateFile(principal.text).replacingSuffix("/\(principal).pem", by: "")
    guard let listing = opendir(path) else {
      throw Failure(.ioError, said("não consigo ler \(path): ", "cannot read \(path): ") + systemReason())
    }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasSuffix(".journal") else { continue }
      let instance = String(name.dropLast(".journal".count))
      let number = instance.hasPrefix("\(principal).") ? instance.dropFirst(principal.text.count + 1) : ""
      if instance == principal.text || !number.isEmpty && number.allSatisfy(\.isWholeNumber) { names.append(instance) }
    }
    return names.sorted()
  }

  private static func readLine(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 128)
    guard fgets(&buffer, Int32(buffer.count), file) != nil else { return "" }
    let bytes = buffer.prefix { $0 != 0 && $0 != 0x0a }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func writeDurably(_ text: String, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let isWritten = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == bytes.count && fsync(descriptor) == 0
    // Half a note would bind the key to a journal that there never was.
    if !isWritten {
      let reason = errno
      unlink(path)
      errno = reason
    }
    return isWritten
  }
}

extension String {
  fileprivate func replacingSuffix(_ old: String, by new: String) -> String {
    hasSuffix(old) ? String(dropLast(old.count)) + new : self + new
  }
}
