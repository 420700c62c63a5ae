import COpenSSL

/// The one owner of an `EVP_PKEY`; its pointer never leaves this type.
///
/// Sharing it between threads is safe: it is not changed after it was made, and OpenSSL 3 guards what it caches inside.
final class EVPKey: Sendable {
  nonisolated(unsafe) private let pointer: OpaquePointer
  let type: KeyType

  /// Refuses types, sizes and curves that the house does not use.
  private init(adopting pointer: OpaquePointer) throws(SigningError) {
    do throws(SigningError) {
      type = try Self.acceptedType(of: pointer)
    } catch {
      EVP_PKEY_free(pointer)
      throw error
    }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }

  private static func acceptedType(of pointer: OpaquePointer) throws(SigningError) -> KeyType {
    let base = EVP_PKEY_get_base_id(pointer)
    switch base {
    case EVP_PKEY_ED25519: return .ed25519
    case EVP_PKEY_EC:
      var name = [CChar](repeating: 0, count: 64)
      let isNamed = EVP_PKEY_get_group_name(pointer, &name, name.count, nil) == 1
      let curve = isNamed ? name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" } : "?"
      guard curve == "prime256v1" else {
        throw notAccepted(.typeNotAccepted, "uma chave na curva \(curve)", "a key on the curve \(curve)")
      }
      return .p256
    case EVP_PKEY_RSA:
      let bits = Int(EVP_PKEY_get_bits(pointer))
      guard bits >= KeyType.acceptedRSABits.lowerBound else {
        throw notAccepted(.rsaTooSmall, "uma chave RSA de \(bits) bits", "an RSA key of \(bits) bits")
      }
      guard bits <= KeyType.acceptedRSABits.upperBound else {
        throw notAccepted(.typeNotAccepted, "uma chave RSA de \(bits) bits", "an RSA key of \(bits) bits")
      }
      return .rsa(bits: bits)
    default:
      let name = OBJ_nid2sn(base).map { String(cString: $0) } ?? "?"
      throw notAccepted(.typeNotAccepted, "uma chave do tipo \(name)", "a key of the type \(name)")
    }
  }

  private static func notAccepted(_ kind: SigningError.Kind, _ portuguese: String, _ english: String) -> SigningError {
    SigningError(
      kind, "\(portuguese); são aceitas Ed25519, P-256 e RSA de 2048 a 4096 bits",
      "\(english); accepted are Ed25519, P-256 and RSA of 2048 to 4096 bits")
  }
}

// MARK: Making and spelling

extension EVPKey {
  static func generated(_ type: KeyType) throws(SigningError) -> EVPKey {
    let pointer: OpaquePointer?
    switch type {
    case .ed25519: pointer = cossl_generate_ed25519()
    case .p256: pointer = cossl_generate_p256()
    case .rsa(let bits):
      guard bits >= KeyType.acceptedRSABits.lowerBound else {
        throw notAccepted(.rsaTooSmall, "foi pedida uma chave RSA de \(bits) bits", "an RSA key of \(bits) bits was asked for")
      }
      guard bits <= KeyType.acceptedRSABits.upperBound else {
        throw notAccepted(
          .typeNotAccepted, "foi pedida uma chave RSA de \(bits) bits", "an RSA key of \(bits) bits was asked for")
      }
      pointer = cossl_generate_rsa(UInt32(bits))
    }
    guard let pointer else { throw SigningError(.failed, "o OpenSSL não criou a chave \(type)", "OpenSSL made no \(type) key") }
    return try EVPKey(adopting: pointer)
  }

  /// From SubjectPublicKeyInfo DER (RFC 5280 §4.1.2.7); says nothing yet about spelling or strength.
  convenience init(spki: [UInt8]) throws(SigningError) {
    var consumed = 0
    let pointer = spki.withUnsafeBufferPointer { bytes in
      var next = bytes.baseAddress
      let key = d2i_PUBKEY(nil, &next, bytes.count)
      if let start = bytes.baseAddress, let next { consumed = next - start }
      return key
    }
    guard let pointer else {
      throw SigningError(
        .notAKey, "\(spki.count) bytes que não são um SubjectPublicKeyInfo",
        "\(spki.count) bytes that are no SubjectPublicKeyInfo")
    }
    try self.init(adopting: pointer)
    guard consumed == spki.count else {
      let rest = spki.count - consumed
      throw SigningError(
        .notCanonical, "\(rest) bytes depois da chave pública; é aceita exatamente uma chave",
        "\(rest) bytes follow the public key; exactly one key is accepted")
    }
  }

  /// From PKCS#8 DER (RFC 5208), encrypted or not.
  convenience init(pkcs8 der: [UInt8], isEncrypted: Bool, passphrase: [UInt8]?) throws(SigningError) {
    let info = isEncrypted ? try Self.decrypted(der, passphrase: passphrase) : Self.plain(der)
    guard let info else {
      throw SigningError(
        .notAKey, "\(der.count) bytes que não são uma chave privada PKCS#8", "\(der.count) bytes that are no PKCS#8 private key")
    }
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    guard let pointer = EVP_PKCS82PKEY(info) else {
      throw Self.notAccepted(
        .typeNotAccepted, "uma chave privada que o OpenSSL não sabe usar", "a private key that OpenSSL cannot use")
    }
    try self.init(adopting: pointer)
  }

  private static func plain(_ der: [UInt8]) -> OpaquePointer? {
    der.withUnsafeBufferPointer { bytes in
      var next = bytes.baseAddress
      return d2i_PKCS8_PRIV_KEY_INFO(nil, &next, bytes.count)
    }
  }

  private static func decrypted(_ der: [UInt8], passphrase: [UInt8]?) throws(SigningError) -> OpaquePointer? {
    let box = der.withUnsafeBufferPointer { bytes in
      var next = bytes.baseAddress
      return d2i_X509_SIG(nil, &next, bytes.count)
    }
    guard let box else {
      throw SigningError(
        .notAKey, "\(der.count) bytes que não são uma chave privada PKCS#8 cifrada",
        "\(der.count) bytes that are no encrypted PKCS#8 private key")
    }
    defer { X509_SIG_free(box) }
    guard let passphrase else {
      throw SigningError(
        .passphraseNeeded, "a chave privada está cifrada; é preciso a senha dela",
        "the private key is encrypted; it needs its passphrase")
    }
    let info = passphrase.withUnsafeBytes { PKCS8_decrypt(box, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
    guard let info else {
      throw SigningError(
        .passphraseWrong, "a senha não abre a chave privada (ou a chave está danificada)",
        "the passphrase does not open the private key (or the key is damaged)")
    }
    return info
  }

  private static func failed(_ portuguese: String, _ english: String) -> SigningError {
    SigningError(.failed, "o OpenSSL não conseguiu \(portuguese)", "OpenSSL could not \(english)")
  }

  /// SubjectPublicKeyInfo DER.
  func spki() throws(SigningError) -> [UInt8] {
    let length = i2d_PUBKEY(pointer, nil)
    guard length > 0 else { throw Self.failed("escrever a chave pública", "spell the public key") }
    var der = [UInt8](repeating: 0, count: Int(length))
    let written = der.withUnsafeMutableBufferPointer { bytes in
      var next = bytes.baseAddress
      return i2d_PUBKEY(pointer, &next)
    }
    guard written == length else { throw Self.failed("escrever a chave pública", "spell the public key") }
    return der
  }

  /// The 32 bytes that an Ed25519 private key is made of (RFC 8032 §5.1.5).
  func ed25519Seed() throws(SigningError) -> [UInt8] {
    var seed = [UInt8](repeating: 0, count: 32)
    var length = seed.count
    guard EVP_PKEY_get_raw_private_key(pointer, &seed, &length) == 1, length == seed.count else {
      throw Self.failed("ler a chave privada", "read the private key")
    }
    return seed
  }

  /// `BEGIN PUBLIC KEY`.
  func publicPEM() throws(SigningError) -> [UInt8] {
    let text = MemoryBIO()
    guard PEM_write_bio_PUBKEY(text.pointer, pointer) == 1 else {
      throw Self.failed("gravar a chave pública", "write the public key")
    }
    return text.contents()
  }

  /// `BEGIN PRIVATE KEY`, or `BEGIN ENCRYPTED PRIVATE KEY` with a passphrase: AES-256-CBC under scrypt
  /// with N = 2^14, r = 8, p = 5 (16 MiB: all that OpenSSL grants a reader by default).
  func privatePEM(passphrase: [UInt8]?) throws(SigningError) -> [UInt8] {
    guard let info = EVP_PKEY2PKCS8(pointer) else { throw Self.failed("escrever a chave privada", "spell the private key") }
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    let text = MemoryBIO()
    guard let passphrase else {
      guard PEM_write_bio_PKCS8_PRIV_KEY_INFO(text.pointer, info) == 1 else {
        throw Self.failed("gravar a chave privada", "write the private key")
      }
      return text.contents()
    }
    guard 1...1024 ~= passphrase.count else {
      throw SigningError(
        .passphraseNotAccepted, "uma senha de \(passphrase.count) bytes; são aceitos de 1 a 1024",
        "a passphrase of \(passphrase.count) bytes; accepted are 1 to 1024")
    }
    var salt = SecureRandom.bytes(16)
    guard let scheme = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), &salt, Int32(salt.count), nil, 1 << 14, 8, 5) else {
      throw Self.failed("preparar a cifra", "prepare the encryption")
    }
    let box = passphrase.withUnsafeBytes {
      PKCS8_set0_pbe($0.bindMemory(to: CChar.self).baseAddress, Int32($0.count), info, scheme)
    }
    guard let box else {
      X509_ALGOR_free(scheme)
      throw Self.failed("cifrar a chave privada", "encrypt the private key")
    }
    defer { X509_SIG_free(box) }
    guard PEM_write_bio_PKCS8(text.pointer, box) == 1 else {
      throw Self.failed("gravar a chave privada", "write the private key")
    }
    return text.contents()
  }
}

// MARK: Signing, verifying, judging

extension EVPKey {
  /// Ed25519 hashes by itself (RFC 8032 §5.1); naming a digest there is an error.
  private var digest: OpaquePointer? { type == .ed25519 ? nil : SHA256.algorithm }

  /// RSA means PSS, with nothing left to the signature to choose.
  private func setParameters(_ context: OpaquePointer?) -> Bool {
    guard case .rsa = type else { return true }
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
      && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 32) == 1
      && EVP_PKEY_CTX_set_rsa_mgf1_md(context, SHA256.algorithm) == 1
  }

  func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw Self.failed("assinar", "sign") }
    defer { EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    var length = 0
    guard EVP_DigestSignInit(context, &parameters, digest, nil, pointer) == 1, setParameters(parameters),
      EVP_DigestSign(context, nil, &length, message, message.count) == 1
    else { throw Self.failed("assinar com a chave \(type)", "sign with the \(type) key") }
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else {
      throw Self.failed("assinar com a chave \(type)", "sign with the \(type) key")
    }
    signature.removeLast(signature.count - length)
    return signature
  }

  /// With a context of its own each time: copying a prepared one would save less than a tenth.
  func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard !signature.isEmpty, let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    let isValid =
      EVP_DigestVerifyInit(context, &parameters, digest, nil, pointer) == 1 && setParameters(parameters)
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    if !isValid { ERR_clear_error() }
    return isValid
  }

  /// Whether the public half is sound: a point on the curve, a modulus that is no prime, and an exponent that
  /// keeps verifying cheap (up to 32 bits; 65537 has 17).
  var isSound: Bool {
    if type == .ed25519 { return true }
    if case .rsa = type {
      var exponent: OpaquePointer?
      guard EVP_PKEY_get_bn_param(pointer, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 else { return false }
      defer { BN_free(exponent) }
      guard BN_num_bits(exponent) <= 32 else { return false }
    }
    guard let context = EVP_PKEY_CTX_new(pointer, nil) else { return false }
    defer { EVP_PKEY_CTX_free(context) }
    return EVP_PKEY_public_check(context) == 1
  }
}
