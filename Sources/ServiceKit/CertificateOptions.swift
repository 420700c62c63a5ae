package import ArgumentParser
import Glibc
import MessagingKit
import SharedKernel

/// Whom to believe that it is the broker, and the certificate that says who we are: files in PEM.
package struct CertificateOptions: ParsableArguments {
  @Option(
    name: .customLong("ca"),
    help: ArgumentHelp(
      said(
        "Autoridades que respondem pelo broker; amqps:// as pede (LEILAO_CA).",
        "Authorities that vouch for the broker; amqps:// demands them (LEILAO_CA)."), valueName: said("ARQUIVO", "FILE")),
    completion: .file())
  package var authorities: String?

  @Option(
    name: .spoken("certificado", "certificate"),
    help: ArgumentHelp(
      said(
        "Certificado de cliente: o broker toma dele quem somos (LEILAO_CERT).",
        "Client certificate: the broker takes from it who we are (LEILAO_CERT)."), valueName: said("ARQUIVO", "FILE")),
    completion: .file())
  package var certificate: String?

  @Option(
    name: .spoken("chave-certificado", "certificate-key"),
    help: ArgumentHelp(
      said("Chave do certificado, sem senha (LEILAO_CERT_KEY).", "The certificate's key, unencrypted (LEILAO_CERT_KEY)."),
      valueName: said("ARQUIVO", "FILE")), completion: .file())
  package var key: String?

  package init() {}

  /// - Returns: nil for an address without TLS.
  /// - Throws: a usage failure for what is missing, too much or unreadable, a configuration failure for a key that others can read.
  func resolved(for url: BrokerURL, at house: NamedHouse?) throws(Failure) -> TLSOptions? {
    let authorities = try file("--ca", "LEILAO_CA", authorities, house)
    let certificate = try file(said("--certificado", "--certificate"), "LEILAO_CERT", certificate, house)
    let key = try file(said("--chave-certificado", "--certificate-key"), "LEILAO_CERT_KEY", key, house)
    guard url.isTLS else {
      guard authorities == nil, certificate == nil, key == nil else {
        throw Failure(
          .usage,
          said(
            "certificados (LEILAO_CA, LEILAO_CERT) pedem um endereço amqps://, não \(url)",
            "certificates (LEILAO_CA, LEILAO_CERT) take an amqps:// address, not \(url)"))
      }
      return nil
    }
    guard let authorities else {
      throw Failure(
        .usage,
        said(
          "\(url) pede o arquivo das autoridades que respondem pelo broker: --ca ou LEILAO_CA",
          "\(url) demands the file of the authorities that vouch for the broker: --ca or LEILAO_CA"))
    }
    guard (certificate == nil) == (key == nil) else {
      throw Failure(
        .usage,
        said(
          "certificado e chave vêm juntos: --certificado e --chave-certificado (LEILAO_CERT, LEILAO_CERT_KEY)",
          "certificate and key come together: --certificate and --certificate-key (LEILAO_CERT, LEILAO_CERT_KEY)"))
    }
    try check(authorities, holds: "CERTIFICATE", Sentence("um certificado", "certificate"))
    if let certificate { try check(certificate, holds: "CERTIFICATE", Sentence("um certificado", "certificate")) }
    if let key {
      try checkOwnerOnly(key)
      try check(key, holds: "PRIVATE KEY", Sentence("uma chave privada", "private key"))
    }
    return TLSOptions(caFile: authorities, certificateFile: certificate, keyFile: key)
  }

  private func file(_ flag: String, _ variable: String, _ given: String?, _ house: NamedHouse?) throws(Failure) -> String? {
    let found = given.map { (flag, $0) } ?? house.value(of: variable)
    guard let (name, value) = found, !value.isEmpty else { return nil }
    let path = absolute(value)
    guard access(path, R_OK) == 0 else {
      throw Failure(.usage, said("\(name): não consigo ler “\(path)”", "\(name): “\(path)” cannot be read"))
    }
    return path
  }

  /// Whether there is such a block in PEM (RFC 7468); what is in it, OpenSSL finds out when it connects.
  private func check(_ path: String, holds label: String, _ what: Sentence) throws(Failure) {
    guard let file = fopen(path, "re") else { return }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0 {
      guard let line else { break }
      let text = String(cString: line)
      if text.hasPrefix("-----BEGIN ") && text.contains(label + "-----") { return }
    }
    throw Failure(
      .usage, said("em \(path) não há \(what.portuguese) em PEM", "\(path) holds no \(what.english) in PEM form"))
  }

  private func checkOwnerOnly(_ key: String) throws(Failure) {
    var status = stat()
    guard stat(key, &status) == 0, status.st_mode & 0o077 != 0 else { return }
    throw Failure(
      .configuration,
      said(
        "outros além do dono podem ler a chave \(key): chmod 600 \(key)",
        "others than its owner can read the key \(key): chmod 600 \(key)"))
  }
}
