import Foundation
import SuiteTesting
import Testing

/// A disk that refuses one sync while a pair of keys is written (strace injects the error).
struct KeyPairTests {
  private let scratch: ScratchFolder
  init() throws { scratch = try ScratchFolder() }

  private func keygen(_ options: String..., failingSync number: Int? = nil) throws -> CommandRun {
    let strace = number.map {
      ["/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=\($0)"]
    }
    let program = ["/usr/bin/env", "LEILAO_KEYS=" + scratch.file("keys"), PrivateHouse.executables + "/cliente-tui"]
    return try CommandRun((strace ?? []) + program + ["keygen", "ana"] + options)
  }

  /// Both halves; nil for one that is not there.
  private func pair() -> [Data?] {
    ["private", "public"].map { try? Data(contentsOf: URL(filePath: scratch.file("keys/\($0)/ana.pem"))) }
  }

  /// Each half's file and each half's folder are synced.
  @Test(arguments: 1...4) func `leaves no half of a new pair, and the next attempt makes both`(_ number: Int) throws {
    let failed = try keygen(failingSync: number)
    #expect(failed.status == 74, "\(failed)")
    #expect(pair() == [nil, nil])
    #expect(try keygen().status == 0)
    #expect(pair().allSatisfy { $0 != nil })
  }

  @Test(arguments: 1...4) func `leaves the pair that was to be replaced`(_ number: Int) throws {
    #expect(try keygen().status == 0)
    let before = pair()
    #expect(before.allSatisfy { $0 != nil })
    let failed = try keygen("--substituir", failingSync: number)
    #expect(failed.status == 74, "\(failed)")
    #expect(pair() == before)
    #expect(try keygen("--substituir").status == 0)
    #expect(zip(pair(), before).allSatisfy { $0 != $1 })
  }
}
