/// What the broker can send, copied out of librabbitmq's memory.
package enum IncomingFrame: Hashable {
  case deliver(channel: UInt16, consumer: String, number: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
  case returned(channel: UInt16, code: Int, text: String, exchange: String, routingKey: String)
  case header(channel: UInt16, bodySize: UInt64, properties: MessageProperties)
  case body(channel: UInt16, [UInt8])
  case confirm(channel: UInt16, number: UInt64, multiple: Bool)
  case refusal(channel: UInt16, number: UInt64, multiple: Bool)
  case cancel(channel: UInt16, consumer: String)
  case channelClose(channel: UInt16, code: Int, text: String)
  case connectionClose(code: Int, text: String)
  case blocked(String)
  case unblocked
  case heartbeat
  /// A frame that nobody asked for.
  case other(channel: UInt16, method: UInt32)
}
