package import SharedKernel

/// Where a broker is and who we are there: `amqp://user:password@host:port/vhost`, or `amqps://…` for TLS.
///
/// Read strictly after the RabbitMQ URI specification: percent-encoding in every part, port 5672 (5671 for TLS) when
/// there is none, virtual host `/` when there is no path. Query and fragment are refused, since they would be ignored.
package struct BrokerURL: Sendable, Hashable, CustomStringConvertible {
  package let isTLS: Bool
  package let host: String
  package let port: Int
  package let user: String
  package let password: String
  package let virtualHost: String

  /// What is wrong with a text as a broker's address; a sentence that never repeats a password.
  package struct Problem: Spoken, Hashable {
    package let seen: Sentence
    package let accepted: Sentence
    package var sentence: Sentence {
      Sentence(
        "\(seen.portuguese); é aceito \(accepted.portuguese)", "\(seen.english); accepted is \(accepted.english)")
    }
  }

  package init(_ text: String) throws(Problem) {
    guard text.utf8.count <= 2_048 else {
      throw Problem(
        seen: Sentence("um endereço de broker de \(text.utf8.count) bytes", "a broker address of \(text.utf8.count) bytes"),
        accepted: Sentence("até 2048 bytes", "at most 2048 bytes"))
    }
    let rest: Substring
    if text.hasPrefix("amqp://") {
      (isTLS, rest) = (false, text.dropFirst("amqp://".count))
    } else if text.hasPrefix("amqps://") {
      (isTLS, rest) = (true, text.dropFirst("amqps://".count))
    } else {
      throw Problem(
        seen: Sentence(
          "um endereço de broker sem amqp:// ou amqps:// na frente", "a broker address without 'amqp://' or 'amqps://' in front"),
        accepted: Sentence(
          "amqp://usuario:senha@host:porta/vhost, ou amqps://… com TLS",
          "amqp://user:password@host:port/vhost, or amqps://… for TLS"))
    }

    let slash = rest.firstIndex(of: "/")
    let authority = rest[..<(slash ?? rest.endIndex)]
    let at = authority.firstIndex(of: "@")
    let place = at.map { authority[authority.index(after: $0)...] } ?? authority

    (host, port) = try Self.place(place, defaultPort: isTLS ? 5671 : 5672)
    (user, password) = try Self.credentials(at.map { authority[..<$0] }, isTLS: isTLS)
    virtualHost = try slash.map { slash throws(Problem) in try Self.virtualHost(rest[rest.index(after: slash)...]) } ?? "/"
  }

  /// The same address without its password, for logs.
  package var redacted: String {
    let place = host.contains(":") ? "[\(host)]" : host
    return
      "\(isTLS ? "amqps" : "amqp")://\(user.isEmpty ? "" : "\(user)@")\(place):\(port)/\(virtualHost == "/" ? "%2F" : virtualHost)"
  }

  package var description: String { redacted }
}

extension BrokerURL {
  private static func place(_ text: Substring, defaultPort: Int) throws(Problem) -> (host: String, port: Int) {
    let host: Substring
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else {
        throw Problem(
          seen: Sentence("o host “\(text)” sem o “]” que o fecha", "the host '\(text)' without its closing ']'"),
          accepted: Sentence("um endereço IPv6 entre colchetes, como [::1]", "an IPv6 address in brackets, as in [::1]"))
      }
      host = text[text.index(after: text.startIndex)..<end]
      let after = text[text.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else {
        throw Problem(
          seen: Sentence("“\(after)” depois do host [\(host)]", "'\(after)' after the host [\(host)]"),
          accepted: Sentence("“:” e uma porta, ou nada", "':' and a port, or nothing"))
      }
      port = after.isEmpty ? nil : after.dropFirst()
    } else {
      let colon = text.firstIndex(of: ":")
      host = text[..<(colon ?? text.endIndex)]
      port = colon.map { text[text.index(after: $0)...] }
    }
    let name = try decode(host, Sentence("o host", "the host"))
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw Problem(
        seen: Sentence("o host “\(host)”", "the host '\(host)'"),
        accepted: Sentence(
          "um nome de host, um endereço IPv4 ou um endereço IPv6 entre colchetes",
          "a host name, an IPv4 address, or an IPv6 address in brackets"))
    }
    guard let port else { return (name, defaultPort) }
    guard port.utf8.count <= 5, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
      (1...65_535).contains(number)
    else {
      throw Problem(
        seen: Sentence("a porta “\(port)”", "the port '\(port)'"),
        accepted: Sentence("um número de 1 a 65535", "a number from 1 to 65535"))
    }
    return (name, number)
  }

  private static func credentials(_ text: Substring?, isTLS: Bool) throws(Problem) -> (user: String, password: String) {
    guard let text else {
      // Over TLS the certificate can say who we are.
      if isTLS { return ("", "") }
      throw Problem(
        seen: Sentence("nenhum usuário", "no user"),
        accepted: Sentence("amqp://usuario:senha@host…; aqui não há guest", "amqp://user:password@host…; there is no guest here"))
    }
    let colon = text.firstIndex(of: ":")
    let user = try decode(text[..<(colon ?? text.endIndex)], Sentence("o usuário", "the user"))
    guard !user.isEmpty else {
      throw Problem(
        seen: Sentence("um usuário vazio", "an empty user"),
        accepted: Sentence("amqp://usuario:senha@host…", "amqp://user:password@host…"))
    }
    let password = try colon.map { colon throws(Problem) in
      try decode(text[text.index(after: colon)...], Sentence("a senha", "the password"), isSecret: true)
    }
    return (user, password ?? "")
  }

  private static func virtualHost(_ text: Substring) throws(Problem) -> String {
    guard !text.isEmpty else {
      throw Problem(
        seen: Sentence("um virtual host vazio", "an empty virtual host"),
        accepted: Sentence(
          "um nome depois da “/”, %2F para o que se chama “/”, ou nenhuma “/”",
          "a name after the '/', %2F for the one called '/', or no '/' at all"))
    }
    guard !text.contains("/") else {
      throw Problem(
        seen: Sentence("o virtual host “\(text)”", "the virtual host '\(text)'"),
        accepted: Sentence("um só nome; uma “/” dentro dele se escreve %2F", "one name; a '/' inside it is written %2F"))
    }
    return try decode(text, Sentence("o virtual host", "the virtual host"))
  }

  /// Undoes percent-encoding. Nothing that AMQP or C could not carry comes out: valid UTF-8, no NUL, at most 255 bytes.
  private static func decode(_ text: Substring, _ part: Sentence, isSecret: Bool = false) throws(Problem) -> String {
    let shown = isSecret ? part : Sentence("\(part.portuguese) “\(text)”", "\(part.english) '\(text)'")
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
          throw Problem(
            seen: Sentence(
              "\(shown.portuguese) com um “%” sem dois algarismos hexadecimais depois",
              "\(shown.english) with a '%' that two hexadecimal digits do not follow"),
            accepted: Sentence("%25 para o próprio “%”", "%25 for a '%' itself"))
        }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"), 0...0x20, 0x7F:
        throw Problem(
          seen: Sentence(
            "\(shown.portuguese) com um caractere que significa outra coisa",
            "\(shown.english) with a character that stands for something else"),
          accepted: Sentence(
            "“?”, “#”, “@”, espaços e controles escritos com %", "'?', '#', '@', blanks and controls percent-encoded"))
      default:
        bytes.append(byte)
      }
    }
    guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0), bytes.count <= 255 else {
      throw Problem(seen: shown, accepted: Sentence("UTF-8 de até 255 bytes, sem NUL", "UTF-8 of at most 255 bytes, without NUL"))
    }
    return decoded
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
