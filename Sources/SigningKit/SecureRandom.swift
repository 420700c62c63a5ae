import COpenSSL

/// Random bytes that nobody can guess.
package enum SecureRandom {
  /// Traps when the system gives no randomness: nothing safe can be done then.
  package static func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    precondition(RAND_bytes(&bytes, Int32(count)) == 1, "the system gives no random bytes")
    return bytes
  }
}
