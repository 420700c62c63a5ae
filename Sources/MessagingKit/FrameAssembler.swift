package import SharedKernel

/// Puts messages together from their frames: a method, a header, and as many body frames as the header announced
/// (AMQP 0-9-1 section 4.2.6). Channels may interleave; within one channel nothing may come in between.
///
/// The size is checked when the header comes, before a byte is kept: a longer body is let pass and dropped.
package struct FrameAssembler {
  /// A whole message.
  package struct Message: Hashable {
    package enum Kind: Hashable {
      case delivery(consumer: String, number: UInt64, isRedelivered: Bool)
      case returned(code: Int, text: String)
    }
    package var channel: UInt16
    package var kind: Kind
    package var exchange: String
    package var routingKey: String
    package var properties: MessageProperties
    package var body: [UInt8]
    package var isOversize: Bool
  }

  /// The broker broke the protocol: the connection cannot be trusted any further.
  package struct Violation: Spoken, Hashable {
    package let sentence: Sentence
  }

  private struct Partial {
    var message: Message
    /// Nil until the header has come.
    var missing: UInt64?
  }

  private let maximumBodySize: Int
  private var partials: [UInt16: Partial] = [:]

  package init(maximumBodySize: Int) {
    self.maximumBodySize = maximumBodySize
  }

  /// Takes a frame of a message; other frames are none of its business and give nothing.
  /// - Returns: the message that this frame completed.
  package mutating func take(_ frame: IncomingFrame) throws(Violation) -> Message? {
    switch frame {
    case .deliver(let channel, let consumer, let number, let isRedelivered, let exchange, let routingKey):
      let kind = Message.Kind.delivery(consumer: consumer, number: number, isRedelivered: isRedelivered)
      try begin(channel, kind, exchange, routingKey)
      return nil
    case .returned(let channel, let code, let text, let exchange, let routingKey):
      try begin(channel, .returned(code: code, text: text), exchange, routingKey)
      return nil
    case .header(let channel, let bodySize, let properties):
      guard var partial = partials[channel], partial.missing == nil else {
        throw Violation(
          sentence: Sentence(
            "um content header sem mensagem no canal \(channel)",
            "a content header on channel \(channel) that belongs to no message"))
      }
      partial.message.properties = properties
      partial.message.isOversize = bodySize > UInt64(maximumBodySize)
      partial.missing = bodySize
      return finish(channel, partial)
    case .body(let channel, let fragment):
      guard var partial = partials[channel], let missing = partial.missing else {
        throw Violation(
          sentence: Sentence(
            "um corpo sem mensagem no canal \(channel)", "a body frame on channel \(channel) that belongs to no message"))
      }
      guard fragment.count <= missing else {
        throw Violation(
          sentence: Sentence(
            "um corpo maior que o anunciado no canal \(channel)",
            "a body on channel \(channel) that is longer than its header said"))
      }
      partials[channel] = nil  // so that the body is appended to in place, without a copy
      if !partial.message.isOversize {
        if partial.message.body.isEmpty { partial.message.body = fragment } else { partial.message.body += fragment }
      }
      partial.missing = missing - UInt64(fragment.count)
      return finish(channel, partial)
    case .channelClose(let channel, _, _):
      partials[channel] = nil
      return nil
    case .confirm, .refusal, .cancel, .connectionClose, .blocked, .unblocked, .heartbeat, .other:
      return nil
    }
  }

  private mutating func begin(
    _ channel: UInt16, _ kind: Message.Kind, _ exchange: String, _ routingKey: String
  ) throws(Violation) {
    guard partials[channel] == nil else {
      throw Violation(
        sentence: Sentence(
          "uma mensagem começa dentro de outra no canal \(channel)",
          "a message on channel \(channel) that begins inside another"))
    }
    partials[channel] = Partial(
      message: Message(
        channel: channel, kind: kind, exchange: exchange, routingKey: routingKey, properties: .init(), body: [], isOversize: false
      ))
  }

  private mutating func finish(_ channel: UInt16, _ partial: Partial) -> Message? {
    if partial.missing == 0 {
      partials[channel] = nil
      return partial.message
    }
    partials[channel] = partial
    return nil
  }
}
