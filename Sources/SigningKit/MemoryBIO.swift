import COpenSSL

/// OpenSSL's growing buffer in memory, for reading and writing PEM; cleared when it goes.
final class MemoryBIO {
  let pointer: OpaquePointer

  init(_ contents: [UInt8] = []) {
    guard let pointer = BIO_new(BIO_s_mem()) else { preconditionFailure("no memory for a buffer of OpenSSL's") }
    self.pointer = pointer
    if !contents.isEmpty { BIO_write(pointer, contents, Int32(clamping: contents.count)) }
  }

  deinit { BIO_free(pointer) }

  func contents() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(pointer))
    let read = BIO_read(pointer, &bytes, Int32(clamping: bytes.count))
    return Array(bytes.prefix(max(0, Int(read))))
  }
}
