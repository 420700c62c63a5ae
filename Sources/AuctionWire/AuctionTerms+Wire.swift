import AuctionFacts
import SharedKernel

/// The members that `leilao-agendado` and `leilao-agendar` share, besides `id_leilao`.
extension AuctionTerms {
  init(auction: AuctionID, taking members: inout Members) throws(WireError) {
    self.init(
      auction: auction,
      title: try members.take(.title).text(atMost: WireLimits.title),
      description: try members.take(.description).text(atMost: WireLimits.description),
      seller: try members.take(.seller).principal(),
      currency: try members.take(.currency).currency(),
      format: try members.take(.format).named(),
      openingPrice: try members.take(.openingPrice).money(),
      increment: try Increment(try members.take(.increment)),
      opensAt: try members.take(.opensAt).instant(),
      closesAt: try members.take(.closesAt).instant(),
      rules: try AuctionRules(try members.take(.rules)))
  }

  func write(to writer: inout JSONWriter) {
    writer.member(.title, title)
    writer.member(.description, description)
    writer.member(.seller, seller.text)
    writer.member(.currency, currency.code)
    writer.member(.format, format.wireName)
    writer.member(.openingPrice, openingPrice.minorUnits)
    writer.object(.increment) { increment.write(to: &$0) }
    writer.member(.opensAt, opensAt.microseconds)
    writer.member(.closesAt, closesAt.microseconds)
    writer.object(.rules) { rules.write(to: &$0) }
  }
}

/// The `tipo` of an increment.
package enum IncrementType: CaseIterable, WireNamed {
  case fixed, percentage, table
  package var wireName: String {
    switch self {
    case .fixed: "fixo"
    case .percentage: "percentual"
    case .table: "tabela"
    }
  }
}

extension Increment {
  init(_ field: Field) throws(WireError) {
    var members = try field.object()
    switch try members.take(.type).named(IncrementType.self) {
    case .fixed: self = .fixed(try members.take(.minorUnits).money())
    case .percentage: self = .percentage(basisPoints: try members.take(.basisPoints).integer(1...1_000_000))
    case .table:
      var bands: [Band] = []
      for element in try members.take(.bands).array(atMost: WireLimits.bands) {
        var band = try element.object()
        let upTo = try band.take(.upTo).orNull { field throws(WireError) in try field.money() }
        bands.append(Band(upTo: upTo, step: try band.take(.minorUnits).money()))
        try band.finish()
      }
      self = .table(bands)
    }
    try members.finish()
  }

  func write(to writer: inout JSONWriter) {
    switch self {
    case .fixed(let step):
      writer.member(.type, IncrementType.fixed.wireName)
      writer.member(.minorUnits, step.minorUnits)
    case .percentage(let basisPoints):
      writer.member(.type, IncrementType.percentage.wireName)
      writer.member(.basisPoints, basisPoints)
    case .table(let bands):
      writer.member(.type, IncrementType.table.wireName)
      writer.array(.bands) {
        for band in bands {
          $0.element {
            $0.member(.upTo, band.upTo?.minorUnits)
            $0.member(.minorUnits, band.step.minorUnits)
          }
        }
      }
    }
  }
}

extension AuctionRules {
  init(_ field: Field) throws(WireError) {
    var members = try field.object()
    self.init(
      extensionWindow: .seconds(try members.take(.extensionWindow).integer(0...86_400)),
      latestClose: try members.take(.latestClose).orNull { field throws(WireError) in try field.instant() },
      inFlightTolerance: .milliseconds(try members.take(.inFlightTolerance).integer(0...10_000)),
      clockRequired: try members.take(.clockRequired).boolean(),
      reserveCommitment: try members.take(.reserveCommitment).orNull { field throws(WireError) in try field.digest() },
      buyNow: try members.take(.buyNow).orNull { field throws(WireError) in try field.money() },
      descent: try members.take(.descent).orNull { field throws(WireError) in try Descent(field) })
    try members.finish()
  }

  func write(to writer: inout JSONWriter) {
    writer.member(.extensionWindow, extensionWindow.microseconds / 1_000_000)
    writer.member(.latestClose, latestClose?.microseconds)
    writer.member(.inFlightTolerance, inFlightTolerance.microseconds / 1_000)
    writer.member(.clockRequired, clockRequired)
    writer.member(.reserveCommitment, reserveCommitment?.hex)
    writer.member(.buyNow, buyNow?.minorUnits)
    guard let descent else { return writer.null(.descent) }
    writer.object(.descent) {
      $0.member(.from, descent.from.minorUnits)
      $0.member(.minorUnits, descent.step.minorUnits)
      $0.member(.every, descent.every.microseconds / 1_000_000)
      $0.member(.upTo, descent.to.minorUnits)
    }
  }
}

extension AuctionRules.Descent {
  init(_ field: Field) throws(WireError) {
    var members = try field.object()
    self.init(
      from: try members.take(.from).money(), step: try members.take(.minorUnits).money(),
      every: .seconds(try members.take(.every).integer(1...86_400)), to: try members.take(.upTo).money())
    try members.finish()
  }
}
