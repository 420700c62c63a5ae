package import ArgumentParser
import SharedKernel
import SigningKit

// What a shell offers where an id is wanted: those whose private halves lie in the key folder that the environment names.

extension CompletionKind {
  package static var operators: CompletionKind { signers { $0.role == .operator } }
  package static var houseKeys: CompletionKind { signers { $0.role != .bidder } }

  private static func signers(_ isWanted: @escaping @Sendable (PrincipalID) -> Bool) -> CompletionKind {
    .custom { _, _, _ in
      KeyFolder(path: environmentValue("LEILAO_KEYS") ?? "keys").signers.filter { PrincipalID($0).map(isWanted) ?? false }
    }
  }
}
