internal import CAMQP

/// What somebody tries who wants more of the broker than is his.
extension BrokerProbe {
  /// What became of a published message.
  package enum Fate: Hashable, Sendable {
    /// The broker has it, in this many queues or more: at least one.
    case routed
    /// No queue takes it.
    case unroutable
    /// A full queue declined it.
    case declined
  }

  /// Opens so many channels beside the one that it uses.
  package func openChannels(_ count: Int) throws {
    for number in 0..<count {
      amqp_channel_open(state, channel + 1 + amqp_channel_t(number))
      try check("channel.open", amqp_get_rpc_reply(state))
    }
  }

  /// Declares a queue that the broker names.
  package func declareUnnamedQueue(isDurable: Bool = false, isExclusive: Bool, arguments: [(String, Value)] = []) throws -> String
  {
    var name: String?
    withTable(arguments) { table in
      let answer = amqp_queue_declare(state, channel, amqp_empty_bytes, 0, isDurable ? 1 : 0, isExclusive ? 1 : 0, 0, table)
      name = answer.map {
        String(decoding: UnsafeRawBufferPointer(start: $0.pointee.queue.bytes, count: $0.pointee.queue.len), as: UTF8.self)
      }
    }
    try check("queue.declare", amqp_get_rpc_reply(state))
    guard let name else { throw Failed(description: "queue.declare: no name") }
    return name
  }

  /// Leads what an exchange takes with that key into another exchange.
  package func bindExchange(_ destination: String, to source: String, key: String) throws {
    with(destination, source) { destination, source in
      with(key, "") { key, _ in _ = amqp_exchange_bind(state, channel, destination, source, key, amqp_empty_table) }
    }
    try check("exchange.bind", amqp_get_rpc_reply(state))
  }

  package func deleteExchange(_ name: String) throws {
    with(name, "") { name, _ in _ = amqp_exchange_delete(state, channel, name, 0) }
    try check("exchange.delete", amqp_get_rpc_reply(state))
  }

  package func purgeQueue(_ name: String) throws {
    with(name, "") { queue, _ in _ = amqp_queue_purge(state, channel, queue) }
    try check("queue.purge", amqp_get_rpc_reply(state))
  }

  /// Takes one message for good and throws it away; false when there is none.
  package func takeOne(_ queue: String) throws -> Bool {
    var reply = amqp_rpc_reply_t()
    with(queue, "") { queue, _ in reply = amqp_basic_get(state, channel, queue, 1) }
    try check("basic.get", reply)
    guard reply.reply.id == AMQP_BASIC_GET_OK_METHOD else { return false }
    var message = amqp_message_t()
    try check("message", amqp_read_message(state, channel, &message, 0))
    amqp_destroy_message(&message)
    return true
  }

  package func consume(_ queue: String) throws {
    with(queue, "") { queue, _ in
      _ = amqp_basic_consume(state, channel, queue, amqp_empty_bytes, 0, 0, 0, amqp_empty_table)
    }
    try check("basic.consume", amqp_get_rpc_reply(state))
  }

  /// Publishes on a channel with confirms and waits for what became of the message.
  package func publishConfirmed(
    exchange: String = "", key: String, body: [UInt8] = Array("x".utf8), headers: [(String, Value)] = [],
    replyTo: String? = nil, userID: String? = nil, messageID: String? = nil
  ) throws -> Fate {
    amqp_confirm_select(state, channel)
    try check("confirm.select", amqp_get_rpc_reply(state))
    try publish(
      exchange: exchange, key: key, body: body, headers: headers, replyTo: replyTo, userID: userID, messageID: messageID,
      isMandatory: true)
    var fate = Fate.routed
    while true {
      var frame = amqp_frame_t()
      var limit = timeval(tv_sec: 30, tv_usec: 0)
      let status = amqp_simple_wait_frame_noblock(state, &frame, &limit)
      guard status == AMQP_STATUS_OK.rawValue else { throw Failed(description: "basic.publish: \(status)") }
      guard Int32(frame.frame_type) == AMQP_FRAME_METHOD else { continue }
      switch frame.payload.method.id {
      case AMQP_BASIC_RETURN_METHOD: fate = .unroutable
      case AMQP_BASIC_ACK_METHOD: return fate
      case AMQP_BASIC_NACK_METHOD: return .declined
      case AMQP_CHANNEL_CLOSE_METHOD, AMQP_CONNECTION_CLOSE_METHOD: throw refusal("basic.publish", frame.payload.method)
      default: continue
      }
    }
  }
}
