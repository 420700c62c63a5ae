import SuiteTesting
import Testing

@testable import MessagingKit

@Suite("Connecting over TLS", .serialized) struct TLSTests {
  /// One authority, a certificate for `localhost`, one for the user `test`, and an authority that signed neither.
  struct Certificates {
    let folder: String
    var ca: String { folder + "/ca.pem" }
    var stranger: String { folder + "/stranger.pem" }
    var server: TLSFiles { TLSFiles(caFile: ca, certificateFile: folder + "/server.pem", keyFile: folder + "/server.key") }

    func client(_ name: String) -> TLSOptions {
      TLSOptions(caFile: ca, certificateFile: "\(folder)/\(name).pem", keyFile: "\(folder)/\(name).key")
    }

    static func make() async throws -> Certificates {
      let folder = try await Subprocess.output("mktemp", ["-d"]).split(separator: "\n")[0]
      _ = try await Subprocess.output(
        "bash",
        [
          "-euc",
          """
          cd "$1"
          for name in ca stranger; do
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.pem -days 2 -subj "/CN=$name" 2>&1
          done
          sign() {
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>&1
            openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" -days "${4:-2}" -extfile <(echo "$3") 2>&1
          }
          sign server localhost 'subjectAltName=DNS:localhost,IP:127.0.0.1'
          sign client test 'extendedKeyUsage=clientAuth'
          sign expired test 'extendedKeyUsage=clientAuth' -1
          """, "certificates", String(folder),
        ])
      return Certificates(folder: String(folder))
    }
  }

  /// A link that breaks after the handshake, without a word that could be read.
  @Test(arguments: [("client", "it may not accept the client certificate"), (nil, "it may demand a client certificate")])
  func `suspects its certificate, or that it has none, when the link breaks after the handshake`(name: String?, sentence: String)
    async throws
  {
    let certificates = try await Certificates.make()
    let port = try FreePorts.take()
    // Its input never ends: it would end with that. It prints the cipher when the handshake is done.
    let server = try Program(
      [
        "/bin/sh", "-euc",
        "cd \(certificates.folder); mkfifo input; exec openssl s_server -accept 127.0.0.1:\(port) -cert server.pem -key server.key <>input",
      ],
      environment: ["PATH": "/usr/bin:/bin"])
    try await until("it listens") { isListening(port) }
    let proxy = try LinkProxy(to: port)
    defer { proxy.close() }
    let tls = name.map { certificates.client($0) } ?? TLSOptions(caFile: certificates.ca)
    // Longer than a busy machine needs to cut the link: the login must not end for another reason.
    let rig = Rig(
      ConnectionOptions(
        url: try BrokerURL("amqps://test:test@localhost:\(proxy.port)/test"), tls: tls, name: "tls",
        connectTimeout: .seconds(300)))
    try await server.output.first { $0.hasPrefix("CIPHER is") ? () : nil }
    proxy.reset()
    let reason = try await rig.disconnected().match
    #expect(reason.contains("does not complete the login: ") && reason.contains(sentence), "\(reason)")
    await rig.connection.close(within: .zero)
    try await server.kill9()
    _ = try await Subprocess.output("rm", ["-rf", certificates.folder])
  }

  @Test func `checks the broker, and is known by its certificate`() async throws {
    let certificates = try await Certificates.make()
    let broker = try await PrivateBroker(tls: certificates.server, plugins: ["rabbitmq_auth_mechanism_ssl"])
    let port = try #require(broker.tlsPort)
    func rig(_ address: String, _ tls: TLSOptions?) throws -> Rig {
      Rig(
        ConnectionOptions(
          url: try BrokerURL(address), tls: tls, name: "tls", backoff: Backoff(base: .milliseconds(50), cap: .seconds(1))))
    }

    let byPassword = try rig("amqps://test:test@localhost:\(port)/test", TLSOptions(caFile: certificates.ca))
    try await byPassword.connected()
    let body = Array(repeating: UInt8(5), count: 131_064)
    #expect(await byPassword.connection.publish(Publishing(exchange: "amq.topic", routingKey: "k", body: body)) == .confirmed)
    await byPassword.connection.close(within: .seconds(30))

    let byCertificate = try rig("amqps://localhost:\(port)/test", certificates.client("client"))
    try await byCertificate.connected()
    let asTest = Publishing(exchange: "amq.topic", routingKey: "k", properties: .init(userID: "test"), body: [])
    #expect(await byCertificate.connection.publish(asTest) == .confirmed)
    await byCertificate.connection.close(within: .seconds(30))

    let failures = [
      (try rig("amqps://test:test@localhost:\(port)/test", TLSOptions(caFile: certificates.stranger)), "is not accepted: "),
      (try rig("amqps://test:test@127.0.0.1:\(port)/test", TLSOptions(caFile: certificates.ca)), "is not for '127.0.0.1'"),
      (try rig("amqps://localhost:\(port)/test", certificates.client("expired")), "the client certificate"),
    ]
    for (rig, sentence) in failures {
      #expect(try await rig.disconnected().match.contains(sentence))
      await rig.connection.close(within: .seconds(30))
    }
    let refusals = [
      (try rig("amqps://test:test@localhost:\(port)/test", nil), "needs a file of certificate authorities"),
      (try rig("amqp://test:test@localhost:\(port)/test", TLSOptions(caFile: certificates.ca)), "TLS takes an amqps:// address"),
      (try rig("amqps://test:test@localhost:\(port)/test", TLSOptions(caFile: "/nowhere.pem")), "/nowhere.pem"),
      (
        try rig(
          "amqps://test:test@localhost:\(port)/test",
          TLSOptions(caFile: certificates.ca, certificateFile: certificates.folder + "/client.pem")),
        "without its key"
      ),
    ]
    for (rig, sentence) in refusals {
      #expect(try await rig.refused().contains(sentence))
      await rig.connection.close(within: .seconds(30))
    }
    try await broker.stop()
    _ = try await Subprocess.output("rm", ["-rf", certificates.folder])
  }
}
