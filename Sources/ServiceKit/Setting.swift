/// A setting, read; nil where it is not given, or empty.
///
/// - Parameters:
///   - given: what is given, and where: an option's name, or a variable's.
///   - isSecret: what is given is not repeated.
/// - Throws: a usage failure naming where it stands, the value and what is accepted.
package func setting<Value>(
  _ given: (name: String, text: String)?, isSecret: Bool = false, _ read: (String) throws -> Value
) throws -> Value? {
  guard let (name, text) = given, !text.isEmpty else { return nil }
  do {
    return try read(text)
  } catch {
    let shown = isSecret ? "…" : text
    throw Failure(.usage, said("\(name): valor “\(shown)” recusado: ", "\(name): value “\(shown)” refused: ") + said(error))
  }
}
