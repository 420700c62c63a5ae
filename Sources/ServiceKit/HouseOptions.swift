package import ArgumentParser
import Glibc
package import Logging
import MessagingKit
package import NTPKit
package import SigningKit

/// Where the house is: broker, keys, data, time, log. Command line over environment over defaults.
package struct HouseOptions: ParsableArguments {
  @Option(
    name: [.customLong("broker"), .customLong("rabbitmq-url")],
    help: ArgumentHelp(
      said("Endereço do RabbitMQ (RABBITMQ_URL).", "Address of RabbitMQ (RABBITMQ_URL)."),
      valueName: said("amqp://usuario:senha@host:porta/vhost", "amqp://user:password@host:port/vhost")))
  package var broker: String?

  @OptionGroup(title: "TLS") package var certificates: CertificateOptions

  @Option(
    name: .spoken("perfil", "profile"),
    help: ArgumentHelp(
      said(
        "compartilhada: um usuário do broker para todos os licitantes; propria: um para cada um (LEILAO_PERFIL).",
        "compartilhada: one broker user for all bidders; propria: one each (LEILAO_PERFIL)."),
      valueName: said("PERFIL", "PROFILE")), completion: .list(IdentityProfile.allCases.map(\.rawValue)))
  package var profile: String?

  @Option(
    name: .spoken("chaves", "keys"),
    help: ArgumentHelp(
      said("Pasta das chaves (LEILAO_KEYS; padrão keys).", "Key folder (LEILAO_KEYS; default keys)."),
      valueName: said("PASTA", "DIR")), completion: .directory)
  package var keys: String?

  @Option(
    name: .spoken("dados", "data"),
    help: ArgumentHelp(
      said(
        "Pasta dos diários (LEILAO_DATA; padrão .leilao ao lado das chaves).",
        "Journal folder (LEILAO_DATA; default .leilao beside the keys)."),
      valueName: said("PASTA", "DIR")), completion: .directory)
  package var data: String?

  @Option(
    name: .customLong("ntp"),
    help: ArgumentHelp(
      said(
        "Servidores NTP separados por vírgula, ou none (LEILAO_NTP; padrão ntp.br).",
        "NTP servers, comma-separated, or none (LEILAO_NTP; default ntp.br)."),
      valueName: "HOST,HOST"))
  package var ntp: String?

  @Option(
    name: .customLong("log"),
    help: ArgumentHelp(
      said(
        "Nível do registro: trace, debug, info, notice, warning, error (LEILAO_LOG).",
        "Log level: trace, debug, info, notice, warning, error (LEILAO_LOG)."), valueName: said("NÍVEL", "LEVEL")),
    completion: .list(Logger.Level.allCases.map(\.rawValue)))
  package var logLevel: String?

  @Option(
    name: .spoken("formato-log", "log-format"),
    help: ArgumentHelp(
      said("Formato do registro: text ou json (LEILAO_LOG_FORMAT).", "Log format: text or json (LEILAO_LOG_FORMAT)."),
      valueName: said("FORMATO", "FORMAT")), completion: .list(LogFormat.allCases.map(\.rawValue)))
  package var logFormat: String?

  @OptionGroup package var language: LanguageOption

  package init() {}

  /// - Parameter house: what goes before the environment.
  /// - Throws: a usage failure naming the option, the value and what is accepted.
  package func resolved(brokerUser: String, at house: NamedHouse? = nil) throws -> HouseSettings {
    func option<Value>(_ flag: String, _ variable: String, _ given: String?, _ read: (String) throws -> Value) throws -> Value? {
      try setting(given.map { (flag, $0) } ?? house.value(of: variable), isSecret: flag == "--broker", read)
    }
    let url =
      try option("--broker", "RABBITMQ_URL", broker) { (text: String) throws -> BrokerURL in try BrokerURL(text) }
      ?? BrokerURL("amqp://\(brokerUser):\(brokerUser)@127.0.0.1:5672/leilao")
    let profile =
      try option(said("--perfil", "--profile"), "LEILAO_PERFIL", profile) { text throws -> IdentityProfile in
        guard let profile = IdentityProfile(rawValue: text) else {
          throw Failure(.usage, said("são aceitas compartilhada, propria", "accepted are compartilhada, propria"))
        }
        return profile
      } ?? .shared
    guard profile == .shared || !url.user.isEmpty else {
      throw Failure(
        .usage,
        said(
          "o endereço do broker não diz quem é; no perfil propria ele diz, também com certificado: amqps://usuario@…",
          "the broker's address names no user; in the profile propria it does, with a certificate too: amqps://user@…"))
    }
    let access = BrokerAccess(
      url: url, tls: try certificates.resolved(for: url, at: house), defaultUser: brokerUser, profile: profile)
    let keyPath = absolute(keys ?? house.value(of: "LEILAO_KEYS")?.text ?? "keys")
    let dataPath = absolute(data ?? house.value(of: "LEILAO_DATA")?.text ?? parent(of: keyPath) + "/.leilao")
    let level =
      try option("--log", "LEILAO_LOG", logLevel) { text throws -> Logger.Level in
        guard let level = Logger.Level(rawValue: text) else {
          throw Failure(
            .usage,
            said(
              "são aceitos trace, debug, info, notice, warning, error", "accepted are trace, debug, info, notice, warning, error")
          )
        }
        return level
      } ?? .info
    let format =
      try option(said("--formato-log", "--log-format"), "LEILAO_LOG_FORMAT", logFormat) { text throws -> LogFormat in
        guard let format = LogFormat(rawValue: text) else {
          throw Failure(.usage, said("são aceitos text, json", "accepted are text, json"))
        }
        return format
      } ?? .text
    let source =
      try option("--ntp", "LEILAO_NTP", ntp) { text throws -> TimeSource in try TimeSource(environment: text) } ?? .standard
    return HouseSettings(
      broker: access, keys: KeyFolder(path: keyPath), keyPath: keyPath, dataPath: dataPath, time: source, logLevel: level,
      logFormat: format, name: house?.name)
  }

  private func parent(of path: String) -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: true)
    if !parts.isEmpty { parts.removeLast() }
    return "/" + parts.joined(separator: "/")
  }
}

/// The options, read and validated.
package struct HouseSettings: Sendable {
  package let broker: BrokerAccess
  package let keys: KeyFolder
  package let keyPath: String
  package let dataPath: String
  package let time: TimeSource
  package let logLevel: Logger.Level
  package let logFormat: LogFormat
  /// How the user's file calls the house; nil where no name was given.
  package let name: String?

  /// Where a program keeps what the servers agreed on: in its user's cache, or among the house's data where there is no home or none
  /// that may be written.
  package var anchorFile: String { TrustedClockOptions.anchorFile(orIn: dataPath) }

  package func logger(_ label: String) -> Logger {
    Logger(label: label) { LineLogHandler(label: $0, format: logFormat, level: logLevel) }
  }
}

/// A path that means the same from every folder.
func absolute(_ path: String) -> String {
  guard !path.hasPrefix("/") else { return path }
  guard let here = getcwd(nil, 0) else { return path }
  defer { free(here) }
  return String(cString: here) + "/" + path
}
