import SuiteTesting

/// `cliente-tui acompanhar --json` while it runs.
struct Follower {
  let program: Program

  /// - Parameters:
  ///   - untilEnd: whether it ends when the auction does.
  ///   - environment: what differs, such as another address of the broker.
  init(_ house: PrivateHouse, _ auction: String, as bidder: String, untilEnd: Bool = true, environment: [String: String] = [:])
    throws
  {
    program = try house.startClient(
      ["acompanhar", auction, "--cliente", bidder, "--json"] + (untilEnd ? ["--ate-o-fim"] : []), environment: environment)
  }

  /// The first event of that name; it may have been printed long ago.
  @discardableResult
  func first(_ event: String, where matches: @Sendable (Line) -> Bool = { _ in true }) async throws -> Line {
    do {
      return try await program.output.first { text in
        (try? Line(text)).flatMap { $0.evento == event && matches($0) ? $0 : nil }
      }
    } catch {
      throw Program.Failure(description: "no event \(event): \(error); errors: \(program.errors.values)")
    }
  }

  /// What the auction's own events were, in order: the same for everyone, whenever they came.
  var story: [Line] {
    get throws { try program.output.values.map { try Line($0) }.filter { $0.hash != nil && $0.evento != "estado" } }
  }

  /// Waits for the auction's end, and answers with its story.
  func toTheEnd() async throws -> [Line] {
    let ending = try await program.ending(within: .seconds(180))
    guard ending == .code(0) else {
      throw Program.Failure(description: "acompanhar: \(ending), \(program.errors.values), \(program.output.values.suffix(5))")
    }
    return try story
  }
}
