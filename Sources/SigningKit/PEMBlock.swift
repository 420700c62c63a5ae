import COpenSSL

/// The one block of a PEM text (RFC 7468): its label and its DER. Text around it is ignored, a second block is refused.
struct PEMBlock {
  let label: String
  let der: [UInt8]

  /// A 4096-bit RSA key takes 3.3 KB.
  static let maximumLength = 16 * 1024

  init(_ text: [UInt8]) throws(SigningError) {
    guard text.count <= Self.maximumLength else {
      throw SigningError(
        .notAKey, "\(text.count) bytes; uma chave em PEM tem no máximo \(Self.maximumLength)",
        "\(text.count) bytes; a key in PEM has at most \(Self.maximumLength)")
    }
    let source = MemoryBIO(text)
    guard let first = Self.next(in: source) else {
      throw SigningError(
        .notAKey, "nenhum bloco PEM inteiro (-----BEGIN …) em \(text.count) bytes",
        "no complete PEM block (-----BEGIN …) in \(text.count) bytes")
    }
    if let second = Self.next(in: source) {
      throw SigningError(
        .notCanonical, "dois blocos PEM (\(first.label), \(second.label)); é aceita exatamente uma chave",
        "two PEM blocks (\(first.label), \(second.label)); exactly one key is accepted")
    }
    ERR_clear_error()
    self = first
  }

  private init(label: String, der: [UInt8]) {
    self.label = label
    self.der = der
  }

  private static func next(in source: MemoryBIO) -> PEMBlock? {
    var label: UnsafeMutablePointer<CChar>?
    var header: UnsafeMutablePointer<CChar>?
    var data: UnsafeMutablePointer<UInt8>?
    var length = 0
    guard PEM_read_bio(source.pointer, &label, &header, &data, &length) == 1 else { return nil }
    defer {
      cossl_free(label)
      cossl_free(header)
      cossl_free(data)
    }
    guard let label else { return nil }
    return PEMBlock(label: String(cString: label), der: Array(UnsafeBufferPointer(start: data, count: length)))
  }
}
