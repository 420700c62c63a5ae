import AuctionFacts
import Foundation
import SharedKernel
import SuiteTesting
import TerminalKit
import Testing

@testable import BidderClient

@Suite("What a terminal remembers")
struct MemoryTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private var file: MemoryFile { MemoryFile(path: scratch.file("recibos/alice/terminal.json")) }

  private func text() throws -> String { String(decoding: try scratch.read("recibos/alice/terminal.json"), as: UTF8.self) }

  private func memory(_ followed: [String], _ sound: Model.Sound = .bell, _ language: Language? = .portuguese) -> Memory {
    var memory = Memory()
    (memory.followed, memory.sound, memory.language) = (Set(followed.map(auctionID)), sound, language)
    return memory
  }

  @Test("is what was chosen with keys, and what is chosen again where nothing was")
  func keys() {
    var model = drawnModel()
    model.selection = auctionID("l-12")
    let marked = model.press(.character("f"))
    #expect(marked.contains(.remember(model.memory)) && model.memory.followed == [auctionID("l-12")])
    #expect(model.press(.character("m")).contains(.remember(model.memory)) && model.memory.sound == .bellAndTitle)
    #expect(model.memory.language == nil, "the locale's stays the locale's")
    #expect(model.press(.character("L")).contains(.remember(model.memory)) && model.memory.language == .english)
    #expect(model.press(.character("M")).contains(.remember(model.memory)) && model.memory.hasMouse == true)
    #expect(!model.press(.character("s")).contains { if case .remember = $0 { true } else { false } }, "the order is not kept")

    var next = Model(drawnModel().settings, size: drawnModel().size, clock: reading(drawnNow))
    next.restore(model.memory)
    for view in drawnAuctions { next.hear(.auction(view)) }
    #expect(next.live.lots[auctionID("l-12")]?.isFollowed == true && next.live.lots[auctionID("l-01")]?.isFollowed == false)
    #expect(next.sound == .bellAndTitle && next.hasMouse)
    #expect(
      !Model(drawnModel().settings, size: drawnModel().size, clock: reading(drawnNow)).hasMouse, "otherwise as the option says")
    next.selection = auctionID("l-12")
    next.press(.character("f"))
    #expect(next.memory.followed.isEmpty)
  }

  @Test("of very many marks, those of what is over or gone make room")
  func limit() {
    var model = drawnModel()
    model.restore(memory((0..<Memory.mostFollowed).map { "sumiu-\($0)" }))
    model.selection = auctionID("l-12")
    model.press(.character("f"))
    #expect(model.memory.followed == [auctionID("l-12")])
  }

  @Test("comes back from the file, which people can read; what others wrote into it stays")
  func roundTrip() throws {
    #expect(file.load().memory == Memory() && file.load().problem == nil)
    #expect(file.save(memory(["violao-1", "a-2"], .off)) == nil)
    #expect(
      try text() == """
        {
          "seguidos": [
            "a-2",
            "violao-1"
          ],
          "som": "mudo",
          "idioma": "pt"
        }

        """)
    #expect(file.load().memory == memory(["violao-1", "a-2"], .off))
    var withMouse = memory(["violao-1", "a-2"], .off)
    withMouse.hasMouse = true
    #expect(file.save(withMouse) == nil && file.load().memory == withMouse)
    try scratch.write(#"{"futuro": {"a": [1, null, "\u0022"]}, "som": "campainha"}"#.utf8, "recibos/alice/terminal.json")
    let first = file
    #expect(first.load().memory == memory([], .bell, nil))
    #expect(first.save(memory(["b"], .bell, nil)) == nil)
    #expect(try text().contains(#""futuro": {"a": [1, null, "\""]}"#))
    let mode = try FileManager.default.attributesOfItem(atPath: first.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("of two terminals of one bidder is what either has changed")
  func two() {
    let (one, other) = (file, file)
    for file in [one, other] { _ = file.load() }
    #expect(one.save(memory(["a"], .bell, nil)) == nil)
    #expect(other.save(memory(["b"], .off, nil)) == nil)
    #expect(one.save(memory([], .bell, nil)) == nil)
    #expect(file.load().memory == memory(["b"], .off, nil))
  }

  @Test(
    "that is broken is said, with the line, and set aside",
    arguments: [
      ("{\n \"som\": 5}", ":2: "), ("{", ":1: "), ("[]", ":1: "), ("{\"seguidos\":\n[\"A B\"]}", ":2: "),
      ("{\"idioma\":\"fr\"}", "pt, en"),
      (String(repeating: " ", count: MemoryFile.maximumBytes + 1), "\(MemoryFile.maximumBytes)"),
    ])
  func broken(text: String, said: String) throws {
    try FileManager.default.createDirectory(atPath: scratch.file("recibos/alice"), withIntermediateDirectories: true)
    for aside in ["quebrado", "quebrado.2"] {
      try scratch.write(text.utf8, "recibos/alice/terminal.json")
      let (memory, problem) = file.load()
      #expect(memory == Memory() && problem?.contains(said) == true, "\(problem ?? "-")")
      #expect(try scratch.read("recibos/alice/terminal.json.\(aside)") == Array(text.utf8))
      #expect(file.save(self.memory(["a"])) == nil && file.load().memory == self.memory(["a"]))
    }
  }

  @Test("that cannot be kept is said")
  func unwritable() {
    #expect(MemoryFile(path: "/dev/null/x/terminal.json").save(memory(["a"])) != nil)
  }
}
