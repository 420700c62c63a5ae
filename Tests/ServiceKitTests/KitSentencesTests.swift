import Glibc
import JournalKit
import MessagingKit
import NTPKit
import ServiceKit
import SharedKernel
import SigningKit
import SuiteTesting
import Testing

/// What the kits' errors say to a person, in each language.
@Suite struct KitSentencesTests {
  private static func spoken(_ body: () throws -> Void) -> Sentence? {
    do {
      try body()
      return nil
    } catch {
      return (error as? any Spoken)?.sentence
    }
  }

  private static func expectBothLanguages(_ sentence: Sentence?) {
    guard let sentence else {
      Issue.record("no sentence")
      return
    }
    #expect(sentence.portuguese != sentence.english)
    for language in Language.allCases {
      #expect(ForeignWords.found(in: sentence.said(in: language), for: language) == [], "\(sentence.said(in: language))")
    }
  }

  @Test(arguments: [
    "http://x", "amqp://a:b@", "amqp://a:b@[::1", "amqp://a:b@[::1]x/v", "amqp://a:b@h:0", "amqp://h", "amqp://:b@h",
    "amqp://a:b@h/", "amqp://a:b@h/v/w", "amqp://a:b@h/%2", "amqp://a:b@h/v?x", "amqp://a:b@h/%ff",
    "amqp://" + String(repeating: "x", count: 2_100),
  ])
  func `A broker's address is refused in both languages`(text: String) {
    Self.expectBothLanguages(Self.spoken { _ = try BrokerURL(text) })
  }

  @Test(arguments: ["", "a b", "a:0", "none,a", "[::1", (1...17).map { "h\($0)" }.joined(separator: ",")])
  func `Time servers are refused in both languages`(text: String) {
    Self.expectBothLanguages(Self.spoken { _ = try TimeSource(environment: text) })
  }

  @Test(
    arguments: [
      .chosen, .outvoted, .noMajority, .untried, .waitingForTurn, .unresolved(Sentence(system: "Name or service not known")),
      .sameAsAnother,
      .unreachable(Sentence(system: "Connection refused")), .noAnswer,
    ] + ReplyCheck.Reason.allCases.map { .refused($0) } + KissCode.allCases.map { .kissed($0) } as [ServerStanding])
  func `How a time server stands is told in both languages`(standing: ServerStanding) {
    Self.expectBothLanguages(standing.sentence)
  }

  @Test(
    arguments: [
      .held(pid: 7), .held(pid: nil), .copy, .newer(version: 9), .corrupt(Sentence("x", "y")), .notDurable(Sentence("x", "y")),
      .exposed(Sentence("x", "y")), .duplicate("x"), .closed,
    ] as [JournalError.Kind])
  func `A journal is refused in both languages`(kind: JournalError.Kind) {
    Self.expectBothLanguages(JournalError(kind, "/d/ms_lance.sqlite").sentence)
  }

  @Test func `A journal folder that others may write to is refused in both languages, with what mends it`() throws {
    let folder = try ScratchFolder()
    #expect(chmod(folder.path, 0o777) == 0)
    let sentence = Self.spoken {
      _ = try Journal.open(folder: folder.path, name: "j", waitingForLock: false) { _ in }
    }
    Self.expectBothLanguages(sentence)
    #expect(sentence?.portuguese.contains("chmod 700 \(folder.path)") == true)
  }

  @Test func `What the system refuses is told in both languages, its reason too`() throws {
    let folder = try ScratchFolder()
    try folder.write([], "file")
    Self.expectBothLanguages(
      Self.spoken { _ = try Journal.open(folder: folder.file("file/data"), name: "j", waitingForLock: false) { _ in } })
    let keys = KeyFolder(path: folder.file("file"))
    Self.expectBothLanguages(Self.spoken { _ = try keys.publicKeys() })
  }

  @Test(arguments: [
    "", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
  ])
  func `What is no key is refused in both languages`(text: String) {
    Self.expectBothLanguages(Self.spoken { _ = try PrivateKey(pem: Array(text.utf8), passphrase: nil) })
    Self.expectBothLanguages(Self.spoken { _ = try PublicKey(pem: Array(text.replacing("PUBLIC", with: "OTHER").utf8)) })
  }

  @Test func `Passphrases and key types are refused in both languages, without OpenSSL's words`() throws {
    let locked = try PrivateKey.generate(.ed25519).pem(passphrase: [1])
    for wrong in [nil, [2]] as [[UInt8]?] {
      let sentence = Self.spoken { _ = try PrivateKey(pem: locked, passphrase: wrong) }
      Self.expectBothLanguages(sentence)
      #expect(sentence?.portuguese.contains("error:") == false)
    }
    Self.expectBothLanguages(Self.spoken { _ = try PrivateKey.generate(.rsa(bits: 512)) })
    Self.expectBothLanguages(Self.spoken { _ = try PrivateKey.generate(.ed25519).pem(passphrase: []) })
  }

  @Test func `A key folder's troubles are told in both languages`() throws {
    let scratch = try ScratchFolder()
    let folder = KeyFolder(path: scratch.path + "/keys")
    Self.expectBothLanguages(Self.spoken { _ = try folder.privateKey(of: "ana") { nil } })
    let key = try PrivateKey.generate(.ed25519)
    try folder.writePair(key, for: "ana", passphrase: nil, replacing: false)
    Self.expectBothLanguages(Self.spoken { try folder.writePair(key, for: "ana", passphrase: nil, replacing: false) })
    Self.expectBothLanguages(Self.spoken { _ = try folder.privateKey(of: "Ana!") { nil } })
    Self.expectBothLanguages(Self.spoken { _ = try folder.publicKey(of: "bia") })
    try folder.writePublicKey(PrivateKey.generate(.ed25519).publicKey, for: "ana", replacing: true)
    Self.expectBothLanguages(Self.spoken { _ = try folder.privateKey(of: "ana") { nil } })
  }

  @Test func `What became of a message is told without a case's name`() {
    for outcome in [PublishOutcome.confirmed, .refused, .returned(code: 312, text: "NO_ROUTE"), .unknown("x"), .busy] {
      #expect(ForeignWords.found(in: "\(outcome)", for: .current) == [], "\(outcome)")
    }
  }
}
