package import AuctionFacts
import SharedKernel

extension ClockRecord: WireValue {
  package static let kinds: [Kind] = [.clockSynchronized]

  package init(payload: [UInt8], kind: Kind) throws(WireError) {
    var members = try Members(payload, limit: kind.maximumPayload, unknown: .ignored)
    var servers: [Server] = []
    for field in try members.take(.servers).array(atMost: Self.mostServers) { servers.append(try Server(field)) }
    self.init(
      number: try members.take(.number).count(from: 1), clock: try members.take(.clock).clock(),
      age: try members.take(.age).orNull { field throws(WireError) in try field.span() },
      systemOffset: try members.take(.systemOffset).span(), servers: servers)
    try members.finish()
  }

  package var kind: Kind { .clockSynchronized }

  package var payload: [UInt8] {
    JSONWriter.object {
      $0.member(.number, number)
      $0.clock(clock)
      $0.member(.age, age?.microseconds)
      $0.member(.systemOffset, systemOffset.microseconds)
      $0.array(.servers) {
        for server in servers { $0.element { server.write(to: &$0) } }
      }
    }
  }

  package var messageID: String { "relogio:\(number)" }
  package var correlationID: String? { nil }
}

extension ClockRecord.Server {
  fileprivate init(_ field: Field) throws(WireError) {
    var members = try field.object()
    let words = try members.take(.word)
    self.init(
      name: try members.take(.serverName).text(atMost: WireLimits.reason),
      address: try members.take(.address).orNull { field throws(WireError) in try field.text(atMost: WireLimits.reason) },
      isUsed: try members.take(.isUsed).boolean(), standing: try members.take(.reason).text(atMost: WireLimits.reason),
      word: try words.orNull { field throws(WireError) in try ClockRecord.Word(field) })
    try members.finish()
  }

  fileprivate func write(to writer: inout JSONWriter) {
    writer.member(.serverName, name)
    writer.member(.address, address)
    writer.member(.isUsed, isUsed)
    writer.member(.reason, standing)
    guard let word else { return writer.null(.word) }
    writer.object(.word) {
      $0.member(.offset, word.offset.microseconds)
      $0.member(.delay, word.delay.microseconds)
      $0.member(.dispersion, word.dispersion.microseconds)
      $0.member(.uncertainty, word.uncertainty.microseconds)
      $0.member(.age, word.age.microseconds)
      $0.member(.stratum, word.stratum)
    }
  }
}

extension ClockRecord.Word {
  fileprivate init(_ field: Field) throws(WireError) {
    var members = try field.object()
    self.init(
      offset: try members.take(.offset).span(), delay: try members.take(.delay).span(),
      dispersion: try members.take(.dispersion).span(), uncertainty: try members.take(.uncertainty).span(),
      age: try members.take(.age).span(), stratum: try members.take(.stratum).count())
    try members.finish()
  }
}

extension Field {
  /// A length of time, of either sign.
  fileprivate func span() throws(WireError) -> Interval {
    .microseconds(try integer(-WireLimits.integer...WireLimits.integer))
  }
}
