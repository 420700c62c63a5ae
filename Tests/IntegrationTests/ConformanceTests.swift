import AuctionWire
import SuiteTesting
import Testing

/// The model must not lie: each script is played on the simulated broker and on RabbitMQ, and after each step both have shown the
/// programs the same and hold as many messages.
@Suite("The simulated broker and a real one", .serialized)
struct ConformanceTests {
  private static let node = Task { try await RealStage.node(ConformanceScript.topology) }

  @Test(arguments: ConformanceScript.all)
  func `agree at every step`(script: ConformanceScript) async throws {
    let model = SimulatedStage(ConformanceScript.topology)
    let real = try RealStage(try await Self.node.value, ConformanceScript.topology)
    for (number, step) in script.steps.enumerated() {
      let before = model.observe().programs
      try await step.act(model)
      try await step.act(real)
      let wanted = model.observe()
      for (name, news) in step.sees {
        #expect(
          wanted.programs[name]?.news(since: before[name] ?? Observation.Program()) == news,
          "\(number + 1), \(step.title): \(name)")
      }
      guard try await real.comes(to: wanted) else {
        let seen = try real.observe()
        #expect(seen == wanted, "\(number + 1), \(step.title)")
        break
      }
    }
    // What came late would be seen here.
    #expect(try await real.comes(to: model.observe()))
    try await real.clear()
  }
}

extension Stage {
  /// Waits until it has shown exactly this.
  fileprivate func comes(to wanted: Observation) async throws -> Bool {
    do {
      try await until("both agree", within: .seconds(30)) { try observe() == wanted }
      return true
    } catch is Program.Failure {
      return false
    }
  }
}
