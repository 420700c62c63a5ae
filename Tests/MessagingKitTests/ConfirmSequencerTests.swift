import SuiteTesting
import Testing

@testable import MessagingKit

@Suite struct ConfirmSequencerTests {
  typealias Sequencer = ConfirmSequencer<Int>

  /// The tickets and outcomes, side by side so that they compare.
  struct Settled: Equatable, CustomStringConvertible {
    let ticket: Int
    let outcome: PublishOutcome
    init(_ settled: (Int, PublishOutcome)) { (ticket, outcome) = settled }
    init(_ ticket: Int, _ outcome: PublishOutcome) { self.init((ticket, outcome)) }
    var description: String { "\(ticket): \(outcome)" }
  }

  func sequencer(_ count: Int) -> Sequencer {
    var sequencer = Sequencer()
    for ticket in 1...count {
      sequencer.published(ticket, mandatory: .init(exchange: "e", routingKey: "k", messageID: "\(ticket)"))
    }
    return sequencer
  }

  @Test func `one confirm settles one publish`() {
    var sequencer = sequencer(3)
    #expect(sequencer.confirmed(1, multiple: false).map(Settled.init) == [Settled(1, .confirmed)])
    #expect(sequencer.count == 2)
  }

  @Test func `a multiple confirm settles all up to its number, in order`() {
    var sequencer = sequencer(4)
    #expect(
      sequencer.confirmed(3, multiple: true).map(Settled.init) == [
        Settled(1, .confirmed), Settled(2, .confirmed), Settled(3, .confirmed),
      ])
    #expect(sequencer.confirmed(4, multiple: true).map(Settled.init) == [Settled(4, .confirmed)])
    #expect(sequencer.isEmpty)
  }

  @Test func `confirms out of order leave the others open`() {
    var sequencer = sequencer(4)
    #expect(sequencer.confirmed(3, multiple: false).map(Settled.init) == [Settled(3, .confirmed)])
    #expect(sequencer.confirmed(1, multiple: false).map(Settled.init) == [Settled(1, .confirmed)])
    #expect(sequencer.confirmed(4, multiple: true).map(Settled.init) == [Settled(2, .confirmed), Settled(4, .confirmed)])
  }

  @Test func `number zero with multiple means all`() {
    var sequencer = sequencer(2)
    #expect(sequencer.refused(0, multiple: true).map(Settled.init) == [Settled(1, .refused), Settled(2, .refused)])
  }

  @Test func `a nack refuses`() {
    var sequencer = sequencer(2)
    #expect(sequencer.refused(2, multiple: false).map(Settled.init) == [Settled(2, .refused)])
    #expect(sequencer.confirmed(1, multiple: false).map(Settled.init) == [Settled(1, .confirmed)])
  }

  @Test(arguments: [0, 3, 99, UInt64.max])
  func `a number that is not open settles nothing`(number: UInt64) {
    var sequencer = sequencer(2)
    #expect(sequencer.confirmed(number, multiple: false).isEmpty)
    #expect(sequencer.count == 2)
  }

  @Test func `the same confirm twice settles once`() {
    var sequencer = sequencer(3)
    #expect(sequencer.confirmed(2, multiple: false).count == 1)
    #expect(sequencer.confirmed(2, multiple: false).isEmpty)
    #expect(sequencer.confirmed(1, multiple: true).count == 1)
    #expect(sequencer.confirmed(1, multiple: true).isEmpty)
    #expect(sequencer.count == 1)
  }

  @Test func `a multiple number beyond the last settles what there is`() {
    var sequencer = sequencer(2)
    #expect(sequencer.confirmed(.max, multiple: true).count == 2)
    #expect(sequencer.confirmed(.max, multiple: true).isEmpty)
    #expect(Sequencer().isEmpty)
  }

  @Test func `a return is told with the confirm that follows it`() {
    var sequencer = sequencer(3)
    sequencer.returned(.init(exchange: "e", routingKey: "k", messageID: "2"), code: 312, text: "NO_ROUTE")
    #expect(sequencer.count == 3)
    #expect(
      sequencer.confirmed(3, multiple: true).map(Settled.init) == [
        Settled(1, .confirmed), Settled(2, .returned(code: 312, text: "NO_ROUTE")), Settled(3, .confirmed),
      ])
  }

  @Test func `returns of equal messages belong to the oldest that has none`() {
    var sequencer = Sequencer()
    let address = Sequencer.Address(exchange: "e", routingKey: "k", messageID: nil)
    sequencer.published(1, mandatory: nil)
    for ticket in 2...4 { sequencer.published(ticket, mandatory: address) }
    sequencer.returned(address, code: 312, text: "a")
    sequencer.returned(address, code: 312, text: "b")
    #expect(
      sequencer.confirmed(0, multiple: true).map(Settled.init) == [
        Settled(1, .confirmed), Settled(2, .returned(code: 312, text: "a")), Settled(3, .returned(code: 312, text: "b")),
        Settled(4, .confirmed),
      ])
  }

  @Test func `a return that fits nothing changes nothing`() {
    var sequencer = sequencer(1)
    sequencer.returned(.init(exchange: "e", routingKey: "other", messageID: "1"), code: 312, text: "NO_ROUTE")
    #expect(sequencer.confirmed(1, multiple: false).map(Settled.init) == [Settled(1, .confirmed)])
  }

  @Test func `when the channel goes the open ones are unknown and numbers start anew`() {
    var sequencer = sequencer(3)
    _ = sequencer.confirmed(1, multiple: false)
    sequencer.returned(.init(exchange: "e", routingKey: "k", messageID: "3"), code: 312, text: "NO_ROUTE")
    #expect(
      sequencer.abandoned("gone").map(Settled.init) == [
        Settled(2, .unknown("gone")), Settled(3, .returned(code: 312, text: "NO_ROUTE")),
      ])
    #expect(sequencer.isEmpty)
    sequencer.published(9, mandatory: nil)
    #expect(sequencer.confirmed(1, multiple: false).map(Settled.init) == [Settled(9, .confirmed)])
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `agrees with a plain dictionary over random conversations`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var sequencer = Sequencer()
    var oracle: [UInt64: Int] = [:]
    var last: UInt64 = 0
    for step in 0..<5_000 {
      if oracle.count < 300, Bool.random(using: &random) {
        last += 1
        oracle[last] = step
        sequencer.published(step, mandatory: nil)
        continue
      }
      let number = UInt64.random(in: (last > 320 ? last - 320 : 0)...(last + 2), using: &random)
      let multiple = Int.random(in: 0..<8, using: &random) == 0
      let isRefusal = Bool.random(using: &random)
      let hit = oracle.keys.filter { multiple ? (number == 0 || $0 <= number) : $0 == number }.sorted()
      let expected = hit.compactMap { key in oracle[key].map { Settled($0, isRefusal ? .refused : .confirmed) } }
      for key in hit { oracle[key] = nil }
      let settled = isRefusal ? sequencer.refused(number, multiple: multiple) : sequencer.confirmed(number, multiple: multiple)
      #expect(settled.map(Settled.init) == expected)
      #expect(sequencer.count == oracle.count)
    }
  }
}
