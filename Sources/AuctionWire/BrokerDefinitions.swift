/// A broker's definitions as a file holds them: what `Topology.definitions` writes, and what `rabbitmqctl export_definitions` does.
/// Passwords are left out: salted hashes cannot be compared.
package struct BrokerDefinitions: Sendable {
  /// In the order in which differences are told.
  package enum Part: String, CaseIterable, Sendable {
    case virtualHosts = "vhosts"
    case users, permissions
    case topicRights = "topic_permissions"
    case parameters, policies, exchanges, queues, bindings

    /// Members that name one of these in its virtual host.
    fileprivate var name: [String] {
      switch self {
      case .virtualHosts, .users, .policies, .exchanges, .queues: ["name"]
      case .permissions: ["user"]
      case .topicRights: ["user", "exchange"]
      case .parameters: ["component", "name"]
      case .bindings: ["source", "destination", "routing_key", "destination_type", "arguments"]
      }
    }

    /// Members that must be the same.
    fileprivate var compared: [String] {
      switch self {
      case .virtualHosts, .bindings: []
      case .users: ["tags", "limits"]
      case .permissions: ["configure", "write", "read"]
      case .topicRights: ["write", "read"]
      case .parameters: ["value"]
      case .policies: ["pattern", "apply-to", "priority", "definition"]
      case .exchanges: ["type", "durable", "auto_delete", "internal", "arguments"]
      case .queues: ["durable", "auto_delete", "arguments"]
      }
    }

    /// What a member that is not written stands for: RabbitMQ leaves some out.
    fileprivate static let defaults = [
      "auto_delete": "false", "internal": "false", "arguments": "{}", "tags": "[]", "limits": "{}",
    ]

  }

  package struct Difference: Hashable, Sendable {
    package enum What: Hashable, Sendable {
      case missing, superfluous
      /// A member of both, as JSON; nil where it is absent.
      case different(member: String, expected: String?, found: String?)
    }

    package let part: Part
    /// The members that name it, with blanks between them.
    package let name: String
    package let what: What
  }

  fileprivate struct Row: Sendable {
    /// Nil: it stands in no virtual host.
    var virtualHost: String?
    var name: [String]
    var members: [String: String]
  }

  private let parts: [Part: [Row]]

  /// What is no object where one is expected is left out, and so is missing afterwards.
  package init(reading bytes: [UInt8]) throws(JSONDocument.Problem) {
    let document = try JSONParser.trace(bytes).value
    parts = Dictionary(
      uniqueKeysWithValues: Part.allCases.map { part in
        (part, document[part.rawValue]?.elements.map { Row($0, of: part) } ?? [])
      })
  }

  /// How the broker differs from what these definitions make, in the virtual hosts that these name.
  package func differences(at broker: BrokerDefinitions) -> [Difference] {
    let hosts = Set(rows(.virtualHosts).flatMap(\.name))
    return Part.allCases.flatMap { part -> [Difference] in
      let found = broker.rows(part).filter { $0.isIn(hosts) && !$0.isClients(part) }
      let expected = rows(part)
      let known = Dictionary(found.map { ($0.key, $0) }) { first, _ in first }
      let wanted = Set(expected.map(\.key))
      let lacking = expected.flatMap { row -> [Difference] in
        guard let other = known[row.key] else { return [Difference(part: part, name: row.title(part), what: .missing)] }
        return part.compared.filter { row.members[$0] != other.members[$0] }.map { member in
          let what = Difference.What.different(
            member: member, expected: row.members[member], found: other.members[member])
          return Difference(part: part, name: row.title(part), what: what)
        }
      }
      return lacking
        + found.filter { !wanted.contains($0.key) && $0.isOurBusiness(part) }.map {
          Difference(part: part, name: $0.title(part), what: .superfluous)
        }
    }
  }

  /// Every broker has a virtual host: where none is named, these are no broker's definitions, or not all of them.
  package var namesVirtualHosts: Bool { !rows(.virtualHosts).isEmpty }

  private func rows(_ part: Part) -> [Row] { parts[part] ?? [] }
}

extension BrokerDefinitions.Row {
  struct Key: Hashable {
    let virtualHost: String?
    let name: [String]
  }

  init(_ value: JSON, of part: BrokerDefinitions.Part) {
    virtualHost = value["vhost"]?.plain
    name = part.name.map { value[$0]?.plain ?? BrokerDefinitions.Part.defaults[$0] ?? "" }
    members = Dictionary(
      uniqueKeysWithValues: part.compared.compactMap { name in
        (value[name]?.canonical ?? BrokerDefinitions.Part.defaults[name]).map { (name, $0) }
      })
  }

  var key: Key { Key(virtualHost: virtualHost, name: name) }

  func isIn(_ hosts: Set<String>) -> Bool { virtualHost.map(hosts.contains) ?? true }

  /// What clients make for themselves, and what every broker has of its own.
  func isClients(_ part: BrokerDefinitions.Part) -> Bool {
    switch part {
    case .queues: name[0].hasPrefix("amq.gen-")
    case .bindings: name[1].hasPrefix("amq.gen-") || followsAuction
    case .exchanges: name[0].isEmpty || name[0].hasPrefix("amq.")
    case .virtualHosts, .users, .permissions, .topicRights, .parameters, .policies: false
    }
  }

  /// A bidder's queue that was made for him is bound by himself to the auctions that he follows, and stays so.
  private var followsAuction: Bool {
    name[0] == Exchange.notificacoes.rawValue && name[1].hasPrefix("cliente_") && RoutingKey.auction(in: name[2]) != nil
      && name[3] == "queue" && name[4] == "{}"
  }

  /// A virtual host or user more is another house's business, and what he may do here, his rights tell; but an administrator gives
  /// himself any.
  func isOurBusiness(_ part: BrokerDefinitions.Part) -> Bool {
    switch part {
    case .virtualHosts: false
    case .users: members["tags"]?.contains("administrator") ?? false
    case .permissions, .topicRights, .parameters, .policies, .exchanges, .queues, .bindings: true
    }
  }

  /// Of a binding what differs from all of the house's is told, and nothing else.
  func title(_ part: BrokerDefinitions.Part) -> String {
    var words = name
    if part == .bindings {
      if words[4] == "{}" { words.removeLast() }
      if words[3] == "queue" { words.remove(at: 3) }
    }
    return words.joined(separator: " ")
  }
}

extension JSON {
  fileprivate subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.isSpelled(as: name) }?.value
  }

  fileprivate var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

  /// A text as it is, anything else as `canonical`.
  fileprivate var plain: String { if case .string(let text) = self { text } else { canonical } }

  /// The same text for the same value: no blanks, members by their names.
  fileprivate var canonical: String {
    switch self {
    case .null: "null"
    case .boolean(let flag): String(flag)
    case .integer(let number): String(number)
    case .string(let text): "\"\(text)\""
    case .array(let elements): "[" + elements.map(\.canonical).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.sorted { $0.name < $1.name }.map { "\"\($0.name)\":\($0.value.canonical)" }.joined(separator: ",") + "}"
    }
  }
}
