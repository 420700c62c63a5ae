import Glibc

/// One line on standard output, at once and whole: what is followed live must not wait in a buffer.
///
/// Where nobody reads any more (`| head -1`) the program ends as SIGPIPE would end it; where the line cannot be written it ends
/// with the reason, and the line, on standard error: what was done is done, and must be known.
package func tell(_ text: String) {
  var bytes = Array(text.utf8)
  bytes.append(0x0a)
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    if count > 0 {
      rest = rest.dropFirst(count)
    } else if errno == EPIPE {
      _exit(128 + SIGPIPE)
    } else if errno != EINTR {
      let reason = systemReason()
      CommandRunner.complain(
        said("não consigo escrever a resposta (\(reason)): \(text)", "cannot write the answer (\(reason)): \(text)"))
      CommandRunner.leave(.ioError)
    }
  }
}

/// Ends the program, as `tell` would, when whoever read its output has left. For a program that may have nothing to say for hours.
package func leaveWithReader() {
  // On a pipe whose reading end is closed the error is reported whether or not anything is asked for; see poll(2).
  var output = pollfd(fd: 1, events: 0, revents: 0)
  if poll(&output, 1, 0) == 1, output.revents & Int16(POLLERR) != 0 { _exit(128 + SIGPIPE) }
}
