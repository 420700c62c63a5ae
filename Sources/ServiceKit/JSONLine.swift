/// One JSON object on one line, for machines. Members stand in the order in which they were added.
package struct JSONLine: Sendable {
  private var members: [String] = []

  package init() {}

  package mutating func add(_ name: String, _ value: String?) { append(name, value.map(LineLogHandler.quoted)) }
  package mutating func add(_ name: String, _ value: Int64?) { append(name, value.map(String.init)) }
  package mutating func add(_ name: String, _ value: Bool) { append(name, String(value)) }
  package mutating func add(_ name: String, _ value: JSONLine) { append(name, value.text) }
  package mutating func add(_ name: String, _ values: [JSONLine]) {
    append(name, "[" + values.map(\.text).joined(separator: ",") + "]")
  }

  private mutating func append(_ name: String, _ value: String?) {
    members.append("\(LineLogHandler.quoted(name)):\(value ?? "null")")
  }

  package var text: String { "{" + members.joined(separator: ",") + "}" }
}
