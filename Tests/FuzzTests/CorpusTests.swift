import Foundation
import SuiteTesting
import Testing

/// The inputs from which the fuzzer sets out and those that were worth keeping (scripts/fuzz), tried once more in a process of their own: a trap ends that one, and
/// its last line names the input.
@Suite("The kept inputs") struct CorpusTests {
  private static let tests = String(#filePath.dropLast("FuzzTests/CorpusTests.swift".count))
  private static let program = PrivateHouse.executables + "/Fuzz"

  private func files(in folder: String) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.tests + folder)
    return names.sorted().map { "\(Self.tests)\(folder)/\($0)" }
  }

  @Test(arguments: ["envelope", "payload", "ntp", "frames", "calendar"])
  func `break nothing`(target: String) async throws {
    var inputs = try files(in: "Fuzz/Corpus/\(target)")
    if target == "envelope" { inputs += try files(in: "AuctionWireTests/Golden") }
    try #require(!inputs.isEmpty)
    let run = try await Subprocess.run(Self.program, [target] + inputs)
    #expect(run.status == 0, "\(run.output.suffix(2_000))")
    #expect(run.output.hasSuffix("tried \(inputs.count)\n"))
  }

  @Test(arguments: [("trap", 132 as Int32), ("broken", 1)])
  func `would be named if they broke something`(input: String, status: Int32) async throws {
    let scratch = try ScratchFolder()
    let (planted, good) = (scratch.file("planted"), scratch.file("good"))
    try Data(input.utf8).write(to: URL(filePath: planted))
    try Data("well".utf8).write(to: URL(filePath: good))
    let run = try await Subprocess.run(
      Self.program, ["planted", good, planted], environment: ["SWIFT_BACKTRACE": "enable=no"])
    #expect(run.status == status)
    let tried = run.output.split(separator: "\n").filter { $0.hasPrefix("trying ") }
    #expect(tried.last == "trying \(planted)")
    if status == 1 { #expect(run.output.contains("broken property: this input is planted")) }
  }
}
