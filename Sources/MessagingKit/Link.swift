internal import CAMQP
internal import Glibc
import SharedKernel

/// One connection of librabbitmq's, from the first packet to the last. It belongs to the thread that made it.
///
/// Every method returns within the connect timeout (times the packets of a request). Pointers into the library's memory
/// never leave this file and `Link+Frames.swift`.
final class Link {
  let state: amqp_connection_state_t
  private(set) var socket: Int32 = -1
  /// What fits into one body frame; known after the login.
  private(set) var bodyFrameSize = 0
  private(set) var heartbeatSeconds = 0
  /// What a broker that is alive does not let pass without a byte; nil: it promised no heartbeats. RabbitMQ sends one in each half
  /// of the interval in which it sent nothing else, so that the whole interval may pass.
  var longestSilence: Duration? { heartbeatSeconds > 0 ? .milliseconds(1_250 * heartbeatSeconds) : nil }
  /// The texts of a publish, one after the other, so that they lie still while C looks at them.
  private var texts: [UInt8] = []

  let options: ConnectionOptions
  /// Why the broker's certificate was not accepted, as OpenSSL numbers it; 0 for no reason.
  private let verification = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

  /// Connects (TCP, and TLS if asked), without a login.
  init(connecting options: ConnectionOptions) throws(LinkFailure) {
    guard let state = amqp_new_connection() else { throw .lost("não há memória para uma conexão", "no memory for a connection") }
    self.state = state
    self.options = options
    verification.initialize(to: 0)
    ERR_clear_error()

    var timeout = timeval(options.connectTimeout)
    amqp_set_handshake_timeout(state, &timeout)
    amqp_set_rpc_timeout(state, &timeout)

    let socket = try makeSocket()
    let status = amqp_socket_open_noblock(socket, options.url.host, Int32(options.url.port), &timeout)
    guard status == AMQP_STATUS_OK.rawValue else { throw .lost(problem(status)) }
    self.socket = amqp_get_sockfd(state)

    // The kernel gives up on a peer that takes nothing for as long as the heartbeat would: librabbitmq 0.11 waits in
    // some places without a limit of its own.
    setOption(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(2_000 * options.heartbeatSeconds))
    // The kernel calls a socket writable when a third of this is free: then a whole message fits, and sending it does
    // not block, even if the peer has stopped reading.
    setOption(SOL_SOCKET, SO_SNDBUF, Int32(clamping: 2 * options.maximumBodySize))
  }

  deinit {
    amqp_destroy_connection(state)
    verification.deallocate()
  }

  /// Why there is no connection.
  private func problem(_ status: Int32) -> Sentence {
    let place = "\(options.url.host):\(options.url.port)"
    if status == AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue {
      return Sentence(
        "o certificado de \(place) não é para '\(options.url.host)' (comparam-se nomes, não endereços IP)",
        "the certificate of \(place) is not for '\(options.url.host)' (names are compared, not IP addresses)")
    }
    if verification.pointee != 0, let reason = X509_verify_cert_error_string(Int(verification.pointee)) {
      let reason = String(cString: reason)
      return Sentence(
        "o certificado de \(place) não foi aceito: \(reason)", "the certificate of \(place) is not accepted: \(reason)")
    }
    if let complaint {
      return complaint.within(
        { "\(place) não completa a negociação TLS: \($0)" }, { "\(place) does not complete the TLS handshake: \($0)" })
    }
    return Self.text(status).within({ "\(place): \($0)" }, { "\(place): \($0)" })
  }

  /// What the other side of TLS did not like, if it said so.
  private var complaint: Sentence? {
    guard options.url.isTLS, let error = camqp_tls_error() else { return nil }
    let text = String(cString: error)
    switch options.tls?.certificateFile {
    case nil where text.contains("certificate required") || text.contains("handshake failure"):
      return Sentence(
        "ele exige um certificado do cliente, e nenhum foi dado (\(text))",
        "it demands a client certificate, and none was given (\(text))")
    // RFC 8446, section 6.2: unknown_ca, and those of one certificate: bad, unsupported, revoked, expired, unknown.
    case .some where text.contains("alert unknown ca") || text.contains("alert") && text.contains("certificate"):
      return Sentence(
        "ele não aceitou o certificado do cliente (\(text))", "it did not accept the client certificate (\(text))")
    default: return Sentence(verbatim: text)
    }
  }

  /// A login that broke off without a word. Since TLS 1.3 a broker reads our certificate after we believe the handshake done:
  /// the link may break before its complaint is read.
  private func suspicion(_ reason: Sentence, _ status: Int32) -> Sentence {
    let breaks = [AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SOCKET_ERROR, AMQP_STATUS_CONNECTION_CLOSED].map(\.rawValue)
    guard options.url.isTLS, breaks.contains(status) else { return reason }
    if options.tls?.certificateFile != nil {
      return reason.within(
        { "\($0); talvez ele não aceite o certificado do cliente" }, { "\($0); it may not accept the client certificate" })
    }
    return reason.within(
      { "\($0); talvez ele exija um certificado do cliente, e nenhum foi dado" },
      { "\($0); it may demand a client certificate, and none was given" })
  }

  private func makeSocket() throws(LinkFailure) -> OpaquePointer {
    guard options.url.isTLS else {
      guard options.tls == nil else {
        throw .misconfigured(
          "opções de TLS com \(options.url): TLS pede um endereço amqps://",
          "TLS options with \(options.url): TLS takes an amqps:// address")
      }
      guard let socket = amqp_tcp_socket_new(state) else {
        throw .lost("não há memória para um socket", "no memory for a socket")
      }
      return socket
    }
    guard let tls = options.tls else {
      throw .misconfigured(
        "\(options.url) precisa de um arquivo de autoridades certificadoras",
        "\(options.url) needs a file of certificate authorities")
    }
    guard let socket = amqp_ssl_socket_new(state) else {
      throw .lost("não há memória para um socket TLS", "no memory for a TLS socket")
    }
    amqp_ssl_socket_set_verify_peer(socket, 1)
    amqp_ssl_socket_set_verify_hostname(socket, 1)
    camqp_note_verification(socket, verification)
    guard amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == AMQP_STATUS_OK.rawValue else {
      throw .misconfigured(
        "esta librabbitmq não aceita ficar em TLS 1.2 ou mais novo", "this librabbitmq cannot be held to TLS 1.2 or later")
    }
    guard amqp_ssl_socket_set_cacert(socket, tls.caFile) == AMQP_STATUS_OK.rawValue else {
      throw .misconfigured(
        "não foi possível ler autoridades certificadoras de \(tls.caFile)",
        "no certificate authorities can be read from \(tls.caFile)")
    }
    if let certificate = tls.certificateFile {
      guard let key = tls.keyFile else {
        throw .misconfigured(
          "o certificado \(certificate) veio sem o arquivo da chave", "the certificate \(certificate) comes without its key file")
      }
      // An encrypted key would ask on the terminal: an empty passphrase makes it fail instead.
      amqp_ssl_socket_set_key_passwd(socket, "")
      guard amqp_ssl_socket_set_key(socket, certificate, key) == AMQP_STATUS_OK.rawValue else {
        throw .misconfigured(
          "\(certificate) e \(key) não são um certificado e a sua chave sem senha",
          "\(certificate) and \(key) are no certificate and its unencrypted key")
      }
    }
    return socket
  }

  private func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    // Better with than without; a kernel that does not know one of these still connects.
    setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Logs in. Without these capabilities the broker never says that a queue was deleted or that it takes no publishes.
  func login() throws(LinkFailure) {
    let yes = amqp_field_value_t(kind: UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue), value: .init(boolean: 1))
    var capabilities = (["consumer_cancel_notify", "connection.blocked", "basic.nack", "publisher_confirms"] as [StaticString])
      .map { amqp_table_entry_t(key: amqp_bytes_t($0), value: yes) }
    let reply = capabilities.withUnsafeMutableBufferPointer { capabilities in
      options.name.withCString { name in
        let capabilities = amqp_table_t(num_entries: Int32(capabilities.count), entries: capabilities.baseAddress)
        var properties = [
          amqp_table_entry_t(
            key: amqp_bytes_t("capabilities"),
            value: .init(kind: UInt8(AMQP_FIELD_KIND_TABLE.rawValue), value: .init(table: capabilities))),
          amqp_table_entry_t(
            key: amqp_bytes_t("connection_name"),
            value: .init(kind: UInt8(AMQP_FIELD_KIND_UTF8.rawValue), value: .init(bytes: amqp_cstring_bytes(name)))),
        ]
        return properties.withUnsafeMutableBufferPointer { properties in
          var table = amqp_table_t(num_entries: Int32(properties.count), entries: properties.baseAddress)
          return login(&table)
        }
      }
    }
    do {
      try check(reply)
    } catch .lost(let reason) {
      throw .lost(
        (complaint ?? suspicion(reason, reply.library_error)).within(
          { "\(options.url) não completa o login: \($0)" }, { "\(options.url) does not complete the login: \($0)" }))
    }
    bodyFrameSize = Int(amqp_get_frame_max(state)) - 8
    heartbeatSeconds = Int(amqp_get_heartbeat(state))
  }

  private func login(_ properties: inout amqp_table_t) -> amqp_rpc_reply_t {
    let (url, heartbeat) = (options.url, Int32(options.heartbeatSeconds))
    if options.tls?.certificateFile != nil {
      // The broker takes the identity from the certificate, but librabbitmq sends no empty one.
      let identity = url.user.isEmpty ? "certificate" : url.user
      return camqp_login_external(
        state, url.virtualHost, Self.maximumChannels, AMQP_DEFAULT_FRAME_SIZE, heartbeat, &properties, identity)
    }
    return camqp_login_plain(
      state, url.virtualHost, Self.maximumChannels, AMQP_DEFAULT_FRAME_SIZE, heartbeat, &properties, url.user, url.password)
  }

  static let maximumChannels = AMQP_DEFAULT_MAX_CHANNELS

  /// The highest channel number that both sides agreed on.
  var lastChannel: UInt16 { UInt16(clamping: amqp_get_channel_max(state)) }

  /// Whether there is something to read, and room for a whole message.
  func poll() -> (readable: Bool, writable: Bool) {
    var watched = pollfd(fd: socket, events: Int16(POLLIN) | Int16(POLLOUT), revents: 0)
    _ = Glibc.poll(&watched, 1, 0)
    // An error or a hang-up is something to read: reading is what finds out.
    return (watched.revents & ~Int16(POLLOUT) != 0, watched.revents & Int16(POLLOUT) != 0)
  }

  /// Says goodbye and waits for the answer, so that the last acknowledgements are surely taken.
  func close(within limit: Duration) {
    var timeout = timeval(limit)
    amqp_set_rpc_timeout(state, &timeout)
    _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
  }
}

// MARK: - Requests

extension Link {
  func openChannel(_ channel: UInt16) throws(LinkFailure) {
    amqp_channel_open(state, channel)
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  func closeChannel(_ channel: UInt16) throws(LinkFailure) {
    try finishRequest(channel, amqp_channel_close(state, channel, AMQP_REPLY_SUCCESS))
  }

  func selectConfirms(_ channel: UInt16) throws(LinkFailure) {
    amqp_confirm_select(state, channel)
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  /// Declares an exclusive queue; the broker names it.
  func declareExclusiveQueue(_ channel: UInt16) throws(LinkFailure) -> String {
    let answer = amqp_queue_declare(state, channel, amqp_empty_bytes, 0, 0, 1, 0, amqp_empty_table)
    let name = answer.map { String(decodingBytes: $0.pointee.queue) }
    try finishRequest(channel, amqp_get_rpc_reply(state))
    guard let name else { throw .lost("o broker não deu nome à fila", "the broker named no queue") }
    return name
  }

  /// Asks whether there is such an exchange. The broker looks at its name alone: neither type nor bindings can be asked for.
  func checkExchange(_ channel: UInt16, _ name: String) throws(LinkFailure) {
    with(name, "topic", "") { name, type, _ in
      amqp_exchange_declare(state, channel, name, type, 1, 0, 0, 0, amqp_empty_table)
    }
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  func bind(_ channel: UInt16, queue: String, _ binding: Binding) throws(LinkFailure) {
    with(queue, binding.exchange, binding.key) { amqp_queue_bind(state, channel, $0, $1, $2, amqp_empty_table) }
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  func unbind(_ channel: UInt16, queue: String, _ binding: Binding) throws(LinkFailure) {
    with(queue, binding.exchange, binding.key) { amqp_queue_unbind(state, channel, $0, $1, $2, amqp_empty_table) }
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  /// Bounds what each later consumer of this channel may hold unacknowledged.
  func setPrefetch(_ channel: UInt16, _ count: UInt16) throws(LinkFailure) {
    amqp_basic_qos(state, channel, 0, count, 0)
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  func consume(_ channel: UInt16, queue: String, consumer: String, automaticAcknowledgement: Bool) throws(LinkFailure) {
    with(queue, consumer, "") { queue, consumer, _ in
      amqp_basic_consume(state, channel, queue, consumer, 0, automaticAcknowledgement ? 1 : 0, 0, amqp_empty_table)
    }
    try finishRequest(channel, amqp_get_rpc_reply(state))
  }

  func acknowledge(_ channel: UInt16, _ number: UInt64, multiple: Bool) throws(LinkFailure) {
    try check(amqp_basic_ack(state, channel, number, multiple ? 1 : 0))
  }

  func reject(_ channel: UInt16, _ number: UInt64) throws(LinkFailure) {
    try check(amqp_basic_reject(state, channel, number, 0))
  }

  private func finishRequest(_ channel: UInt16, _ reply: amqp_rpc_reply_t) throws(LinkFailure) {
    do {
      try check(reply)
    } catch .channelClosed(let code, let text) {
      try acceptChannelClose(channel)
      throw .channelClosed(code: code, text: text)
    }
  }

  private func with<Result>(
    _ a: String, _ b: String, _ c: String, _ body: (amqp_bytes_t, amqp_bytes_t, amqp_bytes_t) -> Result
  ) {
    var (a, b, c) = (a, b, c)
    a.withUTF8 { a in
      b.withUTF8 { b in c.withUTF8 { c in _ = body(amqp_bytes_t(a), amqp_bytes_t(b), amqp_bytes_t(c)) } }
    }
  }
}

// MARK: - Publishing

extension Link {
  /// Sends one message. That this returns means nothing; only its confirm does.
  func publish(_ channel: UInt16, _ message: Publishing) throws(LinkFailure) {
    texts.removeAll(keepingCapacity: true)
    let exchange = append(message.exchange)
    let routingKey = append(message.routingKey)
    let contentType = message.properties.contentType.map(append)
    let messageID = message.properties.messageID.map(append)
    let correlationID = message.properties.correlationID.map(append)
    let replyTo = message.properties.replyTo.map(append)
    let userID = message.properties.userID.map(append)
    let headers = message.properties.headers.sorted { $0.key < $1.key }.map {
      (append($0.key), append($0.value), isList: $0.key == MessageProperties.copyHeader)
    }

    let status = texts.withUnsafeBytes { texts in
      func bytes(_ range: Range<Int>) -> amqp_bytes_t { amqp_bytes_t(UnsafeRawBufferPointer(rebasing: texts[range])) }

      var properties = amqp_basic_properties_t()
      func set(_ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>, _ flag: Int32, _ range: Range<Int>?) {
        guard let range else { return }
        properties[keyPath: field] = bytes(range)
        properties._flags |= amqp_flags_t(flag)
      }
      set(\.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG, contentType)
      set(\.message_id, AMQP_BASIC_MESSAGE_ID_FLAG, messageID)
      set(\.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG, correlationID)
      set(\.reply_to, AMQP_BASIC_REPLY_TO_FLAG, replyTo)
      set(\.user_id, AMQP_BASIC_USER_ID_FLAG, userID)
      if message.properties.isPersistent {
        properties.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
        properties._flags |= amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
      }
      func text(_ range: Range<Int>) -> amqp_field_value_t {
        amqp_field_value_t(kind: UInt8(AMQP_FIELD_KIND_UTF8.rawValue), value: .init(bytes: bytes(range)))
      }
      var entries = headers.map { name, value, _ in amqp_table_entry_t(key: bytes(name), value: text(value)) }
      var listed = headers.filter(\.isList).map { text($0.1) }
      return listed.withUnsafeMutableBufferPointer { listed in
        return entries.withUnsafeMutableBufferPointer { entries in
          if let place = headers.firstIndex(where: \.isList) {
            entries[place].value = amqp_field_value_t(
              kind: UInt8(AMQP_FIELD_KIND_ARRAY.rawValue),
              value: .init(array: amqp_array_t(num_entries: 1, entries: listed.baseAddress)))
          }
          if !entries.isEmpty {
            properties.headers = amqp_table_t(num_entries: Int32(entries.count), entries: entries.baseAddress)
            properties._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
          }
          return message.body.withUnsafeBytes { body in
            amqp_basic_publish(
              state, channel, bytes(exchange), bytes(routingKey), message.isMandatory ? 1 : 0, 0, &properties, amqp_bytes_t(body))
          }
        }
      }
    }
    try check(status)

    // librabbitmq marks every frame of a message but a last, shorter one with "more to come". Where there is no shorter
    // one, the kernel holds the message back for 200 ms: a heartbeat, which says no such thing, pushes it out.
    if message.body.count.isMultiple(of: bodyFrameSize) {
      var heartbeat = amqp_frame_t()
      heartbeat.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
      try check(amqp_send_frame(state, &heartbeat))
    }
  }

  private func append(_ text: String) -> Range<Int> {
    let start = texts.count
    texts.append(contentsOf: text.utf8)
    return start..<texts.count
  }
}
