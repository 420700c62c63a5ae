import NTPKit

/// Datagrams from servers that may be liars: what is judged a sample must be usable, whatever it says.
///
/// The input is a flag and a pivot of four bytes, then up to eight datagrams of 48 bytes. Where the flag's bit is set, a datagram
/// bears the nonce that was sent, so that the fuzzer need not guess it.
enum NTPReplies {
  private static let nonce: UInt64 = 0x0123_4567_89ab_cdef
  private static let second: Nanoseconds = 1_000_000_000

  static func check(_ input: [UInt8]) throws(BrokenProperty) {
    guard input.count >= 5 else { return }
    let pivot = input[1..<5].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    var rest = input.dropFirst(5)
    var (filter, samples, number) = (ClockFilter(), [Sample?](), 0)
    while !rest.isEmpty, number < ClockFilter.depth {
      var datagram = Array(rest.prefix(NTPPacket.length))
      rest = rest.dropFirst(NTPPacket.length)
      if input[0] >> number & 1 == 1, datagram.count == NTPPacket.length {
        for i in 0..<8 { datagram[24 + i] = UInt8(truncatingIfNeeded: nonce >> UInt64(56 - 8 * i)) }
      }
      if let packet = NTPPacket(datagram) { try require(packet.bytes == datagram, "a header is another when it is written") }
      let sentAt = Nanoseconds(number + 1) * 64 * second
      let check = ReplyCheck(nonce: nonce, sentAt: sentAt, pivot: pivot)
      var sample: Sample?
      if case .sample(let good) = check.judge(datagram, receivedAt: sentAt + second / 100) { sample = good }
      if let sample {
        try require(sample.delay > 0 && sample.halfWidth >= sample.delay / 2, "a sample that is surer than its way: \(sample)")
        try require((1...15).contains(sample.stratum), "stratum \(sample.stratum)")
      }
      filter.record(sample)
      samples.append(sample)
      number += 1
    }
    let now = Nanoseconds(number + 1) * 64 * second
    _ = filter.best(at: now)
    let selection = Selection(samples, knowing: nil, awaiting: false, at: now)
    try require(selection.verdicts.count == samples.count, "\(selection.verdicts.count) verdicts")
    if let estimate = selection.estimate {
      try require(estimate.halfWidth >= 0, "an estimate surer than sure")
      try require(selection.verdicts.contains(.chosen) || samples.count > 2, "an estimate that nobody made")
    }
  }
}
