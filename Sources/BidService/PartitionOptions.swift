import ArgumentParser
package import AuctionWire
import ServiceKit
package import SharedKernel

/// `--particao n/N`: which partition of the house a ms-lance is of, and so which journal is its own.
package struct PartitionOptions: JournalSelection {
  @Option(
    name: .spoken("particao", "partition"),
    help: ArgumentHelp(
      said(
        "A partição, numa casa que tem várias: 0/2 é a primeira de duas.",
        "The partition, in a house that has several: 0/2 is the first of two."),
      valueName: "n/N"))
  var text: String?

  package init() {}

  package func validate() throws {
    guard let text, partition == nil else { return }
    let counts = Partition.counts
    throw ValidationError(
      said(
        "--particao: “\(text)” não serve; aceito: n/N, N de \(counts.lowerBound) a \(counts.upperBound), n de 0 a N-1",
        "--partition: “\(text)” is not accepted; accepted: n/N, N from \(counts.lowerBound) to \(counts.upperBound), n from 0 to N-1"
      ))
  }

  package var partition: Partition? { text.flatMap(Partition.init) }

  package var division: String? { partition?.description }

  package func instance(of principal: PrincipalID) -> String { partition.map { "\(principal).\($0.number)" } ?? principal.text }
}
