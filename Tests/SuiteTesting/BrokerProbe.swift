internal import CAMQP

/// The other side of a test: declares queues, counts, and sends what `MessagingKit` itself never would. Drives
/// librabbitmq directly, on the caller's thread, with one channel and every request bounded to 30 s.
///
/// One probe belongs to one test and is used by one task at a time.
package final class BrokerProbe {
  let state: amqp_connection_state_t
  private(set) var channel: amqp_channel_t = 1

  package struct Failed: Error, CustomStringConvertible {
    package let description: String
    /// What the broker closed the channel or the connection with (AMQP reply code), if it was the broker.
    package var code: Int?
  }

  /// A value of a header or of a queue's arguments.
  package indirect enum Value: Sendable {
    case text(String)
    case number(Int64)
    case flag(Bool)
    case void
    case table([(String, Value)])
    /// An array in an array in an array…, this many times.
    case nested(Int)
    /// An array of texts.
    case texts([String])
  }

  package init(port: Int, user: String = "test", password: String = "test", virtualHost: String = "test") throws {
    guard let state = amqp_new_connection(), let socket = amqp_tcp_socket_new(state) else {
      throw Failed(description: "no memory")
    }
    self.state = state
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    amqp_set_rpc_timeout(state, &limit)
    amqp_set_handshake_timeout(state, &limit)
    guard amqp_socket_open_noblock(socket, "127.0.0.1", Int32(port), &limit) == AMQP_STATUS_OK.rawValue else {
      throw Failed(description: "no broker on port \(port)")
    }
    var none = amqp_empty_table
    try check("login", camqp_login_plain(state, virtualHost, 2_047, 131_072, 0, &none, user, password))
    amqp_channel_open(state, channel)
    try check("channel.open", amqp_get_rpc_reply(state))
  }

  deinit { amqp_destroy_connection(state) }

  package func declareExchange(_ name: String, type: String = "topic") throws {
    with(name, type) { amqp_exchange_declare(state, channel, $0, $1, 0, 1, 0, 0, amqp_empty_table) }
    try check("exchange.declare \(name)", amqp_get_rpc_reply(state))
  }

  package func declareQueue(_ name: String, isDurable: Bool = true, arguments: [(String, Value)] = []) throws {
    withTable(arguments) { table in
      with(name, "") { queue, _ in _ = amqp_queue_declare(state, channel, queue, 0, isDurable ? 1 : 0, 0, 0, table) }
    }
    try check("queue.declare \(name)", amqp_get_rpc_reply(state))
  }

  package func bind(_ queue: String, exchange: String, key: String) throws {
    with(queue, exchange) { queue, exchange in
      with(key, "") { key, _ in _ = amqp_queue_bind(state, channel, queue, exchange, key, amqp_empty_table) }
    }
    try check("queue.bind", amqp_get_rpc_reply(state))
  }

  package func deleteQueue(_ name: String) throws {
    with(name, "") { queue, _ in _ = amqp_queue_delete(state, channel, queue, 0, 0) }
    try check("queue.delete \(name)", amqp_get_rpc_reply(state))
  }

  /// How many messages are ready in a queue: those that nobody holds.
  package func readyCount(_ name: String) throws -> Int {
    var count = 0
    with(name, "") { queue, _ in
      count = Int(amqp_queue_declare(state, channel, queue, 1, 0, 0, 0, amqp_empty_table)?.pointee.message_count ?? 0)
    }
    try check("queue.declare \(name)", amqp_get_rpc_reply(state))
    return count
  }

  /// Publishes without waiting for anything; the broker has the message when the next request has been answered.
  package func publish(
    exchange: String = "", key: String, body: [UInt8], headers: [(String, Value)] = [], replyTo: String? = nil,
    userID: String? = nil, messageID: String? = nil, isMandatory: Bool = false
  ) throws {
    var status: Int32 = -1
    withTable(headers) { table in
      with(exchange, key) { exchange, key in
        with(replyTo ?? "", userID ?? "", messageID ?? "") { replyTo, userID, messageID in
          var properties = amqp_basic_properties_t()
          properties._flags = amqp_flags_t(AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG)
          if replyTo.len > 0 { properties._flags |= amqp_flags_t(AMQP_BASIC_REPLY_TO_FLAG) }
          if userID.len > 0 { properties._flags |= amqp_flags_t(AMQP_BASIC_USER_ID_FLAG) }
          if messageID.len > 0 { properties._flags |= amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) }
          properties.headers = table
          properties.delivery_mode = 2
          properties.reply_to = replyTo
          properties.user_id = userID
          properties.message_id = messageID
          status = body.withUnsafeBytes {
            let bytes = amqp_bytes_t(len: $0.count, bytes: UnsafeMutableRawPointer(mutating: $0.baseAddress))
            return amqp_basic_publish(state, channel, exchange, key, isMandatory ? 1 : 0, 0, &properties, bytes)
          }
        }
      }
    }
    guard status == AMQP_STATUS_OK.rawValue else { throw Failed(description: "publish: \(status)") }
  }

  // MARK: - C values

  func with(_ a: String, _ b: String, _ body: (amqp_bytes_t, amqp_bytes_t) -> Void) {
    a.withCString { a in b.withCString { b in body(amqp_cstring_bytes(a), amqp_cstring_bytes(b)) } }
  }

  func with(_ a: String, _ b: String, _ c: String, _ body: (amqp_bytes_t, amqp_bytes_t, amqp_bytes_t) -> Void) {
    with(a, b) { a, b in c.withCString { body(a, b, amqp_cstring_bytes($0)) } }
  }

  /// Makes a table in a pool of librabbitmq's, which outlives the call.
  func withTable(_ entries: [(String, Value)], _ body: (amqp_table_t) -> Void) {
    var pool = amqp_pool_t()
    init_amqp_pool(&pool, 4_096)
    defer { empty_amqp_pool(&pool) }
    body(Self.table(entries, &pool))
  }

  private static func table(_ entries: [(String, Value)], _ pool: inout amqp_pool_t) -> amqp_table_t {
    let size = max(entries.count, 1) * MemoryLayout<amqp_table_entry_t>.stride
    guard let memory = amqp_pool_alloc(&pool, size) else { return amqp_empty_table }
    let cells = memory.bindMemory(to: amqp_table_entry_t.self, capacity: max(entries.count, 1))
    for (index, (name, value)) in entries.enumerated() {
      cells[index] = amqp_table_entry_t(key: bytes(name, &pool), value: field(value, &pool))
    }
    return amqp_table_t(num_entries: Int32(entries.count), entries: cells)
  }

  private static func field(_ value: Value, _ pool: inout amqp_pool_t) -> amqp_field_value_t {
    func kind(_ kind: amqp_field_value_kind_t) -> UInt8 { UInt8(kind.rawValue) }
    switch value {
    case .text(let text): return .init(kind: kind(AMQP_FIELD_KIND_UTF8), value: .init(bytes: bytes(text, &pool)))
    case .number(let number): return .init(kind: kind(AMQP_FIELD_KIND_I64), value: .init(i64: number))
    case .flag(let flag): return .init(kind: kind(AMQP_FIELD_KIND_BOOLEAN), value: .init(boolean: flag ? 1 : 0))
    case .void: return .init(kind: kind(AMQP_FIELD_KIND_VOID), value: .init(i64: 0))
    case .table(let entries): return .init(kind: kind(AMQP_FIELD_KIND_TABLE), value: .init(table: table(entries, &pool)))
    case .texts(let texts):
      guard let memory = amqp_pool_alloc(&pool, max(texts.count, 1) * MemoryLayout<amqp_field_value_t>.stride) else { break }
      let cells = memory.bindMemory(to: amqp_field_value_t.self, capacity: max(texts.count, 1))
      for (index, text) in texts.enumerated() { cells[index] = field(.text(text), &pool) }
      return .init(
        kind: kind(AMQP_FIELD_KIND_ARRAY), value: .init(array: amqp_array_t(num_entries: Int32(texts.count), entries: cells)))
    case .nested(let depth):
      var value = field(.void, &pool)
      for _ in 0..<depth {
        guard let memory = amqp_pool_alloc(&pool, MemoryLayout<amqp_field_value_t>.stride) else { break }
        let cell = memory.bindMemory(to: amqp_field_value_t.self, capacity: 1)
        cell.pointee = value
        value = .init(kind: kind(AMQP_FIELD_KIND_ARRAY), value: .init(array: amqp_array_t(num_entries: 1, entries: cell)))
      }
      return value
    }
    return .init(kind: kind(AMQP_FIELD_KIND_VOID), value: .init(i64: 0))
  }

  private static func bytes(_ text: String, _ pool: inout amqp_pool_t) -> amqp_bytes_t {
    var text = text
    return text.withUTF8 { utf8 in
      guard !utf8.isEmpty, let memory = amqp_pool_alloc(&pool, utf8.count) else { return amqp_empty_bytes }
      UnsafeMutableRawBufferPointer(start: memory, count: utf8.count).copyMemory(from: UnsafeRawBufferPointer(utf8))
      return amqp_bytes_t(len: utf8.count, bytes: memory)
    }
  }

  func check(_ what: String, _ reply: amqp_rpc_reply_t) throws {
    switch reply.reply_type {
    case AMQP_RESPONSE_NORMAL: return
    case AMQP_RESPONSE_SERVER_EXCEPTION: throw refusal(what, reply.reply)
    default: throw Failed(description: "\(what): \(reply.library_error)")
    }
  }

  /// Why the broker closed the channel or the connection. After a closed channel there is a new one.
  func refusal(_ what: String, _ method: amqp_method_t) -> Failed {
    switch method.id {
    case AMQP_CHANNEL_CLOSE_METHOD:
      guard let close = method.decoded?.load(as: amqp_channel_close_t.self) else { break }
      let failed = Failed(description: "\(what): \(Self.text(close.reply_text))", code: Int(close.reply_code))
      var accepted = amqp_channel_close_ok_t()
      amqp_send_method(state, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &accepted)
      channel += 1
      amqp_channel_open(state, channel)
      return failed
    case AMQP_CONNECTION_CLOSE_METHOD:
      guard let close = method.decoded?.load(as: amqp_connection_close_t.self) else { break }
      return Failed(description: "\(what): \(Self.text(close.reply_text))", code: Int(close.reply_code))
    default: break
    }
    return Failed(description: "\(what): method \(method.id)")
  }

  private static func text(_ bytes: amqp_bytes_t) -> String {
    String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }
}
