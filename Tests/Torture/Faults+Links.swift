import SuiteTesting

extension Fault {
  /// Each meets the way of one service or of two of the bidders, as the seed says.
  static let links = [
    link("link-cut", "conexões cortadas", "connections cut") { proxy, random in
      for _ in 0..<random.interval(1...4) {
        try await Task.sleep(for: .milliseconds(random.interval(50...1_500)))
        proxy.cut()
      }
    },
    link("link-reset", "conexões desfeitas (RST)", "connections reset (RST)") { proxy, random in
      for _ in 0..<random.interval(1...4) {
        try await Task.sleep(for: .milliseconds(random.interval(50...1_500)))
        proxy.reset()
      }
    },
    link("link-silent", "a rede engole tudo", "the network swallows everything") { try await pass($0, .silent, &$1) },
    link("link-stalled", "ninguém lê do outro lado", "nobody reads at the other end") { try await pass($0, .stalled, &$1) },
    link("link-answers-lost", "só se ouve o cliente (respostas retidas)", "one-way: answers are withheld") {
      try await pass($0, .withholdingAnswers, &$1)
    },
    link("link-requests-lost", "só se ouve o broker", "one-way: what the client says is swallowed") {
      try await pass($0, .withholdingRequests, &$1)
    },
    link("link-slow", "rede lenta (10 kB/s, 50 ms)", "a slow network (10 kB/s, 50 ms)") { proxy, random in
      proxy.mode = .slow
      try await Task.sleep(for: .milliseconds(random.interval(2_000...6_000)))
      proxy.mode = .passing
    },
    confirms("confirms-ms-lance", .bids, "confirmações do broker a ms-lance perdidas", "the broker's confirms to ms-lance lost"),
    confirms(
      "confirms-bidders", .bidders, "confirmações do broker aos licitantes perdidas", "the broker's confirms to bidders lost"),
  ]

  /// A service dies while all that it says is swallowed: what it committed meanwhile only its journal knows.
  static let unheard = [Scene.Party.bids, .calendar, .notices].compactMap { party in
    party.service.map { service in
      Fault(
        "unheard-\(service.rawValue)", "\(service.rawValue) morre sem que o broker o ouça",
        "\(service.rawValue) dies while the broker hears nothing of it"
      ) { scene in
        try await strike(scene, party, scene.draw { $0.next() }) { proxy, random in
          proxy.mode = .withholdingRequests
          try await Task.sleep(for: .milliseconds(random.interval(300...1_500)))
          try await scene.kill(service)
          proxy.mode = .passing
          proxy.cut()
          try await scene.start(service)
        }
      }
    }
  }

  /// For a while, seldom longer than the heartbeat allows; then the connections that lost bytes are cut.
  private static func pass(_ proxy: LinkProxy, _ mode: LinkProxy.Mode, _ random: inout SeededRandom) async throws {
    proxy.mode = mode
    let pause = random.chance(30) ? 25_000 : random.interval(300...4_000)
    try await Task.sleep(for: .milliseconds(pause))
    proxy.mode = .passing
    if mode != .stalled { proxy.cut() }
  }

  private static func link(
    _ name: String, _ portuguese: String, _ english: String,
    _ body: @escaping @Sendable (LinkProxy, inout SeededRandom) async throws -> Void
  ) -> Fault {
    Fault(name, portuguese, english) { random in
      let party = random.pick(Scene.Party.allCases)
      let seed = random.next()
      return (Setting(), { scene in try await strike(scene, party, seed, body) })
    }
  }

  private static func confirms(_ name: String, _ party: Scene.Party, _ portuguese: String, _ english: String) -> Fault {
    Fault(name, portuguese, english) { random in
      let seed = random.next()
      return (
        Setting(),
        { scene in
          for turn in 0..<UInt64(2) {
            try await strike(scene, party, seed &+ turn) { proxy, random in
              proxy.mode = .withholdingAnswers
              try await Task.sleep(for: .milliseconds(random.interval(100...900)))
              proxy.mode = .passing
              proxy.cut()
            }
          }
        }
      )
    }
  }

  private static func strike(
    _ scene: Scene, _ party: Scene.Party, _ seed: UInt64,
    _ body: @Sendable (LinkProxy, inout SeededRandom) async throws -> Void
  ) async throws {
    try await scene.moment()
    guard let proxy = scene.links[party] else { throw NotReached(description: "no proxy") }
    var random = SeededRandom(seed: seed)
    try await body(proxy, &random)
  }
}
