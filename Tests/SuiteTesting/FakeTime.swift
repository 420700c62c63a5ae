internal import Foundation

/// libfaketime: another wall clock for a process, its monotonic clocks left alone.
package enum FakeTime {
  /// Where Debian puts it, for whichever machine.
  package static let library: String = {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
    let paths = (folders + ["."]).map { "/usr/lib/\($0)/faketime/libfaketimeMT.so.1" }
    return paths.first { FileManager.default.fileExists(atPath: $0) } ?? paths.last ?? ""
  }()

  /// For a process whose clock is given by `setting`: `FAKETIME` with an offset, or the file that holds it.
  package static func environment(_ setting: [String: String]) -> [String: String] {
    setting.merging([
      "LD_PRELOAD": library, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
    ]) { given, _ in given }
  }
}
