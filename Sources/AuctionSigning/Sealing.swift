// AuctionSigning: where the published language meets the keys. Seals what a program says under its own key, opens what
// others say against the key ring and the table of who may say what. Decides nothing, sends nothing.

package import AuctionFacts
package import AuctionWire
package import ServiceKit
package import SharedKernel
import SigningKit

/// The ids under which the house itself speaks.
package enum HousePrincipal {
  package static let msLeilao = known(Service.msLeilao.rawValue)
  package static let msLance = known(Service.msLance.rawValue)
  package static let msNotificacao = known(Service.msNotificacao.rawValue)
  package static let `operator` = known("operador")
  /// The seller of what the house sells for itself.
  package static let house = known("casa")

  private static func known(_ id: String) -> PrincipalID {
    guard let principal = PrincipalID(id) else { preconditionFailure("\(id) is a principal's id") }
    return principal
  }
}

extension Voice {
  /// Spells and signs a statement.
  package func seal(_ statement: some WireValue) -> Sealed {
    statement.enveloped(keyID: keyID) { sign($0) }.sealed { SHA256.of($0) }
  }
}
