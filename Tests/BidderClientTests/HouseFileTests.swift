import ArgumentParser
import Foundation
import MessagingKit
import NTPKit
import ServiceKit
import SuiteTesting
import Testing

@testable import BidderClient

@Suite("Houses by name")
struct HouseFileTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  @discardableResult
  private func write(_ text: String, mode: Int = 0o600) throws -> HouseFile {
    let path = try scratch.write(text.utf8, "casas.json")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return HouseFile(path: path)
  }

  private static let two = """
    {
      "sp": {"broker": "amqp://cliente:segredo@10.0.0.1:5700/leilao", "chaves": "sp/keys", "dados": "/dados/sp"},
      "rio-2": {"broker": "amqp://u:v@10.0.0.2/leilao", "chaves": "~/rio", "perfil": "compartilhada", "ntp": "none"}
    }
    """

  @Test("go before the environment and behind what is given; paths begin beside the file or at home")
  func resolved() throws {
    let file = try write(Self.two)
    let sp = try file.house(named: "sp")
    let settings = try HouseOptions.parse([]).resolved(brokerUser: "cliente", at: sp)
    #expect(settings.broker.url.host == "10.0.0.1" && settings.broker.url.password == "segredo")
    #expect(settings.keyPath == scratch.file("sp/keys") && settings.dataPath == "/dados/sp" && settings.name == "sp")
    let given = try HouseOptions.parse(["--broker", "amqp://a@b/c", "--dados", "/outra"]).resolved(brokerUser: "cliente", at: sp)
    #expect(given.broker.url.host == "b" && given.dataPath == "/outra" && given.keyPath == scratch.file("sp/keys"))
    let rio = try HouseOptions.parse([]).resolved(brokerUser: "cliente", at: try file.house(named: "rio-2"))
    let home = try #require(environmentValue("HOME"))
    #expect(rio.keyPath == home + "/rio" && rio.time == .none)
    #expect(rio.dataPath.hasSuffix("/leilao/rio-2") && rio.dataPath != settings.dataPath, "a folder of its own")
    #expect(file.names == ["sp", "rio-2"])
  }

  @Test("whose name is not known are listed")
  func unknown() throws {
    let failure = #expect(throws: Failure.self) { try write(Self.two).house(named: "sq") }
    #expect(failure?.status == .usage && failure?.sentence.contains("sp, rio-2") == true)
    let none = #expect(throws: Failure.self) { try HouseFile(path: scratch.file("nada.json")).house(named: "sp") }
    #expect(none?.status == .usage && none?.sentence.contains(HouseFile.example) == true)
  }

  @Test("with a password in the file are nobody else's to read", arguments: [0o644, 0o640, 0o620])
  func exposed(mode: Int) throws {
    let failure = #expect(throws: Failure.self) { try write(Self.two, mode: mode).house(named: "sp") }
    #expect(failure?.status == .configuration && failure?.sentence.contains("chmod 600") == true)
    // Without one they may be anybody's.
    let open = try write(#"{"sp": {"broker": "amqp://10.0.0.1/leilao", "chaves": "k"}}"#, mode: mode)
    #expect(try open.house(named: "sp").name == "sp")
  }

  @Test(
    "that are written wrong are said with their line, and no password",
    arguments: [
      ("{\n  \"sp\": {\"brocker\": \"amqp://a\", \"chaves\": \"k\"}}", ":2: ", "broker, chaves, dados"),
      ("{\n\n  \"sp\": {\"chaves\": \"k\"}}", ":3: ", "“broker”"),
      ("{\"Sp\": {}}", ":1: ", "minúsculas"),
      ("{\"sp\": {\"broker\": \"amqp://x\", \"chaves\": \"k\"}, \"sp\": {}}", ":1: ", "cada nome uma vez"),
      ("{\"sp\": {\"broker\": \"amqp://x\", \"chaves\": \"\"}}", ":1: ", "um texto"),
      ("[]", ":1: ", "um objeto"), ("{", ":1: ", "aceito"), ("{\"sp\": 3}", ":1: ", "um objeto"),
    ])
  func wrong(text: String, line: String, accepted: String) throws {
    let failure = #expect(throws: Failure.self) { try write(text).house(named: "sp") }
    #expect(failure?.status == .configuration, "\(text)")
    #expect(
      failure?.sentence.contains(line) == true && failure?.sentence.contains(accepted) == true, "\(failure?.sentence ?? "-")")
  }

  @Test("whose values are wrong are said by file, house and member, and no password")
  func wrongValue() throws {
    let file = try write(#"{"sp": {"broker": "amqp://cliente:segredo@/:x", "chaves": "k"}}"#)
    let failure = #expect(throws: Failure.self) {
      try HouseOptions.parse([]).resolved(brokerUser: "cliente", at: try file.house(named: "sp"))
    }
    #expect(failure?.sentence.contains("casas.json, sp, broker") == true && failure?.sentence.contains("segredo") == false)
  }

  @Test("shown as the example can be read")
  func example() throws { #expect(try write(HouseFile.example).house(named: "sp").name == "sp") }
}
