import SharedKernel

extension Field {
  /// `{"em_us":…,"incerteza_us":…,"estado":…}`
  func clock() throws(WireError) -> ClockReading {
    var members = try object()
    let instant = try members.take(.instant).instant()
    let uncertainty = try members.take(.uncertainty).integer(0...WireLimits.uncertainty.microseconds)
    let status: ClockStatus = try members.take(.clockState).named()
    try members.finish()
    return ClockReading(instant, uncertainty: .microseconds(uncertainty), status: status)
  }
}

extension JSONWriter {
  mutating func clock(_ clock: ClockReading) {
    object(.clock) {
      $0.member(.instant, clock.instant.microseconds)
      $0.member(.uncertainty, min(clock.uncertainty, WireLimits.uncertainty).microseconds)
      $0.member(.clockState, clock.status.wireName)
    }
  }
}
