internal import CAMQP

/// The operator's look into the queue `mortas`: what each message was put there for. Drives librabbitmq directly,
/// beside MessagingKit and not through it.
///
/// Used by one task at a time; every request is bounded to 30 s.
package final class DeadLetterBox {
  package struct Letter: Sendable, Hashable {
    package let headers: [String: String]
    package let routingKey: String
    package let messageID: String?
    package let body: [UInt8]
    package var reason: String? { headers["motivo"] }
  }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let state: amqp_connection_state_t
  private static let channel: amqp_channel_t = 1

  package init(port: Int) throws {
    guard let state = amqp_new_connection(), let socket = amqp_tcp_socket_new(state) else {
      throw Failure(description: "no memory")
    }
    self.state = state
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    amqp_set_rpc_timeout(state, &limit)
    amqp_set_handshake_timeout(state, &limit)
    guard amqp_socket_open_noblock(socket, "127.0.0.1", Int32(port), &limit) == AMQP_STATUS_OK.rawValue else {
      throw Failure(description: "no broker on port \(port)")
    }
    var none = amqp_empty_table
    try check("login", camqp_login_plain(state, "leilao", 2_047, 131_072, 0, &none, "operador", "operador"))
    amqp_channel_open(state, Self.channel)
    try check("channel.open", amqp_get_rpc_reply(state))
  }

  deinit { amqp_destroy_connection(state) }

  /// Takes the oldest letter for good; nil when there is none.
  package func take() throws -> Letter? {
    let reply = "mortas".withCString { amqp_basic_get(state, Self.channel, amqp_cstring_bytes($0), 1) }
    try check("basic.get", reply)
    guard reply.reply.id == AMQP_BASIC_GET_OK_METHOD else { return nil }
    let found = reply.reply.decoded?.assumingMemoryBound(to: amqp_basic_get_ok_t.self).pointee
    let key = found.map { Self.text($0.routing_key) } ?? ""
    var message = amqp_message_t()
    try check("message", amqp_read_message(state, Self.channel, &message, 0))
    defer { amqp_destroy_message(&message) }
    let body = UnsafeRawBufferPointer(start: message.body.bytes, count: message.body.len).map { $0 }
    var headers: [String: String] = [:]
    let table = message.properties.headers
    for i in 0..<Int(table.num_entries) {
      guard let entry = table.entries?[i], entry.value.kind == UInt8(AMQP_FIELD_KIND_UTF8.rawValue) else { continue }
      headers[Self.text(entry.key)] = Self.text(entry.value.value.bytes)
    }
    let hasID = message.properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0
    return Letter(
      headers: headers, routingKey: key, messageID: hasID ? Self.text(message.properties.message_id) : nil, body: body)
  }

  private static func text(_ bytes: amqp_bytes_t) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }

  private func check(_ what: String, _ reply: amqp_rpc_reply_t) throws {
    switch reply.reply_type {
    case AMQP_RESPONSE_NORMAL: return
    case AMQP_RESPONSE_SERVER_EXCEPTION: throw Failure(description: "\(what): the broker refused (method \(reply.reply.id))")
    default: throw Failure(description: "\(what): \(reply.library_error)")
    }
  }
}
