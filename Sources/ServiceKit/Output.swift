import Glibc

/// One line on standard output, at once and whole: what is followed live must not wait in a buffer.
package func tell(_ text: String) {
  var bytes = Array(text.utf8)
  bytes.append(0x0a)
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
  }
}
