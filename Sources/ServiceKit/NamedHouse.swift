/// A house that a file of the user's names. What it says goes before the environment; where a house is and who we are there comes from
/// nothing else, so that one house's certificate, keys or data never serve at another.
package struct NamedHouse: Sendable {
  /// What the file may say of a house.
  package enum Member: String, CaseIterable, Sendable {
    case broker
    case keys = "chaves"
    case data = "dados"
    case authorities = "ca"
    case certificate = "certificado"
    case certificateKey = "chave_certificado"
    case profile = "perfil"
    case ntp

    init?(variable: String) {
      guard let found = Self.allCases.first(where: { $0.variable == variable }) else { return nil }
      self = found
    }

    /// The variable of the environment that says the same.
    var variable: String {
      switch self {
      case .broker: "RABBITMQ_URL"
      case .keys: "LEILAO_KEYS"
      case .data: "LEILAO_DATA"
      case .authorities: "LEILAO_CA"
      case .certificate: "LEILAO_CERT"
      case .certificateKey: "LEILAO_CERT_KEY"
      case .profile: "LEILAO_PERFIL"
      case .ntp: "LEILAO_NTP"
      }
    }

    /// Files and folders.
    package var isPath: Bool {
      switch self {
      case .keys, .data, .authorities, .certificate, .certificateKey: true
      case .broker, .profile, .ntp: false
      }
    }

    fileprivate var saysWhere: Bool { self != .ntp }
  }

  package let name: String
  /// For what is said about a value.
  package let file: String
  package let values: [Member: String]

  package init(name: String, file: String, values: [Member: String]) {
    (self.name, self.file, self.values) = (name, file, values)
  }
}

extension NamedHouse? {
  /// What an option that is not given takes, and where that stands; empty counts as nothing.
  func value(of variable: String) -> (name: String, text: String)? {
    if let self, let member = NamedHouse.Member(variable: variable) {
      if let text = self.values[member] { return ("\(self.file), \(self.name), \(member.rawValue)", text) }
      if member.saysWhere { return nil }
    }
    return environmentValue(variable).map { (variable, $0) }
  }
}
