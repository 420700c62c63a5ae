import SharedKernel
import Testing

@testable import MessagingKit

@Suite struct PublishingTests {
  static let long = String(repeating: "x", count: 256)

  @Test(arguments: [
    (Publishing(exchange: long, routingKey: "k", body: []), "the exchange has 256 bytes"),
    (Publishing(exchange: "", routingKey: long, body: []), "the routing key has 256 bytes"),
    (Publishing(exchange: "", routingKey: "", properties: .init(contentType: long), body: []), "the content type"),
    (Publishing(exchange: "", routingKey: "", properties: .init(messageID: long), body: []), "the message id"),
    (Publishing(exchange: "", routingKey: "", properties: .init(correlationID: long), body: []), "the correlation id"),
    (Publishing(exchange: "", routingKey: "", properties: .init(replyTo: long), body: []), "the reply-to"),
    (Publishing(exchange: "", routingKey: "", properties: .init(userID: long), body: []), "the user id"),
    (Publishing(exchange: "", routingKey: "", properties: .init(headers: ["": "x"]), body: []), "a header's name has 0 bytes"),
    (
      Publishing(exchange: "", routingKey: "", properties: .init(headers: [long: "x"]), body: []), "a header's name has 256 bytes"
    ),
    (
      Publishing(exchange: "", routingKey: "", properties: .init(headers: ["a": String(repeating: "x", count: 4_096)]), body: []),
      "the headers have 4103 bytes"
    ),
    (Publishing(exchange: "", routingKey: "", body: Array(repeating: 0, count: 101)), "the body has 101 bytes; at most 100"),
  ])
  func `says what cannot be sent`(message: Publishing, problem: String) {
    #expect(message.problem(maximumBodySize: 100)?.english.contains(problem) == true)
  }

  @Test func `lets pass what just fits`() {
    let fitting = String(repeating: "x", count: 255)
    let message = Publishing(
      exchange: fitting, routingKey: fitting,
      properties: .init(messageID: fitting, headers: [String(repeating: "h", count: 128): fitting]),
      body: Array(repeating: 0, count: 100))
    #expect(message.problem(maximumBodySize: 100) == nil)
  }

  @Test func `tags order by generation, channel and number`() {
    let tags = [
      DeliveryTag(generation: 1, channel: 3, number: 9), DeliveryTag(generation: 1, channel: 4, number: 1),
      DeliveryTag(generation: 1, channel: 4, number: 2), DeliveryTag(generation: 2, channel: 3, number: 1),
    ]
    #expect(tags.shuffled().sorted() == tags)
  }
}
