internal import CAMQP
internal import Glibc
import SharedKernel

extension Link {
  /// The next frame that has arrived, or nil if none has; keeps the heartbeat going both ways.
  ///
  /// Frames are read one by one and never as messages: librabbitmq's own `amqp_consume_message` fails for ever on a
  /// message whose header table has an empty key, which anybody may send.
  func nextFrame() throws(LinkFailure) -> IncomingFrame? {
    var frame = amqp_frame_t()
    var noWait = timeval()
    let status = amqp_simple_wait_frame_noblock(state, &frame, &noWait)
    if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
    try check(status)
    // Everything is copied out before the library gets its memory back; without this it would grow for ever.
    defer { amqp_maybe_release_buffers_on_channel(state, frame.channel) }
    return Self.copy(frame, readsHeaders: options.readsHeaders)
  }

  private static func copy(_ frame: amqp_frame_t, readsHeaders: Bool) -> IncomingFrame {
    switch Int32(frame.frame_type) {
    case AMQP_FRAME_METHOD:
      return method(frame.payload.method, channel: frame.channel)
    case AMQP_FRAME_HEADER where frame.payload.properties.class_id == UInt16(AMQP_BASIC_CLASS):
      return .header(
        channel: frame.channel, bodySize: frame.payload.properties.body_size,
        properties: properties(frame.payload.properties.decoded, readsHeaders: readsHeaders))
    case AMQP_FRAME_BODY:
      return .body(channel: frame.channel, Array(UnsafeRawBufferPointer(frame.payload.body_fragment)))
    case AMQP_FRAME_HEARTBEAT:
      return .heartbeat
    default:
      return .other(channel: frame.channel, method: 0)
    }
  }

  private static func method(_ method: amqp_method_t, channel: UInt16) -> IncomingFrame {
    guard let decoded = method.decoded else { return .other(channel: channel, method: method.id) }
    func fields<T>(_ type: T.Type) -> T { decoded.load(as: type) }

    switch method.id {
    case AMQP_BASIC_DELIVER_METHOD:
      let deliver = fields(amqp_basic_deliver_t.self)
      return .deliver(
        channel: channel, consumer: String(decodingBytes: deliver.consumer_tag), number: deliver.delivery_tag,
        isRedelivered: deliver.redelivered != 0, exchange: String(decodingBytes: deliver.exchange),
        routingKey: String(decodingBytes: deliver.routing_key))
    case AMQP_BASIC_RETURN_METHOD:
      let returned = fields(amqp_basic_return_t.self)
      return .returned(
        channel: channel, code: Int(returned.reply_code), text: String(decodingBytes: returned.reply_text),
        exchange: String(decodingBytes: returned.exchange), routingKey: String(decodingBytes: returned.routing_key))
    case AMQP_BASIC_ACK_METHOD:
      let ack = fields(amqp_basic_ack_t.self)
      return .confirm(channel: channel, number: ack.delivery_tag, multiple: ack.multiple != 0)
    case AMQP_BASIC_NACK_METHOD:
      let nack = fields(amqp_basic_nack_t.self)
      return .refusal(channel: channel, number: nack.delivery_tag, multiple: nack.multiple != 0)
    case AMQP_BASIC_CANCEL_METHOD:
      return .cancel(channel: channel, consumer: String(decodingBytes: fields(amqp_basic_cancel_t.self).consumer_tag))
    case AMQP_CHANNEL_CLOSE_METHOD:
      let close = fields(amqp_channel_close_t.self)
      return .channelClose(channel: channel, code: Int(close.reply_code), text: String(decodingBytes: close.reply_text))
    case AMQP_CONNECTION_CLOSE_METHOD:
      let close = fields(amqp_connection_close_t.self)
      return .connectionClose(code: Int(close.reply_code), text: String(decodingBytes: close.reply_text))
    case AMQP_CONNECTION_BLOCKED_METHOD:
      return .blocked(String(decodingBytes: fields(amqp_connection_blocked_t.self).reason))
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      return .unblocked
    default:
      return .other(channel: channel, method: method.id)
    }
  }

  private static func properties(_ decoded: UnsafeMutableRawPointer?, readsHeaders: Bool) -> MessageProperties {
    guard let basic = decoded?.load(as: amqp_basic_properties_t.self) else { return MessageProperties() }
    func text(_ bytes: amqp_bytes_t, _ flag: Int32) -> String? {
      basic._flags & amqp_flags_t(flag) == 0 ? nil : String(validating: UnsafeRawBufferPointer(bytes), as: UTF8.self)
    }
    return MessageProperties(
      contentType: text(basic.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG),
      messageID: text(basic.message_id, AMQP_BASIC_MESSAGE_ID_FLAG),
      correlationID: text(basic.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG),
      replyTo: text(basic.reply_to, AMQP_BASIC_REPLY_TO_FLAG),
      userID: text(basic.user_id, AMQP_BASIC_USER_ID_FLAG),
      isPersistent: basic._flags & amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0
        && basic.delivery_mode == UInt8(AMQP_DELIVERY_PERSISTENT.rawValue),
      headers: readsHeaders && basic._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 ? texts(basic.headers) : [:])
  }

  /// The entries that are texts; the first one of a name.
  private static func texts(_ table: amqp_table_t) -> [String: String] {
    let entries = UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries))
    let texts = entries.compactMap { entry -> (String, String)? in
      guard entry.value.kind == UInt8(AMQP_FIELD_KIND_UTF8.rawValue) else { return nil }
      return (String(decodingBytes: entry.key), String(decodingBytes: entry.value.value.bytes))
    }
    return Dictionary(texts) { first, _ in first }
  }
}

// MARK: - Failures

extension Link {
  /// Answers the broker's `channel.close`, after which the number can be opened anew.
  func acceptChannelClose(_ channel: UInt16) throws(LinkFailure) {
    var closeOK = amqp_channel_close_ok_t()
    try check(amqp_send_method(state, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &closeOK))
  }

  /// Answers the broker's `connection.close`, as far as that still works.
  func acceptConnectionClose() {
    var closeOK = amqp_connection_close_ok_t()
    _ = amqp_send_method(state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &closeOK)
  }

  func check(_ status: Int32) throws(LinkFailure) {
    guard status == AMQP_STATUS_OK.rawValue else { throw .lost(Self.text(status)) }
  }

  func check(_ reply: amqp_rpc_reply_t) throws(LinkFailure) {
    switch reply.reply_type {
    case AMQP_RESPONSE_NORMAL:
      return
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      throw .lost(Self.text(reply.library_error))
    case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD:
      guard let close = reply.reply.decoded?.load(as: amqp_channel_close_t.self) else {
        throw .lost("um channel.close quebrado", "a broken channel.close")
      }
      throw .channelClosed(code: Int(close.reply_code), text: String(decodingBytes: close.reply_text))
    case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD:
      guard let close = reply.reply.decoded?.load(as: amqp_connection_close_t.self) else {
        throw .lost("um connection.close quebrado", "a broken connection.close")
      }
      let failure = LinkFailure.closedByBroker(code: Int(close.reply_code), text: String(decodingBytes: close.reply_text))
      acceptConnectionClose()
      throw failure
    default:
      throw .lost("a conexão terminou sem resposta", "the connection ended without an answer")
    }
  }

  /// In English the library's own words, where they say anything.
  static func text(_ status: Int32) -> Sentence {
    let code = amqp_status_enum(rawValue: status)
    if [AMQP_STATUS_SOCKET_ERROR, AMQP_STATUS_TCP_ERROR].contains(code) {
      return Sentence(
        "erro de rede (ninguém atende, ou a conexão caiu)", "network error (nobody answers, or the connection broke)")
    }
    let english = amqp_error_string2(status).map { String(cString: $0) } ?? "error \(status)"
    let portuguese =
      switch code {
      case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED: "o nome do host não tem endereço"
      case AMQP_STATUS_CONNECTION_CLOSED, AMQP_STATUS_SOCKET_CLOSED: "o outro lado fechou a conexão"
      case AMQP_STATUS_TIMEOUT: "não houve resposta a tempo"
      case AMQP_STATUS_HEARTBEAT_TIMEOUT: "o broker deixou de dar sinal de vida (heartbeat)"
      case AMQP_STATUS_NO_MEMORY: "falta memória"
      case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
        AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION, AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_UNEXPECTED_STATE:
        "o outro lado não fala AMQP 0-9-1 como se espera (\(status))"
      case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD: "o broker não aceita este modo de login"
      case AMQP_STATUS_SSL_ERROR: "erro de TLS"
      case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED: "o certificado do broker é de outro host"
      case AMQP_STATUS_SSL_PEER_VERIFY_FAILED: "o certificado do broker não é de uma autoridade conhecida"
      case AMQP_STATUS_SSL_CONNECTION_FAILED: "a conexão TLS falhou"
      default: "erro \(status) da librabbitmq"
      }
    return Sentence(portuguese, english)
  }
}

// MARK: - C values

extension amqp_bytes_t {
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.init(UnsafeRawBufferPointer(bytes))
  }

  init(_ text: StaticString) {
    self.init(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

extension UnsafeRawBufferPointer {
  init(_ bytes: amqp_bytes_t) {
    self.init(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len)
  }
}

extension String {
  /// Copies; what is no UTF-8 is repaired, so that it equals no name of ours.
  init(decodingBytes bytes: amqp_bytes_t) {
    self.init(decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self)
  }
}

extension timeval {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(tv_sec: Int(max(seconds, 0)), tv_usec: Int(max(attoseconds, 0) / 1_000_000_000_000))
  }
}
