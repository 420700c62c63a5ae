import AuctionWire

/// Who may publish what, as the topology says it and as RabbitMQ reads it: a pattern on the exchange's name, then, on a topic
/// exchange, one on the key.
struct BrokerRights {
  private struct Question: Hashable {
    let user: String
    let exchange: String
    let key: String
  }

  private let topology: Topology
  private var answers: [Question: Bool] = [:]

  init(_ topology: Topology) { self.topology = topology }

  mutating func allow(_ user: String, toPublishTo exchange: String, _ key: String) -> Bool {
    // Replies have a new key each: only the exchange counts for them.
    let question = Question(user: user, exchange: exchange, key: exchange.isEmpty ? "" : key)
    if let known = answers[question] { return known }
    let answer = judge(question)
    answers[question] = answer
    return answer
  }

  private func judge(_ question: Question) -> Bool {
    guard let user = topology.users.first(where: { $0.name == question.user }) else { return false }
    guard Self.matches(user.write, question.exchange.isEmpty ? "amq.default" : question.exchange) else { return false }
    guard let right = user.topics.first(where: { $0.exchange.rawValue == question.exchange }) else { return true }
    return Self.matches(right.write, question.key)
  }

  private static func matches(_ pattern: String, _ text: String) -> Bool {
    guard let regex = try? Regex(pattern) else { return false }
    return text.firstMatch(of: regex) != nil
  }
}
