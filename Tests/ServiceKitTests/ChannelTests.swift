import Glibc
import ServiceKit
import Testing

@Suite struct ChannelTests {
  @Test func `gives everything that was sent, in order, at once`() throws {
    let channel = Channel<Int>()
    for i in 1...5 { channel.send(i) }
    #expect(channel.takeAll(until: .now + .seconds(10)) == [1, 2, 3, 4, 5])
  }

  @Test func `is empty when the deadline passes first`() {
    #expect(Channel<Int>().takeAll(until: .now) == [])
  }

  @Test func `gives nothing once closed, whatever was sent`() {
    let channel = Channel<Int>()
    channel.send(1)
    channel.close()
    #expect(channel.takeAll(until: .now + .seconds(10)) == nil)
  }

  @Test func `wakes a thread that waits`() async throws {
    let channel = Channel<Int>()
    async let heard: [Int]? = withCheckedContinuation { done in
      startThread(named: "waits") { done.resume(returning: channel.takeAll(until: .now + .seconds(60))) }
    }
    channel.send(7)
    #expect(await heard == [7])
  }
}
