import ArgumentParser
import Logging
import MessagingKit
import ServiceKit
import SharedKernel
import Testing

@Suite struct LanguageTests {
  @Test(
    arguments: [
      ([nil, nil, nil], Language.portuguese), (["C.UTF-8", nil, nil], .portuguese), (["pt_BR.UTF-8", nil, "en_US"], .portuguese),
      (["", nil, "en_GB.UTF-8"], .english), ([nil, "en", "pt_BR"], .english), (["english", nil, nil], .english),
    ] as [([String?], Language)])
  func `is the first locale's that is set`(_ locales: [String?], _ language: Language) {
    #expect(Language(environment: locales) == language)
  }

  @Test(
    arguments: [
      (["p", "--idioma", "en"], .english), (["p", "lance", "x", "--language=pt"], .portuguese),
      (["p", "--idioma", "fr", "--idioma", "en"], .english), (["p", "--idioma", "fr"], nil), (["p", "--idioma"], nil),
      (["p", "--", "--idioma", "en"], nil), (["p", "--idiomas", "en"], nil), (["p"], nil),
    ] as [([String], Language?)])
  func `is before that the one that the command line names`(_ arguments: [String], _ language: Language?) {
    #expect(Language(arguments: arguments) == language)
  }
}

@Suite struct JSONLineTests {
  @Test func `escapes what JSON must not hold and keeps the order`() {
    var line = JSONLine()
    line.add("b", "a\"\\\n\u{1}é")
    line.add("a", Int64(-5))
    line.add("n", nil as String?)
    line.add("t", true)
    #expect(line.text == #"{"b":"a\"\\\n\u0001é","a":-5,"n":null,"t":true}"#)
  }
}

@Suite struct TurnRecordTests {
  @Test(arguments: ClockStatus.allCases)
  func `is read as it was written`(_ status: ClockStatus) throws {
    let reading = ClockReading(Timestamp(microseconds: -7), uncertainty: .milliseconds(3), status: status)
    #expect(try TurnRecord.decode(TurnRecord.encode(reading)) == reading)
  }

  @Test(arguments: [[], [UInt8](repeating: 0, count: 16), [UInt8](repeating: 9, count: 17)])
  func `is refused when it is something else`(_ bytes: [UInt8]) {
    #expect(throws: Failure.self) { try TurnRecord.decode(bytes) }
  }
}

@Suite struct HouseOptionsTests {
  @Test(arguments: [
    (["--broker", "http://x"], "--broker"), (["--ntp", "a,,b"], "--ntp"), (["--log", "loud"], "--log"),
    (["--log-format", "xml"], said("--formato-log", "--log-format")),
  ])
  func `names the option that was wrong`(_ arguments: [String], _ option: String) throws {
    let options = try HouseOptions.parse(arguments)
    let failure = #expect(throws: Failure.self) { try options.resolved(brokerUser: "cliente") }
    #expect(failure?.status == .usage)
    #expect(failure?.sentence.contains(option) == true)
  }

  @Test func `never repeats a broker's password`() throws {
    let options = try HouseOptions.parse(["--broker", "amqp://u:segredo@:x/"])
    let failure = #expect(throws: Failure.self) { try options.resolved(brokerUser: "cliente") }
    #expect(failure?.sentence.contains("segredo") == false)
  }

  @Test func `puts the journals beside the keys, never into the working directory`() throws {
    let settings = try HouseOptions.parse(["--chaves", "/somewhere/house/keys", "--ntp", "none"]).resolved(brokerUser: "ms_lance")
    #expect(settings.dataPath == "/somewhere/house/.leilao")
    #expect(settings.broker.user == "ms_lance")
    #expect(settings.broker.url.virtualHost == "leilao")
  }
}
