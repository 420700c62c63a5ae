import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting
import Testing

@Suite struct MailboxTests {
  @Test func `puts back what a turn did not take, before what came since`() {
    let mailbox = Mailbox()
    mailbox.post(.consuming)
    mailbox.post(.stop)
    let mail = mailbox.take(within: .zero)
    #expect(mail.events == [.consuming, .stop])
    #expect(mailbox.take(within: .zero).events.isEmpty)
  }

  @Test func `returns on a bell though nothing came`() async {
    let mailbox = Mailbox()
    async let mail: Mailbox.Contents = withCheckedContinuation { done in
      startThread(named: "waits") { done.resume(returning: mailbox.take(within: .seconds(60))) }
    }
    mailbox.ring()
    #expect(await mail.events.isEmpty)
  }

  private func query(by user: String?, _ number: UInt8) -> Delivery {
    Delivery(
      tag: DeliveryTag(generation: 1, number: 0), subscription: "perguntas", exchange: "consultas", routingKey: "consulta",
      properties: MessageProperties(userID: user), body: [number])
  }

  @Test func `who asks too much is dropped and counted, and pushes out nobody`() {
    let mailbox = Mailbox(queryLimiter: RateLimiter(perSecond: 1, burst: 2))
    mailbox.post(queries: (0..<5_000).map { _ in query(by: "ana", 1) }, at: Build.noon)
    mailbox.post(queries: [query(by: "bia", 2)], at: Build.noon)
    mailbox.post(queries: (0..<5_000).map { _ in query(by: nil, 3) }, at: Build.noon)
    mailbox.post(queries: [query(by: "ana", 4)], at: Build.noon + .seconds(1))
    let mail = mailbox.take(within: .zero)
    #expect(mail.queries.map(\.body) == [[1], [1], [2], [3], [3], [4]])
    #expect(mail.droppedQueries == [.rateLimit: 9_996])
    #expect(mailbox.take(within: .zero).droppedQueries.isEmpty)
  }

  @Test func `where users are not told apart only the newest thousand wait, and what is dropped is counted`() {
    let mailbox = Mailbox()
    mailbox.post(queries: [query(by: "cliente", 1)], at: Build.noon)
    mailbox.post(queries: (0..<1_000).map { _ in query(by: "cliente", 2) }, at: Build.noon)
    let mail = mailbox.take(within: .zero)
    #expect(mail.queries.map(\.body) == Array(repeating: [2], count: 1_000))
    #expect(mail.droppedQueries == [.busy: 1])
  }
}
