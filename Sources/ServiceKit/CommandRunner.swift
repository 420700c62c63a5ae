package import ArgumentParser
import Glibc
import JournalKit
import SharedKernel
import SigningKit

/// Runs a program's command line: parses in the reader's language, and turns every error into a sentence and a status.
package enum CommandRunner {
  package static func run(_ root: (some ParsableCommand).Type) async -> Never {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try root.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      leave(.ok)
    } catch let failure as Failure {
      complain(failure.sentence)
      leave(failure.status)
    } catch let status as ExitStatus {
      leave(status)
    } catch let error as JournalError {
      complain(error.sentence)
      leave(error.status)
    } catch let error as KeyFolderError {
      complain("\(error)")
      leave(.configuration)
    } catch {
      let text = translated(root.fullMessage(for: error))
      if root.exitCode(for: error).isSuccess {
        tell(text)
        leave(.ok)
      }
      if !text.isEmpty { complain(text) }
      leave(.usage)
    }
  }

  package static func complain(_ text: String) {
    var line = Array(text.utf8)
    line.append(0x0a)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }

  /// Without `exit`'s handlers: OpenSSL's takes its tables away from threads that may still be verifying, and they would crash.
  static func leave(_ status: ExitStatus) -> Never {
    fflush(nil)
    _exit(status.rawValue)
  }

  /// The parser's own words in Portuguese; texts of ours are already in the reader's language.
  private static func translated(_ text: String) -> String {
    guard Language.current == .portuguese else { return text }
    let words: [(String, String)] = [
      ("OVERVIEW:", "RESUMO:"), ("USAGE:", "USO:"), ("ARGUMENTS:", "ARGUMENTOS:"), ("OPTIONS:", "OPÇÕES:"),
      ("SUBCOMMANDS:", "SUBCOMANDOS:"), ("Usage:", "Uso:"), ("Error:", "Erro:"), ("Help:", "Ajuda:"),
      ("Show help information.", "Mostra esta ajuda."), ("Show the version.", "Mostra a versão."),
      ("(default: ", "(padrão: "), ("(default)", "(padrão)"),
      ("for more information.", "para saber mais."), ("for detailed help.", "para a ajuda de cada um."),
      ("Missing expected argument", "Falta o argumento"), ("Missing value for", "Falta o valor de"),
      ("Unknown option", "Opção desconhecida:"), ("Unexpected argument", "Argumento inesperado:"),
      ("is invalid for", "não serve para"), ("The value", "O valor"), ("  See '", "  Veja '"),
    ]
    return words.reduce(text) { replaceAll(in: $0, $1.0, by: $1.1) }
  }

  private static func replaceAll(in text: String, _ old: String, by new: String) -> String {
    var out = ""
    var rest = Substring(text)
    while let range = rest.firstRange(of: old) {
      out += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
    }
    return out + rest
  }
}
