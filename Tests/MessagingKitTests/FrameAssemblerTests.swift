import SuiteTesting
import Testing

@testable import MessagingKit

@Suite struct FrameAssemblerTests {
  func deliver(_ channel: UInt16 = 3, number: UInt64 = 1) -> IncomingFrame {
    .deliver(channel: channel, consumer: "c", number: number, isRedelivered: true, exchange: "e", routingKey: "k")
  }
  func header(_ channel: UInt16 = 3, _ size: UInt64) -> IncomingFrame {
    .header(channel: channel, bodySize: size, properties: MessageProperties(messageID: "m"))
  }
  func message(_ channel: UInt16 = 3, number: UInt64 = 1, _ body: [UInt8], isOversize: Bool = false) -> FrameAssembler.Message {
    FrameAssembler.Message(
      channel: channel, kind: .delivery(consumer: "c", number: number, isRedelivered: true), exchange: "e", routingKey: "k",
      properties: MessageProperties(messageID: "m"), body: body, isOversize: isOversize)
  }

  @Test func `method, header and body make a message`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    #expect(try assembler.take(deliver()) == nil)
    #expect(try assembler.take(header(3, 5)) == nil)
    #expect(try assembler.take(.body(channel: 3, [1, 2])) == nil)
    #expect(try assembler.take(.body(channel: 3, [3, 4, 5])) == message(3, [1, 2, 3, 4, 5]))
    #expect(try assembler.take(deliver(number: 2)) == nil)
  }

  @Test func `an empty body ends with its header`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(deliver())
    #expect(try assembler.take(header(3, 0)) == message(3, []))
  }

  @Test func `a returned message is put together like a delivered one`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(.returned(channel: 1, code: 312, text: "NO_ROUTE", exchange: "e", routingKey: "k"))
    _ = try assembler.take(header(1, 1))
    let returned = try assembler.take(.body(channel: 1, [7]))
    #expect(returned?.kind == .returned(code: 312, text: "NO_ROUTE"))
    #expect(returned?.body == [7])
  }

  @Test func `channels interleave`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(deliver(3))
    _ = try assembler.take(deliver(4, number: 9))
    _ = try assembler.take(header(4, 1))
    _ = try assembler.take(header(3, 2))
    _ = try assembler.take(.body(channel: 3, [1]))
    #expect(try assembler.take(.body(channel: 4, [9])) == message(4, number: 9, [9]))
    #expect(try assembler.take(.body(channel: 3, [2])) == message(3, [1, 2]))
  }

  @Test func `other frames may come in between`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(deliver())
    for frame in [IncomingFrame.heartbeat, .unblocked, .blocked("low"), .confirm(channel: 1, number: 1, multiple: false)] {
      #expect(try assembler.take(frame) == nil)
    }
    #expect(try assembler.take(header(3, 0)) == message(3, []))
  }

  @Test(arguments: [(10, false), (11, true), (UInt64.max, true)] as [(UInt64, Bool)])
  func `the size is judged before a byte is kept`(size: UInt64, isOversize: Bool) throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(deliver())
    #expect(try assembler.take(header(3, size)) == nil)
    let done = try assembler.take(.body(channel: 3, Array(repeating: 1, count: 10)))
    #expect((done == nil) == isOversize)
  }

  @Test func `an oversize body is let pass and comes without bytes`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(deliver())
    _ = try assembler.take(header(3, 12))
    #expect(try assembler.take(.body(channel: 3, Array(repeating: 1, count: 8))) == nil)
    #expect(try assembler.take(.body(channel: 3, Array(repeating: 1, count: 4))) == message(3, [], isOversize: true))
    _ = try assembler.take(deliver(number: 2))
    _ = try assembler.take(header(3, 1))
    #expect(try assembler.take(.body(channel: 3, [5])) == message(3, number: 2, [5]))
  }

  @Test func `a closed channel takes its half message with it`() throws {
    var assembler = FrameAssembler(maximumBodySize: 10)
    _ = try assembler.take(deliver(1))
    _ = try assembler.take(.channelClose(channel: 1, code: 404, text: "NOT_FOUND"))
    #expect(try assembler.take(deliver(1)) == nil)
  }

  @Test func `what breaks the protocol is an error, not a crash`() throws {
    let conversations: [[IncomingFrame]] = [
      [header(3, 1)], [.body(channel: 3, [1])], [deliver(), .body(channel: 3, [1])], [deliver(), deliver()],
      [deliver(), header(3, 2), header(3, 2)], [deliver(), header(3, 2), deliver()],
      [deliver(), header(3, 1), .body(channel: 3, [1, 2])],
      [deliver(3), header(4, 1)], [deliver(), header(3, 0), .body(channel: 3, [])],
    ]
    for conversation in conversations {
      var assembler = FrameAssembler(maximumBodySize: 10)
      #expect(throws: FrameAssembler.Violation.self) { for frame in conversation { _ = try assembler.take(frame) } }
    }
  }

  @Test(arguments: [21, 22, 23] as [UInt64])
  func `any fragmentation over any channels gives the same messages`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var assembler = FrameAssembler(maximumBodySize: 600)
    var queues: [UInt16: [IncomingFrame]] = [:]
    var expected: [UInt16: [FrameAssembler.Message]] = [:]
    for channel in UInt16(3)...6 {
      for number in UInt64(1)...40 {
        let body = (0..<Int.random(in: 0...700, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        queues[channel, default: []] += [deliver(channel, number: number), header(channel, UInt64(body.count))]
        var rest = body[...]
        while !rest.isEmpty {
          let fragment = rest.prefix(Int.random(in: 0...200, using: &random))
          queues[channel, default: []].append(.body(channel: channel, Array(fragment)))
          rest = rest.dropFirst(fragment.count)
        }
        let isOversize = body.count > 600
        expected[channel, default: []].append(message(channel, number: number, isOversize ? [] : body, isOversize: isOversize))
      }
    }
    var seen: [UInt16: [FrameAssembler.Message]] = [:]
    while let channel = queues.keys.sorted().randomElement(using: &random) {
      guard let frame = queues[channel]?.first else {
        queues[channel] = nil
        continue
      }
      queues[channel]?.removeFirst()
      if let message = try assembler.take(frame) { seen[channel, default: []].append(message) }
    }
    #expect(seen == expected)
  }
}
