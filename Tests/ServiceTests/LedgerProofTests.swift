import AuctionFacts
import AuctionSigning
import AuctionWire
import Glibc
import LedgerProof
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// `cliente-tui verificar`: good ledgers hold.
@Suite("A ledger's proof")
struct LedgerProofTests {
  @Test(arguments: LedgerScene.allCases) func `finds no fault in a good ledger`(scene: LedgerScene) throws {
    let bench = try scene.play()
    let proof = LedgerProof(try bench.ledgerFile(), pinned: bench.pinned)
    #expect(proof.holds, "\(proof.findings.faults.map { "\($0.line) \($0.check): \($0.sentence.english)" })")
    #expect((proof.result != nil) == scene.isOver)
    let bids = try bench.ledger.flatMap { block -> [BlockEntry] in
      if case .entries(let entries) = block.content { entries } else { [] }
    }.count { if case .bid = $0.fact { true } else { false } }
    #expect(proof.findings.count(of: .bids) == Int64(bids))
    // Where maxima are never told, what they came to cannot be replayed, and that is said.
    let isBlind = proof.findings.unprovable.contains { $0.english.contains("was not revealed") }
    #expect(isBlind == [.canceladoSecreto, .abertoSecreto, .reservaCancelada].contains(scene))
    #expect(isBlind || proof.findings.count(of: .decisions) >= Int64(bids) + 1)
  }

  @Test func `says that only the file vouches for the keys, where nobody gave them`() throws {
    let bench = try LedgerScene.vendido.play()
    let file = try bench.ledgerFile()
    let isSaid = { (proof: LedgerProof) in proof.findings.unprovable.contains { $0.english.contains("vouches") } }
    #expect(isSaid(LedgerProof(file)) && LedgerProof(file).holds)
    #expect(!isSaid(LedgerProof(file, pinned: bench.pinned)))
  }
}

/// `--explicar`: which of two bids was first.
@Suite("Which of two bids was first")
struct PrecedenceTests {
  private func proof(_ scene: LedgerScene) throws -> LedgerProof { LedgerProof(try scene.play().ledgerFile()) }

  private func precedence(_ proof: LedgerProof, _ a: UInt64, _ b: UInt64) throws -> Precedence? {
    let names = try [a, b].map { try #require(BidName("\(Build.bidID($0))")) }
    guard let a = proof.bids(named: names[0]).first, let b = proof.bids(named: names[1]).first else { return nil }
    return proof.precedence(of: a, b)
  }

  @Test func `is the bidders' word where nothing but their clocks tells it`() throws {
    let proof = try proof(.calado)
    let pair = try #require(try precedence(proof, 1, 2))
    #expect(pair.first.latest < pair.second.earliest && pair.order == .claimedBefore)
    #expect(try precedence(proof, 2, 1)?.order == .claimedAfter)
  }

  @Test func `is asked of a bid by its bidder too, where two have chosen the same id`() throws {
    let bench = try BooksBench.open()
    try bench.place(100_00, by: "alpha", number: 1)
    try bench.place(110_00, by: "beta", number: 1)
    let proof = LedgerProof(try bench.ledgerFile(), pinned: bench.pinned)
    let name = try #require(BidName("\(Build.bidID(1))"))
    #expect(proof.holds && proof.bids(named: name).map(\.bidder) == ["alpha", "beta"])
    let (a, b) = try (#require(BidName("alpha:\(Build.bidID(1))")), #require(BidName("beta:\(Build.bidID(1))")))
    // In one instant, and yet certain: the second one's bidder names the block that holds the first.
    let pair = proof.precedence(of: try #require(proof.bids(named: a).first), try #require(proof.bids(named: b).first))
    #expect(pair.first.bidder == "alpha" && pair.order == .definitelyBefore)
    for wrong in ["", "alpha:", ":\(Build.bidID(1))", "a:b:\(Build.bidID(1))", "Alpha:\(Build.bidID(1))"] {
      #expect(BidName(wrong) == nil, "\(wrong)")
    }
  }

  @Test func `is certain where the intervals do not touch, whichever is asked about first`() throws {
    let proof = try proof(.vendido)
    let forwards = try #require(try precedence(proof, 1, 3))
    #expect(forwards.order == .definitelyBefore && forwards.isRecordedInOrder)
    #expect(forwards.first.latest < forwards.second.earliest)
    let backwards = try #require(try precedence(proof, 3, 1))
    #expect(backwards.order == .definitelyAfter && !backwards.isRecordedInOrder)
  }

  @Test func `is decided by the recorded order where they touch`() throws {
    let proof = try proof(.cheio)
    let pair = try #require(try precedence(proof, 2, 1))
    #expect(pair.order == .concurrent && !pair.isRecordedInOrder)
    // A clock on no server's word is trusted to five seconds only, whatever it says; a bid is not of before what its bidder had seen,
    // nor of after it came.
    #expect(pair.first.latest == pair.first.received.instant + pair.first.received.uncertainty)
    let seen = try #require(pair.first.seen)
    #expect(pair.first.earliest == max(pair.first.claimed.instant - .seconds(5), seen.instant - seen.uncertainty))
    let itself = try #require(try precedence(proof, 1, 1))
    #expect(itself.order == .concurrent)
  }

  @Test func `is nothing that a refused or a strange bid has`() throws {
    let proof = try proof(.vendido)
    #expect(try precedence(proof, 1, 2) == nil)
    #expect(try precedence(proof, 99, 1) == nil)
  }
}

/// What is no fault, and cannot be proved either.
@Suite("What a ledger cannot prove")
struct UnprovableTests {
  @Test func `is an end that was announced before it was certain: only the operator may have ordered it`() throws {
    let forge = try LedgerForge(.calado)
    let end = Build.noon + .seconds(600)
    let file = try forge.lie { story in
      let clock = ClockReading(end + .milliseconds(10), uncertainty: .milliseconds(60), status: .synchronized)
      let notice = Build.notice(.close(closesAt: end), edition: try forge.bench.edition, clock: clock)
      let evidence = try forge.calendar.seal(notice).evidence
      try story.end { result, _ in (result, evidence) }
    }
    let proof = LedgerProof(file, pinned: forge.bench.pinned)
    #expect(proof.holds, "\(proof.findings.faults)")
    #expect(proof.findings.unprovable.contains { $0.english.contains("only the operator may order") })
    let certain = LedgerProof(try forge.bench.ledgerFile(), pinned: forge.bench.pinned)
    #expect(!certain.findings.unprovable.contains { $0.english.contains("only the operator may order") })
  }

  @Test func `is what the clock rested on, where no record of it is left`() throws {
    let told = { (scene: LedgerScene) in
      LedgerProof(try scene.play().ledgerFile()).findings.unprovable.contains { $0.english.contains("has no records of it") }
    }
    #expect(try told(.semLances) && !told(.vendido))
  }
}

/// What somebody has changed is found, and by the check that is there for it.
@Suite("A doctored ledger")
struct LedgerDoctoringTests {
  @Test(arguments: LedgerDoctoring.all) func `is found out`(doctoring: LedgerDoctoring) throws {
    let forge = try LedgerForge(doctoring.scene)
    let file = try doctoring.doctor(forge)
    #expect(try file != forge.bench.ledgerFile())
    let proof = LedgerProof(file, pinned: forge.bench.pinned)
    let told = proof.findings.faults.map { "\($0.line) \($0.check): \($0.sentence.english)" }
    #expect(proof.findings.faults.contains { $0.check == doctoring.expected }, "\(told)")
  }

  /// Nothing but line feeds, or keys: whoever is asked to verify it has it read and told of within bounds.
  @Test(arguments: ["\n", "{\"chave_da_casa\":{}}\n", "lixo\n"]) func `that goes on for ever is given up`(line: String) throws {
    let forge = try LedgerForge(.semLances)
    let file = try forge.bench.ledgerFile() + Array(String(repeating: line, count: 50_000).utf8)
    let faults = LedgerProof(file, pinned: forge.bench.pinned).findings.faults
    #expect(faults.count <= 200 && faults.contains { $0.sentence.english.contains("the rest was not read") })
  }

  @Test func `is told of a thousand times, and no more`() throws {
    let forge = try LedgerForge(.semLances)
    var lines = try forge.lines()
    let receipt = lines[try forge.place(of: .bidRefused, in: lines)]
    lines.insert(contentsOf: Array(repeating: receipt, count: 3_000), at: lines.count - 1)
    let findings = LedgerProof(LedgerForge.bytes(lines), pinned: forge.bench.pinned).findings
    #expect(findings.faults.count == Findings.mostFaults && findings.untold > 1_000)
  }

  @Test func `is one of many, each of another name`() {
    #expect(LedgerDoctoring.all.count >= 40)
    #expect(Set(LedgerDoctoring.all.map(\.testDescription)).count == LedgerDoctoring.all.count)
  }
}

/// Every ledger above as a file, for verifiers in other languages: `Tests/Interop/run` asks for them.
@Suite("The ledgers for others")
struct LedgerCorpusTests {
  /// `LEILAO_LIVROS` names the folder.
  @Test func `are written into a folder`() throws {
    let scratch = try ScratchFolder()
    let folder = environmentValue("LEILAO_LIVROS") ?? scratch.file("livros")
    try #require(mkdir(folder, 0o755) == 0 || errno == EEXIST)
    var count = 0
    for scene in LedgerScene.allCases {
      let forge = try LedgerForge(scene)
      try write(try forge.bench.ledgerFile(), "\(folder)/\(scene.rawValue).livro")
      // Each scene has a house of its own.
      let keys = "\(folder)/\(scene.rawValue)"
      try #require(mkdir(keys, 0o755) == 0 || errno == EEXIST)
      for key in forge.bench.houseKeys {
        let until = key.retiredAt.map { "-\(TimeText.rfc3339($0))" } ?? ""
        try write(key.key.pem, "\(keys)/\(key.owner)\(until).pem")
      }
      for doctoring in LedgerDoctoring.all where doctoring.scene == scene {
        try write(try doctoring.doctor(forge), "\(folder)/\(doctoring.testDescription).livro")
        try write(Array(doctoring.expected.label.utf8), "\(folder)/\(doctoring.testDescription).conferencia")
        count += 1
      }
    }
    #expect(count == LedgerDoctoring.all.count)
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try #require(file >= 0)
    defer { close(file) }
    try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
  }
}
