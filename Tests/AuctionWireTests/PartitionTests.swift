import SharedKernel
import SuiteTesting
import Testing

@testable import AuctionWire

@Suite struct `A house's partitions` {
  private func slice(_ auction: AuctionID) -> AuctionSlice { AuctionSlice(of: auction, SHA256.hash) }

  @Test(arguments: [("0/2", 0, 2), ("1/2", 1, 2), ("63/64", 63, 64)])
  func `are written as they are read`(text: String, number: Int, count: Int) throws {
    let partition = try #require(Partition(text))
    #expect((partition.number, partition.count) == (number, count) && partition.description == text)
  }

  @Test(arguments: ["", "0", "0/1", "2/2", "-1/2", "0/65", "00/2", "0/02", "+0/2", "0/2/2", " 0/2", "a/b", "/2", "0/"])
  func `are nothing else`(text: String) { #expect(Partition(text) == nil) }

  /// sha256sum says so.
  @Test(arguments: [("moto", 61), ("vaso-azul", 12), ("leilao-2", 51), ("leilao-3", 45)] as [(AuctionID, Int)])
  func `know an auction's slice from its id alone`(auction: AuctionID, number: Int) { #expect(slice(auction).number == number) }

  @Test(arguments: [2, 3, 5, 8, 48, 64])
  func `hold each auction once`(count: Int) {
    let partitions = Partition.all(of: count)
    #expect(partitions.count == count)
    for number in 0..<1_000 {
      let slice = slice(AuctionID(stringLiteral: "leilao-\(number)"))
      #expect(partitions.count { $0.holds(slice) } == 1)
    }
    #expect(partitions.allSatisfy { partition in AuctionSlice.all.contains(where: partition.holds) })
  }

  /// A bid, the calendar and a query about one auction reach one partition; from every exchange, every slice goes to one.
  @Test(arguments: [2, 3, 8, 64])
  func `get what concerns their slices, and nobody else does`(count: Int) {
    let house = Topology.house(partitions: Partition.all(of: count))
    func queues(_ exchange: Exchange, _ key: String) -> [String] {
      house.bindings.filter { $0.exchange == exchange && $0.key == key }.map(\.queue)
    }
    for number in 0..<1_000 {
      let key = RoutingKey.slice(slice(AuctionID(stringLiteral: "leilao-\(number)")))
      let work = queues(.lances, key)
      #expect(work.count == 1 && queues(.leilao, key) == work && queues(.sigilo, key) == work)
      #expect(queues(.consultas, key).map { $0.replacing("leilao_consulta", with: "lance_realizado") } == work)
    }
    #expect(Set(queues(.consultas, RoutingKey.queryAll)) == Set((0..<count).map { "leilao_consulta.\($0)" }))
    #expect(queues(.lances, RoutingKey.bidPlaced).isEmpty && queues(.consultas, RoutingKey.query).isEmpty)
  }

  @Test func `have queues like those of a whole house, and everything else in common`() throws {
    let (whole, house) = (Topology.house, Topology.house(partitions: Partition.all(of: 2)))
    for queue in [Queue.lanceRealizado, .leilaoConsulta] {
      let one = try #require(whole.queues.first { $0.name == queue.rawValue })
      for number in 0..<2 {
        let part = try #require(house.queues.first { $0.name == "\(queue.rawValue).\(number)" })
        #expect(part.arguments.map { "\($0)" } == one.arguments.map { "\($0)" })
      }
      #expect(!house.queues.contains { $0.name == queue.rawValue })
    }
    let divided = [Queue.lanceRealizado.rawValue, Queue.leilaoConsulta.rawValue]
    #expect(house.bindings.filter { !$0.queue.contains(".") } == whole.bindings.filter { !divided.contains($0.queue) })
    #expect(house.exchanges == whole.exchanges && house.policies == whole.policies)
    #expect(house.maximumQueues == whole.maximumQueues + 2)
    let books = try #require(house.users.first { $0.name == "ms_lance" })
    #expect(house.users.filter { $0 != books } == whole.users.filter { $0.name != "ms_lance" })
    for (queue, mayRead) in [
      ("lance_realizado.1", true), ("leilao_consulta.0", true), ("lance_realizado", false), ("ms_leilao", false),
    ] {
      #expect(queue.contains(try Regex(books.read)) == mayRead, "\(queue)")
    }
  }

  @Test func `give a production house's bidders what they have in a whole one`() throws {
    let (whole, house) = (Topology.house(of: ["ana"]), Topology.house(of: ["ana"], partitions: Partition.all(of: 3)))
    let ana = try #require(whole.users.first { $0.name == "ana" })
    #expect(house.users.contains(ana))
    #expect(house.bindings.filter { $0.queue == "cliente_ana" } == whole.bindings.filter { $0.queue == "cliente_ana" })
    #expect(house.queues.count == whole.queues.count + 4 && house.maximumQueues == whole.maximumQueues + 4)
    #expect(house.users.first { $0.name == "ms_lance" }?.read.contains("[0-9]") == true)
  }

  @Test func `are none in a house that is not partitioned`() {
    #expect(Topology.house(partitions: []) == Topology.house)
  }

  @Test func `sign whose answer it is`() throws {
    let id = try #require(UniqueID("0190f5fe-7c00-7a00-8abc-000000000030"))
    let clock = ClockReading(Timestamp(microseconds: 1), uncertainty: .seconds(1), status: .synchronized)
    for partition in [nil, Partition("1/2")] {
      let snapshot = Snapshot(id: id, more: false, content: .auctions([]), clock: clock, partition: partition)
      #expect(try Snapshot(payload: snapshot.payload, kind: .snapshot) == snapshot)
      #expect(
        String(decoding: snapshot.payload, as: UTF8.self).contains(#""particao":{"numero":1,"de":2}"#) == (partition != nil))
    }
    let strange = #"{"id":"\#(id)","tipo":"leiloes","relogio":{"em_us":1,"incerteza_us":1,"estado":"sincronizado"},"mais":false,"#
    for partition in [#"{"numero":2,"de":2}"#, #"{"numero":0,"de":1}"#, #"{"numero":0}"#, "null", #""0/2""#] {
      #expect(throws: WireError.self) {
        try Snapshot(payload: Array((strange + #""particao":\#(partition),"leiloes":[]}"#).utf8), kind: .snapshot)
      }
    }
  }
}
