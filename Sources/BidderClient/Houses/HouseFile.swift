// BidderClient/Houses: the houses that a bidder knows by name.

import AuctionSigning
import AuctionWire
import Glibc
import MessagingKit
package import ServiceKit

/// The user's file of houses: an object whose members are houses, by their names.
package struct HouseFile: Sendable {
  package static let maximumBytes = 256 << 10

  package let path: String

  package init(path: String) { self.path = path }

  /// `$XDG_CONFIG_HOME/leilao/casas.json`, or the same under `~/.config`; nil where there is no home.
  package static var standard: HouseFile? {
    (folder("XDG_CONFIG_HOME") ?? folder("HOME").map { $0 + "/.config" }).map { HouseFile(path: $0 + "/leilao/casas.json") }
  }

  /// Where the data of a house lie that says nothing of them: a folder of its own.
  private static func data(of name: String) -> String? {
    (folder("XDG_DATA_HOME") ?? folder("HOME").map { $0 + "/.local/share" }).map { "\($0)/leilao/\(name)" }
  }

  /// XDG Base Directory: a path that is not absolute is to be ignored.
  private static func folder(_ variable: String) -> String? {
    environmentValue(variable).flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  // MARK: What is asked for

  /// - Throws: a usage failure that lists the houses that there are, or says how the file is written; a configuration failure where it is
  ///   not written so, or where others may read a password in it.
  package func house(named name: String) throws(Failure) -> NamedHouse {
    guard access(path, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR else {
      throw Failure(
        .usage,
        said(
          "--casa \(name): não há \(path); escreva nele: \(Self.example)",
          "--house \(name): there is no \(path); write into it: \(Self.example)"))
    }
    let houses = try houses()
    guard let found = houses.first(where: { $0.name == name }) else {
      let known = houses.map(\.name).joined(separator: ", ")
      let shown = VisibleText.of(name, limit: 60)
      throw Failure(
        .usage,
        said(
          "--casa: “\(shown)” não está em \(path); há: \(known.isEmpty ? "nenhuma" : known)",
          "--house: “\(shown)” is not in \(path); there are: \(known.isEmpty ? "none" : known)"))
    }
    return found
  }

  /// For whoever completes a command line: nothing where the file is of no use.
  package var names: [String] { ((try? houses()) ?? []).map(\.name) }

  static let example =
    #"{"sp": {"broker": "amqps://cliente:senha@casa.exemplo/leilao", "chaves": "~/leilao/sp/keys", "ca": "ca.pem"}}"#

  // MARK: Reading

  /// In the order in which they stand there.
  package func houses() throws(Failure) -> [NamedHouse] {
    let bytes: [UInt8]
    do {
      bytes = try LocalFile.contents(of: path, atMost: Self.maximumBytes)
    } catch {
      throw Failure(.configuration, (error as? Failure)?.sentence ?? "\(error)")
    }
    let document: JSONDocument.Value
    do {
      document = try JSONDocument.read(bytes)
    } catch {
      throw Failure(.configuration, "\(path):\(error.line): \(error.sentence)")
    }
    guard case .object(let members) = document.content else { throw strange(document, said("um objeto", "an object")) }
    var houses: [NamedHouse] = []
    for member in members {
      guard Self.isName(member.name), !houses.contains(where: { $0.name == member.name }) else {
        let shown = VisibleText.of(member.name, limit: 60)
        throw Failure(
          .configuration,
          "\(path):\(member.line): "
            + said(
              "“\(shown)” não é o nome de mais uma casa; aceito: letras minúsculas, algarismos, - e _, de 1 a 32, cada nome uma vez",
              "“\(shown)” is not another house's name; accepted: lower-case letters, digits, - and _, 1 to 32, each name once"))
      }
      houses.append(try house(member))
    }
    if houses.contains(where: { Self.hasPassword($0) }) { try checkOwnerOnly() }
    return houses
  }

  private static func isName(_ text: String) -> Bool {
    1...32 ~= text.utf8.count
      && text.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  private func house(_ member: JSONDocument.Member) throws(Failure) -> NamedHouse {
    guard case .object(let members) = member.value.content else { throw strange(member.value, said("um objeto", "an object")) }
    var values: [NamedHouse.Member: String] = [:]
    for one in members {
      guard let known = NamedHouse.Member(rawValue: one.name), values[known] == nil else {
        let all = NamedHouse.Member.allCases.map(\.rawValue).joined(separator: ", ")
        let shown = VisibleText.of(one.name, limit: 60)
        throw Failure(
          .configuration,
          "\(path):\(one.line): "
            + said(
              "“\(shown)” não serve em \(member.name); aceito, cada um uma vez: \(all)",
              "“\(shown)” will not do in \(member.name); accepted, each once: \(all)"))
      }
      guard case .text(let text) = one.value.content, !text.isEmpty else { throw strange(one.value, said("um texto", "a text")) }
      values[known] = known.isPath ? absolute(text) : text
    }
    for needed in [NamedHouse.Member.broker, .keys] where values[needed] == nil {
      throw Failure(
        .configuration,
        "\(path):\(member.line): "
          + said("falta “\(needed.rawValue)” em \(member.name)", "“\(needed.rawValue)” is missing in \(member.name)"))
    }
    values[.data] = values[.data] ?? Self.data(of: member.name)
    return NamedHouse(name: member.name, file: path, values: values)
  }

  private func strange(_ value: JSONDocument.Value, _ accepted: String) -> Failure {
    // It may be an address with its password.
    let seen = if case .text = value.content { said("um texto vazio", "an empty text") } else { value.seen }
    return Failure(
      .configuration,
      "\(path):\(value.line): " + said("\(seen) não serve; aceito: \(accepted)", "\(seen) will not do; accepted: \(accepted)"))
  }

  /// `~/` is the user's home; everything else that is not absolute lies beside the file.
  private func absolute(_ text: String) -> String {
    if text.hasPrefix("~/"), let home = Self.folder("HOME") { return home + text.dropFirst() }
    if text.hasPrefix("/") { return text }
    return path.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/" + text
  }

  private static func hasPassword(_ house: NamedHouse) -> Bool {
    let address = house.values[.broker] ?? ""
    return (try? BrokerURL(address)).map { !$0.password.isEmpty } ?? address.contains("@")
  }

  private func checkOwnerOnly() throws(Failure) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 || status.st_uid != geteuid() else { return }
    throw Failure(
      .configuration,
      said(
        "\(path) guarda uma senha e não é só de quem o usa: chown \(geteuid()) \(path); chmod 600 \(path)",
        "\(path) holds a password and is not its user's alone: chown \(geteuid()) \(path); chmod 600 \(path)"))
  }
}
