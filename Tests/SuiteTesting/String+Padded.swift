extension String {
  /// A column of a table: at least one space comes before the next one.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
