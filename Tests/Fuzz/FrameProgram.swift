import MessagingKit
import SharedKernel

/// Frames in any order, as a broker in disorder might send them: each two bytes of the input are one frame, what it is and how
/// large. A message that comes out must be what its header announced, and no more than the bound.
enum FrameProgram {
  private static let bound = 600

  static func check(_ input: [UInt8]) throws(BrokenProperty) {
    var assembler = FrameAssembler(maximumBodySize: bound)
    // What each channel was promised, and what has come of it.
    var announced: [UInt16: (size: UInt64, count: UInt64)] = [:]
    for place in stride(from: 0, to: input.count - 1, by: 2) {
      let (what, size) = (input[place], input[place + 1])
      let channel = UInt16(what >> 6)
      let frame = frame(what & 0x0f, channel, size, place)
      switch frame {
      case .header(_, let size, _): announced[channel] = (size, 0)
      case .body(_, let bytes): announced[channel]?.count += UInt64(bytes.count)
      default: break
      }
      let message: FrameAssembler.Message?
      do throws(FrameAssembler.Violation) {
        message = try assembler.take(frame)
      } catch {
        // The connection is given up.
        try requireFit(error.sentence.portuguese + error.sentence.english, most: 300)
        return
      }
      guard let message else { continue }
      guard let (size, count) = announced[message.channel] else { throw BrokenProperty("a message without a header") }
      try require(count == size, "a message of \(count) bytes for \(size)")
      try require(message.isOversize == (size > UInt64(bound)), "oversize is told wrongly at \(size)")
      try require(message.body.count == (message.isOversize ? 0 : Int(size)), "\(message.body.count) bytes kept of \(size)")
    }
  }

  private static func frame(_ what: UInt8, _ channel: UInt16, _ size: UInt8, _ place: Int) -> IncomingFrame {
    switch what {
    case 0:
      .deliver(
        channel: channel, consumer: "c", number: UInt64(place), isRedelivered: size & 1 == 1, exchange: "lances", routingKey: "k")
    case 1: .returned(channel: channel, code: Int(size), text: "t", exchange: "lances", routingKey: "k")
    case 2: .header(channel: channel, bodySize: UInt64(size), properties: .init())
    case 3: .header(channel: channel, bodySize: UInt64(size) << 4, properties: .init())
    case 4: .header(channel: channel, bodySize: .max - UInt64(size), properties: .init())
    case 5: .body(channel: channel, [UInt8](repeating: 1, count: Int(size)))
    case 6: .body(channel: channel, [UInt8](repeating: 2, count: Int(size) << 4))
    case 7: .channelClose(channel: channel, code: Int(size), text: "t")
    case 8: .confirm(channel: channel, number: UInt64(size), multiple: true)
    case 9: .refusal(channel: channel, number: UInt64(size), multiple: false)
    case 10: .cancel(channel: channel, consumer: "c")
    case 11: .connectionClose(code: Int(size), text: "t")
    case 12: .blocked("b")
    case 13: .unblocked
    case 14: .heartbeat
    default: .other(channel: channel, method: UInt32(size))
    }
  }
}
