internal import Glibc
package import SharedKernel

/// A time server as somebody wrote it: `a.st1.ntp.br`, `127.0.0.1:11123`, `[::1]:11123`, `::1`.
package struct NTPServer: Sendable, Hashable, CustomStringConvertible {
  /// A name or a numeric address, without brackets and in lower case.
  package let host: String
  package let port: UInt16

  package static let standardPort: UInt16 = 123

  /// Why a server, or a list of them, cannot be what was meant. Every case holds what was seen.
  package enum Problem: Spoken, Hashable {
    case empty
    case badHost(String)
    case badPort(String)
    case tooMany(Int)
    /// `none` beside servers.
    case noneAmongServers

    package var sentence: Sentence {
      switch self {
      case .empty:
        Sentence(
          "nenhum servidor de tempo é nomeado; aceito: none, ou host, host:porta ou [IPv6]:porta, separados por vírgulas",
          "no time server is named; accepted: none, or host, host:port or [IPv6]:port, separated by commas")
      case .badHost(let seen):
        Sentence(
          "“\(seen)” não é um servidor de tempo; aceito: um nome, um endereço IPv4 ou um endereço IPv6 entre colchetes",
          "“\(seen)” is not a time server; accepted: a host name, an IPv4 address or an IPv6 address in brackets")
      case .badPort(let seen):
        Sentence(
          "“\(seen)” não tem porta que sirva; aceito: de 1 a 65535 depois dos dois-pontos",
          "“\(seen)” has no usable port; accepted: 1 to 65535 after the colon")
      case .tooMany(let count):
        Sentence(
          "são \(count) servidores de tempo; aceito: até \(TimeSource.mostServers)",
          "\(count) time servers are named; accepted: at most \(TimeSource.mostServers)")
      case .noneAmongServers:
        Sentence(
          "“none” ao lado de servidores de tempo; aceito: none sozinho, ou só servidores",
          "“none” beside time servers; accepted: none alone, or servers only")
      }
    }
  }

  package init(_ text: String) throws(Problem) {
    guard !text.isEmpty else { throw .empty }
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    let host: Substring
    let port: Substring?
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { throw .badHost(text) }
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { throw .badHost(text) }
      port = rest.isEmpty ? nil : rest.dropFirst()
      guard Self.isIPv6(host) else { throw .badHost(text) }
    } else if colons > 1 {
      (host, port) = (text[...], nil)
      guard Self.isIPv6(host) else { throw .badHost(text) }
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      (host, port) = (parts[0], parts.count > 1 ? parts[1] : nil)
      guard Self.isName(host) else { throw .badHost(text) }
    }
    // Names are the same in either case; the name of an interface behind a % is not.
    let scope = host.firstIndex(of: "%") ?? host.endIndex
    self.host = host[..<scope].lowercased() + host[scope...]
    guard let port else {
      self.port = Self.standardPort
      return
    }
    guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
      throw .badPort(text)
    }
    self.port = number
  }

  init(trusted host: String) { (self.host, port) = (host, Self.standardPort) }

  /// As it may be written again.
  package var description: String {
    let shown = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port == Self.standardPort ? shown : "\(shown):\(port)"
  }

  /// Letters, digits, hyphens, underscores and single dots, up to the 253 bytes of a domain name; IPv4 addresses are among them.
  private static func isName(_ text: Substring) -> Bool {
    (1...253).contains(text.utf8.count)
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-"
          && label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"),
              UInt8(ascii: "-"), UInt8(ascii: "_"):
              true
            default: false
            }
          }
      }
  }

  /// An IPv6 address, with a scope (`%eth0`) or without.
  private static func isIPv6(_ text: Substring) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 1 || isName(parts[1]) else { return false }
    var address = in6_addr()
    return inet_pton(AF_INET6, String(parts[0]), &address) == 1
  }
}
