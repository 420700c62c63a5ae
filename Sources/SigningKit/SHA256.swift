import COpenSSL

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
  /// Fetched once: `EVP_sha256()` looks the implementation up again on every use.
  nonisolated(unsafe) static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil) ?? EVP_sha256()

  /// 32 bytes.
  package static func digest(_ bytes: [UInt8]) -> [UInt8] { digest([bytes]) }

  /// 32 bytes: the digest of the parts, one after the other.
  package static func digest(_ parts: [[UInt8]]) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var digest = [UInt8](repeating: 0, count: 32)
    var isDone = EVP_DigestInit_ex(context, algorithm, nil) == 1
    for part in parts { isDone = isDone && EVP_DigestUpdate(context, part, part.count) == 1 }
    isDone = isDone && EVP_DigestFinal_ex(context, &digest, nil) == 1
    precondition(isDone, "OpenSSL has no memory or no SHA-256")
    return digest
  }
}
