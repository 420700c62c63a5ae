package import ArgumentParser
import Glibc
import JournalKit
import SharedKernel
import SigningKit

/// Runs a program's command line: parses in the reader's language, and turns every error into a sentence and a status.
package enum CommandRunner {
  package static func run(_ root: (some ParsableCommand).Type) async -> Never {
    signal(SIGPIPE, SIG_IGN)
    let words = Array(CommandLine.arguments.dropFirst())
    HelpTopic.check(words, of: root)
    if let script = CompletionScript.asked(by: words, of: root) {
      tell(ParserWords.said(script, in: .current))
      leave(.ok)
    }
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
    } catch let error as any Spoken {
      complain(said(error))
      leave(status(of: error))
    } catch {
      let text = ParserWords.said(root.fullMessage(for: error), in: .current)
      if root.exitCode(for: error).isSuccess {
        tell(text)
        leave(.ok)
      }
      let strange = StrangeOption.sentence(in: words, of: root)
      let complaint = strange.map { ParserWords.message($0, insteadOfThatIn: text) } ?? text
      if !complaint.isEmpty { complain(complaint) }
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

  /// A key, journal or setting that must not be used is told apart from a disk that failed.
  private static func status(of error: any Spoken) -> ExitStatus {
    switch error {
    case let error as JournalError: error.status
    case let error as KeyFolderError: error.status
    case is SigningError: .configuration
    default: .usage
    }
  }
}

extension KeyFolderError {
  /// What the user typed, or could not be asked for, is no fault of the folder; a disk that fails is none of its contents.
  fileprivate var status: ExitStatus {
    switch kind {
    case .passphraseUnavailable, .key(.passphraseNeeded), .key(.passphraseWrong), .key(.passphraseNotAccepted), .nameNotAccepted:
      .usage
    case .io(EIO), .io(ENOSPC), .io(EDQUOT): .ioError
    case .io, .missing, .exposed, .foreignOwner, .alreadyExists, .notAKeyFile, .key, .pairDiffers, .tooManyFiles: .configuration
    }
  }
}

extension JournalError {
  fileprivate var status: ExitStatus {
    switch kind {
    case .held, .present, .copy: .configuration
    case .absent: .usage
    case .corrupt, .newer, .notDurable, .duplicate, .exposed, .io, .closed: .ioError
    }
  }
}
