import NTPKit
import SuiteTesting
import Testing

struct NTPTimestampTests {
  struct Vector: Sendable {
    let times: [UInt64]
    let offset, delay: Nanoseconds
  }

  @Test(
    "offset and delay of an exchange",
    arguments: [
      Vector(
        times: [0xeeab_5eb7_0000_0000, 0xeeab_5eb8_028f_5c29, 0xeeab_5eb8_02d0_e560, 0xeeab_5eb7_0560_4189],
        offset: 1_000_000_000,
        delay: 20_000_000),
      Vector(
        times: [0xe875_4700_8000_0000, 0xe875_4700_028f_5c29, 0xe875_4700_0312_6e98, 0xe875_4700_85a1_cac1], offset: -500_000_000,
        delay: 20_000_000),
      // Over the end of the era.
      Vector(
        times: [0xffff_ffff_e666_6666, 0x0000_0000_0000_0000, 0x0000_0000_0006_8db9, 0x0000_0000_19a0_2752], offset: 0,
        delay: 200_000_000),
      // Twenty years ahead, over the end of the era.
      Vector(
        times: [0xea02_4000_0000_0000, 0x0fa0_dd80_0000_0000, 0x0fa0_dd81_0000_0000, 0xea02_4001_0000_0000],
        offset: 631_152_000_000_000_000, delay: 0),
      Vector(
        times: [0xe875_4700_0000_0000, 0xe875_4700_0000_0000, 0xe875_4700_051e_b852, 0xe875_4700_028f_5c29], offset: 5_000_000,
        delay: -10_000_000),
      // All of the delay on one side: the error that nobody can see.
      Vector(
        times: [0xe875_4700_0000_0000, 0xe875_4700_1999_999a, 0xe875_4700_1999_999a, 0xe875_4700_1999_999a], offset: 50_000_000,
        delay: 100_000_000),
    ])
  func exchange(_ vector: Vector) {
    let t = vector.times.map { NTPTimestamp(bits: $0) }
    let exchange = Exchange(t1: t[0], t2: t[1], t3: t[2], t4: t[3])
    #expect(NTPTimestamp.nanoseconds(fraction: exchange.offset) == vector.offset)
    #expect(NTPTimestamp.nanoseconds(fraction: exchange.delay) == vector.delay)
  }

  @Test(
    "a timestamp lies in the era nearest to the pivot",
    arguments: [
      (0xeeab_5eb7, 1_795_219_447, 1_795_219_511), (0x0000_0000, 2_085_978_496, 2_085_978_496),
      (0xffff_ffff, 2_085_978_496, 2_085_978_495), (0x0000_0001, 1_795_219_447, 2_085_978_497),
      (0x83aa_7e80, 1_795_219_447, 0), (0x83aa_7e80, 4_294_967_295, 4_294_967_296),
      // 2044-08-10 03:52:32 and 2036-02-07 06:28:15 (beevik's table).
      (0x1000_0000, 1_795_219_447, 2_354_413_952), (0xffff_ffff, 1_795_219_447, 2_085_978_495),
    ] as [(UInt64, Int64, Int64)])
  func era(seconds: UInt64, pivot: Int64, unix: Int64) {
    let time = NTPTimestamp(bits: seconds << 32 | 0x8000_0000)
    #expect(time.unixSeconds(near: pivot) == unix)
    #expect(time.unixNanoseconds(near: pivot) == unix * 1_000_000_000 + 500_000_000)
  }

  @Test(
    "whatever the bits and the pivot, the result is within 68 years of the pivot and does not trap",
    arguments: [1, 2, 3] as [UInt64])
  func eraProperty(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<20_000 {
      let pivot = Int64.random(in: 0...6_400_000_000, using: &dice)
      let time = NTPTimestamp(bits: dice.next())
      let unix = time.unixSeconds(near: pivot)
      #expect(abs(unix - pivot) <= 1 << 31)
      #expect(UInt64(truncatingIfNeeded: unix + 2_208_988_800) & 0xFFFF_FFFF == time.bits >> 32)
      _ = NTPTimestamp(bits: dice.next()).unixNanoseconds(near: Int64(bitPattern: dice.next()))
    }
  }

  @Test("nanoseconds survive the way to the scale and back", arguments: [4] as [UInt64])
  func roundTrip(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<20_000 {
      let a = Int64.random(in: 0...1_000_000_000_000_000_000, using: &dice)
      let b = a + Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &dice)
      let difference = NTPTimestamp.nanoseconds(fraction: NTPTimestamp(nanoseconds: b).since(NTPTimestamp(nanoseconds: a)))
      #expect(abs(difference - (b - a)) <= 1)
    }
  }

  @Test("offset and delay never trap, and delay follows its definition modulo 2^64", arguments: [5] as [UInt64])
  func hostileExchange(seed: UInt64) {
    var dice = SeededRandom(seed: seed)
    for _ in 0..<20_000 {
      let t = (0..<4).map { _ in NTPTimestamp(bits: dice.next()) }
      let exchange = Exchange(t1: t[0], t2: t[1], t3: t[2], t4: t[3])
      #expect(UInt64(bitPattern: exchange.delay) == (t[3].bits &- t[0].bits) &- (t[2].bits &- t[1].bits))
      _ = NTPTimestamp.nanoseconds(fraction: exchange.offset)
    }
  }
}
