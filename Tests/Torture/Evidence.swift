import Foundation
import SuiteTesting

/// What a failed round leaves for a reader: the journals, what the programs said, what the bidders were told, the broker's log.
struct Evidence {
  private let scene: Scene
  private let violations: [Violation]
  private let folder: String

  init(_ scene: Scene, _ violations: [Violation], in parent: String, _ name: String) {
    (self.scene, self.violations) = (scene, violations)
    folder = "\(parent)/\(name)"
  }

  /// - Returns: the folder; nil when it cannot be written.
  func keep() async -> String? {
    let files = FileManager.default
    try? files.removeItem(atPath: folder)
    do {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try write(violations.map(\.description), to: "violations.txt")
      for (number, run) in scene.runs.enumerated() { try write(run.program.errors.values, to: "\(number)-\(run.service).log") }
      for bidder in scene.bidders { try write(bidder.record.lines + bidder.record.complaints, to: "\(bidder.id).txt") }
      let (heard, isWhole) = await scene.tap.heardSoFar()
      try write(
        heard.map { "\($0.exchange) \($0.id) \(String(decoding: $0.body, as: UTF8.self))" }
          + (isWhole ? [] : ["(the rest could not be read from the broker)"]), to: "broker.txt")
      for service in Scene.Service.allCases {
        let data = scene.dataPath(service)
        for file in (try? files.contentsOfDirectory(atPath: data)) ?? [] where !files.fileExists(atPath: "\(folder)/\(file)") {
          try? files.copyItem(atPath: "\(data)/\(file)", toPath: "\(folder)/\(file)")
        }
      }
      try? files.copyItem(atPath: scene.broker.directory + "/log/node.log", toPath: folder + "/rabbitmq.log")
      try? files.copyItem(atPath: scene.house.keys + "/public", toPath: folder + "/keys")
      return folder
    } catch { return nil }
  }

  private func write(_ lines: [String], to name: String) throws {
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }
}
