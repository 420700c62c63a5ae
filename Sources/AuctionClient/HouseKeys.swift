import AuctionSigning
package import ServiceKit
import SharedKernel

/// The house's public keys, without which nothing that it says can be believed.
package enum HouseKeys {
  /// Nil when the keys of both services that speak are known; otherwise a sentence.
  ///
  /// - Parameter folder: where they are looked for, when people are to be told.
  package static func missing(in ring: KeyRing, of folder: String? = nil) -> String? {
    let known = Set(ring.members.values.map(\.owner))
    let missing = [HousePrincipal.msLance, HousePrincipal.msLeilao].filter { !known.contains($0) }
    guard !missing.isEmpty else { return nil }
    let files = missing.map { "public/\($0).pem" }.joined(separator: said(" e ", " and "))
    let place = folder.map { " (\($0))" } ?? ""
    return said(
      "na pasta das chaves\(place) \(missing.count == 1 ? "falta" : "faltam") \(files): o que a casa diz não pode ser conferido.",
      "the key folder\(place) lacks \(files): what the house says cannot be verified.")
  }
}
