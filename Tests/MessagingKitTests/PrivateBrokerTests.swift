import Glibc
import SuiteTesting
import Testing

@testable import MessagingKit

@Suite struct PrivateBrokerTests {
  @Test func `a node takes its definitions, and is gone with whoever held it`() async throws {
    let folder = try await Subprocess.output("mktemp", ["-d"]).split(separator: "\n").joined()
    let file = folder + "/definitions.json"
    let definitions = """
      {"users": [{"name": "ana", "password": "segredo", "tags": []}], "vhosts": [{"name": "casa"}],
       "permissions": [{"user": "ana", "vhost": "casa", "configure": ".*", "write": ".*", "read": ".*"}]}
      """
    _ = try await Subprocess.output("bash", ["-c", "printf %s \"$2\" >\"$1\"", "write", file, definitions])

    let directory: String
    do {
      let broker = try await PrivateBroker(definitions: file)
      directory = broker.directory
      _ = try await Subprocess.output("rm", ["-r", folder])
      try await broker.kill9()
      try await broker.restart()
      #expect(try await broker.rabbitmqctl(["list_users", "--silent"]).contains("ana"))
      let url = try BrokerURL(broker.url(user: "ana", password: "segredo", virtualHost: "casa"))
      let rig = Rig(ConnectionOptions(url: url, name: "definitions"))
      try await rig.connected()
      await rig.connection.close(within: .seconds(30))
    }
    try await until("the folder is gone") { access(directory, F_OK) != 0 }
  }
}
