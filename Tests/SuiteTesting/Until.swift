/// Waits until something is true, by looking; for what cannot ring.
///
/// - Parameter condition: throws when it can never become true.
package func until(_ what: String, within limit: Duration = .seconds(300), _ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw Program.Failure(description: "not within \(limit): \(what)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}
