import SuiteTesting
import Testing

@testable import NTPKit

/// With an honest majority the true time is always inside the stated interval: from the answer to the reading.
struct TruthTests {
  /// One random house of servers, some of which lie, fall silent or have no vote, seen through one random oscillator.
  struct Scene {
    enum Server {
      /// Right about itself, by paths of its own.
      case honest(delay: Nanoseconds, distance: Nanoseconds)
      /// Off by so much, whatever it claims.
      case liar(lie: Nanoseconds, distance: Nanoseconds)
    }
    var servers: [Server] = []
    var voteless: Set<Int> = []
    /// UTC when the boot clock read zero, and by how many ppm the boot clock runs fast.
    let utc: Nanoseconds
    let drift: Int64

    init(using dice: inout SeededRandom) {
      // 2026 to 2096: two eras.
      utc = (1_795_219_447 + dice.up(to: 2_200_000_000)) * second
      drift = dice.up(to: 100) - 50
      let count = Int(1 + dice.up(to: 6))
      let voters = Int(1 + dice.up(to: Int64(count - 1)))
      let liars = Int(dice.up(to: Int64((voters - 1) / 2)))
      // Liars in league say the same; a small lie is the worse one.
      let league = Self.lie(using: &dice)
      for index in 0..<count {
        let isLiar = index < liars || index >= voters
        let distance = dice.up(to: 900 * millisecond) >> dice.up(to: 12)
        servers.append(
          isLiar
            ? .liar(lie: dice.up(to: 1) == 0 ? league : Self.lie(using: &dice), distance: distance)
            : .honest(
              delay: dice.up(to: 490 * millisecond) >> dice.up(to: 10), distance: distance))
        if index >= voters { voteless.insert(index) }
      }
    }

    static func lie(using dice: inout SeededRandom) -> Nanoseconds {
      (dice.up(to: 14_400 * second) - 7_200 * second) >> dice.up(to: 24)
    }

    private static let packet = {
      var packet = NTPPacket.blank
      (packet.version, packet.mode, packet.stratum, packet.precision) = (4, 4, 1, -20)
      return packet
    }()

    /// What is true when the boot clock reads that.
    func truth(_ boot: Nanoseconds) -> Nanoseconds { utc + boot - boot / 1_000_000 * drift }

    /// An answer as it comes, and when; to a question that left at `boot`.
    func answer(of index: Int, nonce: UInt64, at boot: Nanoseconds, using dice: inout SeededRandom) -> (NTPPacket, Nanoseconds) {
      var packet = Self.packet
      packet.origin = NTPTimestamp(bits: nonce)
      let (delay, error, distance): (Nanoseconds, Nanoseconds, Nanoseconds) =
        switch servers[index] {
        case .honest(let delay, let distance): (delay, dice.up(to: 2 * distance) - distance, distance)
        case .liar(let lie, let distance): (dice.up(to: 50 * millisecond), lie, distance)
        }
      // Rounded up, as an honest server does.
      packet.rootDispersion = UInt32((distance << 16) / second + 1)
      // The way is as lopsided as it can be.
      let outward = dice.up(to: delay)
      let held = dice.up(to: millisecond)
      packet.receive = NTPTimestamp(nanoseconds: ntp(boot + outward, error))
      packet.transmit = NTPTimestamp(nanoseconds: ntp(boot + outward + held, error))
      return (packet, boot + delay + held)
    }

    private func ntp(_ boot: Nanoseconds, _ error: Nanoseconds) -> Nanoseconds { truth(boot) + error + 2_208_988_800 * second }
  }

  struct Tally {
    var stated = 0
    var missed = 0
    var synchronized = 0
  }

  /// A case: one to three rounds of questions, a reading after each, and one after a while without any.
  func play(_ tally: inout Tally, using dice: inout SeededRandom) {
    let scene = Scene(using: &dice)
    var filters = Array(repeating: ClockFilter(), count: scene.servers.count)
    var clock = ClockDiscipline()
    var boot = second + dice.up(to: 1_000_000 * second)
    func read(_ clock: inout ClockDiscipline, at now: Nanoseconds) {
      let reading = clock.reading(at: now, systemOffset: { 0 })
      guard clock.estimate != nil, reading.uncertaintyMicroseconds < Reading.unknownUncertainty else { return }
      tally.stated += 1
      if reading.status == .synchronized { tally.synchronized += 1 }
      let error = abs(reading.unixMicroseconds - scene.truth(now).microsecondsRoundedDown)
      if error > reading.uncertaintyMicroseconds { tally.missed += 1 }
    }
    for _ in 0..<Int(1 + dice.up(to: 2)) {
      for index in scene.servers.indices {
        boot += dice.up(to: second)
        guard dice.up(to: 3) > 0 else {
          filters[index].record(nil)
          continue
        }
        let nonce = dice.next() | 1
        let (packet, receivedAt) = scene.answer(of: index, nonce: nonce, at: boot, using: &dice)
        let check = ReplyCheck(nonce: nonce, sentAt: boot, pivot: scene.utc / second)
        if case .sample(let sample) = check.judge(packet, receivedAt: receivedAt) { filters[index].record(sample) }
        boot = receivedAt
      }
      let selection = Selection(
        filters.map { $0.best(at: boot) }, voteless: scene.voteless, knowing: clock.estimate,
        awaiting: dice.up(to: 1) == 0, at: boot)
      if let estimate = selection.estimate { clock.accept(estimate, freshUntil: boot + 1_000 * second, at: boot) }
      read(&clock, at: boot)
      boot += dice.up(to: 2_000 * second) >> dice.up(to: 20)
    }
    read(&clock, at: boot)
  }

  @Test("100 000 random houses with an honest majority, and none missed", arguments: 1...20 as ClosedRange<UInt64>)
  func honestMajority(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    var tally = Tally()
    for _ in 0..<5_000 { play(&tally, using: &dice) }
    #expect(tally.missed == 0, "of \(tally.stated)")
    // Silence would never miss either.
    #expect(tally.stated > 5_000 && tally.synchronized > 2_500, "\(tally)")
  }
}

extension SeededRandom {
  /// From 0 to `most`. Not `random(in:)`, which takes ten times as long in a debug build: there are millions of these.
  fileprivate mutating func up(to most: Int64) -> Int64 {
    Int64(bitPattern: next().multipliedFullWidth(by: UInt64(bitPattern: most) + 1).high)
  }
}
