import AuctionFacts
import AuctionWire
import Foundation
import Glibc
import MessagingKit
import SharedKernel
import SuiteTesting
import Testing

/// Where the house's instants come from, as everyone can see it.
@Suite(.serialized)
struct TimeTests {
  @Test func `A house with a time server says that it is synchronised, in every event and every bid`() async throws {
    let chrony = try PrivateChrony()
    // Each with a cache of its own: with a common one the second starts on what the first has learned, and asks later.
    let house = try await PrivateHouse(ntp: chrony.address, running: [.notices])
    for service in [PrivateHouse.Service.bids, .calendar] {
      try await house.start(service, environment: ["XDG_CACHE_HOME": "\(house.cache)/\(service)"])
    }
    try await house.makeKeys("ana")
    let announcements = [RoutingKey.scheduled, RoutingKey.opened].map {
      MessagingKit.Binding(exchange: Exchange.leilao.rawValue, key: $0)
    }
    let visitor = try await Visitor(house, hearing: announcements)
    try await house.schedule("no-relogio", duration: "15s", extension: "15s", "--relogio-exigido")
    try await house.opened("no-relogio")
    let bid = try await house.bid("no-relogio", "100", as: "ana")
    #expect(bid.status == 0, "\(bid)")
    #expect(try await Follower(house, "no-relogio", as: "ana").toTheEnd().last?.situacao == "vendido")

    let ledger = try await Ledger("no-relogio", from: visitor)
    #expect(ledger.blocks.count == 3)
    for clock in ledger.clocks {
      #expect(clock.status == .synchronized)
      #expect(clock.uncertainty > .zero && clock.uncertainty <= .milliseconds(50), "closing needs a clock this good")
    }
    #expect(ledger.accepted.first?.bid.clock.isDisciplined == true)
    let scheduling = try Scheduling(Envelope(parsing: try await visitor.hears(.scheduled).body))
    let opening = try Opening(Envelope(parsing: try await visitor.hears(.opened).body))
    #expect((scheduling.clock.status, opening.clock.status) == (.synchronized, .synchronized))
  }

  @Test func `A house without time servers says so in every block, and takes no bid where a clock is demanded`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("sem-relogio", duration: "1h")
    try await house.schedule("relogio-exigido", duration: "1h", extension: "0s", "--relogio-exigido")
    try await house.opened("relogio-exigido")
    #expect(try await house.bid("sem-relogio", "100", as: "cliente_alpha").status == 0)
    let refused = try await house.bid("relogio-exigido", "100", as: "cliente_alpha")
    #expect(refused.status == 1)
    #expect(refused.text.contains("não sincronizado (relogio_implausivel) ["), "the clock may be right, and no amount would do")

    let visitor = try await Visitor(house)
    for auction in ["sem-relogio", "relogio-exigido"] {
      let ledger = try await Ledger(auction, from: visitor)
      #expect(ledger.clocks.allSatisfy { $0.status == .systemClock })
      #expect(ledger.accepted.allSatisfy { $0.bid.clock.status == .systemClock })
    }
    #expect(try house.process(.bids).errors.values.contains { $0.contains("sem_ntp") })
  }

  @Test func `A service on the system's clock says when that leaps ahead, and when it is set back`() async throws {
    let house = try await PrivateHouse(running: [])
    let file = house.folder + "/hora"
    func set(_ offset: String) throws { try Data(offset.utf8).write(to: URL(filePath: file), options: .atomic) }
    try set("+0s")
    let (service, ready) = try house.launch(.bids, environment: FakeTime.environment(["FAKETIME_TIMESTAMP_FILE": file]))
    try await until("it is ready") { access(ready, F_OK) == 0 }
    for (offset, told) in [("+3600s", "saltou à frente"), ("+0s", "volta a valer"), ("-3600s", "voltou atrás")] {
      try set(offset)
      try await service.errors.first { $0.contains(told) ? () : nil }
    }
    #expect(try await house.terminate(.bids) == .code(0))
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `A service that is asked to end while it waits for the time ends in order`(signal: Int32) async throws {
    let house = try await PrivateHouse(running: [])
    let nobody = "127.0.0.1:\(try FreePorts.take())"
    let service = try house.launch(.bids, environment: ["LEILAO_NTP": nobody]).program
    try await service.errors.first { $0.contains("à espera do relógio") ? () : nil }
    service.send(signal)
    #expect(try await service.ending() == .code(0))
    #expect(service.errors.values.last?.hasSuffix("parado") == true, "\(service.errors.values)")
    // What it had begun to hold is free for the next.
    try await house.start(.bids)
    #expect(try await house.terminate(.bids) == .code(0))
  }

  @Test func `A short command with an anchor in the cache sends no packet, and says that it holds over`() async throws {
    let house = try await PrivateHouse.shared
    try await house.schedule("com-ancora", duration: "1h")
    try await house.opened("com-ancora")
    let server = try FakeNTPServer.honest()
    let environment = ["LEILAO_NTP": server.address, "XDG_CACHE_HOME": house.folder + "/ancora"]
    let first = try await house.client(["lance", "com-ancora", "100", "--cliente", "cliente_alpha"], environment: environment)
    #expect(first.status == 0, "\(first)")
    let asked = server.questions.count
    #expect(asked > 0)
    let second = try await house.client(["lance", "com-ancora", "110", "--cliente", "cliente_beta"], environment: environment)
    #expect(second.status == 0, "\(second)")
    let ordered = try await house.operator(["cancelar", "com-ancora", "--motivo", "fim do teste"], environment: environment)
    #expect(ordered.status == 0, "\(ordered)")
    #expect(server.questions.count == asked)

    let clocks = try await Ledger("com-ancora", from: Visitor(house)).accepted.map(\.bid.clock.status)
    #expect(clocks == [.synchronized, .holdover])
  }
}
