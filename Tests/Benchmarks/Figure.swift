import ServiceKit

/// What one run measured.
struct Figure: Sendable {
  let mode: String
  let key: String
  let bids: Int
  let auctions: Int
  let bodySize: Int
  /// From the first publish until the last accepted bid stood in a block whose signature a follower had verified.
  let seconds: Double
  /// By process, the bidders and the follower left out, per bid.
  let cpu: [(name: String, microseconds: Double)]
  /// Of an open loop.
  var rate: Int?
  var latency: Percentiles?

  var perSecond: Int { Int(Double(bids) / seconds) }
  var cpuTotal: Double { cpu.reduce(0) { $0 + $1.microseconds } }

  var text: String {
    let shares = cpu.map { "\($0.name) \(tenths($0.microseconds))" }.joined(separator: ", ")
    let speed = rate.map { "\(perSecond)/s (\(said("pedidos", "asked")) \($0)/s)" } ?? "\(perSecond)/s"
    return
      "\(mode) \(key): \(bids) \(said("lances", "bids")) \(speed), \(tenths(cpuTotal)) µs/\(said("lance", "bid")) (\(shares))"
      + (latency.map {
        "; p50 \(tenths($0.p50)) p90 \(tenths($0.p90)) p99 \(tenths($0.p99)) p99.9 \(tenths($0.p999)) max \(tenths($0.max)) ms"
      } ?? "")
  }

  var json: String {
    var line = JSONLine()
    line.add("mode", mode)
    line.add("key", key)
    line.add("bids", Int64(bids))
    line.add("auctions", Int64(auctions))
    line.add("bid_bytes", Int64(bodySize))
    line.add("milliseconds", Int64(seconds * 1_000))
    line.add("bids_per_s", Int64(perSecond))
    for (name, spent) in cpu { line.add("cpu_ns_per_bid_\(name)", Int64(spent * 1_000)) }
    line.add("cpu_ns_per_bid", Int64(cpuTotal * 1_000))
    if let rate { line.add("rate", Int64(rate)) }
    if let latency {
      for (name, value) in [
        ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("p99_9", latency.p999), ("max", latency.max),
      ] { line.add("latency_us_\(name)", Int64(value * 1_000)) }
    }
    return line.text
  }

  private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

/// Of all values, not of a sample; in milliseconds.
struct Percentiles: Sendable {
  let p50, p90, p99, p999, max: Double

  /// Nil of nothing.
  init?(_ durations: [Duration]) {
    let sorted = durations.sorted()
    guard let last = sorted.last else { return nil }
    func at(_ part: Double) -> Double { sorted[Swift.min(sorted.count - 1, Int(part * Double(sorted.count)))] / .milliseconds(1) }
    (p50, p90, p99, p999, max) = (at(0.5), at(0.9), at(0.99), at(0.999), last / .milliseconds(1))
  }
}
