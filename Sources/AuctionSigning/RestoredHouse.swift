/// What a house says that has lost its journal and goes on from a copy.
package enum RestoredHouse {
  /// The reason in the cancellation of every auction that was open; everyone reads it, so it is in the house's language.
  package static let reason = "diário da casa restaurado de uma cópia de segurança"
}
