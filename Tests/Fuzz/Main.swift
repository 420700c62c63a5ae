// Fuzz: feeds bytes to what reads bytes from outside (scripts/fuzz). Built with -DFUZZING and the fuzzer's sanitizer it is libFuzzer's
// program, and looks for inputs that reach new branches; built as usual it tries the files that it is given.

import Glibc

#if FUZZING
  private let target = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

  /// Called by libFuzzer with each input; whatever ends the process is a finding, and libFuzzer keeps the input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func tryOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let target else {
      say("FUZZ_TARGET names no target")
      abort()
    }
    do throws(BrokenProperty) {
      try target.check(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
      say("broken property: \(error)")
      abort()
    }
    return 0
  }
#else
  @main
  enum Main {
    /// `Fuzz TARGET FILE…`: names each file before it is tried, so that a trap tells by the last line which one it was.
    /// Exits with 0 if all is well, 1 after a broken property, 64 after a mistake; a trap is the signal that it is.
    static func main() {
      guard CommandLine.arguments.count > 2, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
        say("usage: Fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) FILE…")
        exit(64)
      }
      var isWell = true
      for path in CommandLine.arguments.dropFirst(2) {
        say("trying \(path)")
        guard let input = bytes(of: path) else {
          say("cannot be read")
          exit(64)
        }
        do throws(BrokenProperty) {
          try target.check(input)
        } catch {
          say("broken property: \(error)")
          isWell = false
        }
      }
      say("tried \(CommandLine.arguments.count - 2)")
      exit(isWell ? 0 : 1)
    }

    private static func bytes(of path: String) -> [UInt8]? {
      guard let file = fopen(path, "rb") else { return nil }
      defer { fclose(file) }
      var (all, piece) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
      while true {
        let count = fread(&piece, 1, piece.count, file)
        guard count > 0 else { return ferror(file) == 0 ? all : nil }
        all += piece[..<count]
      }
    }
  }
#endif

/// One line to standard error, at once.
private func say(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = write(2, bytes, bytes.count)
}
