import Foundation
import Glibc
import SharedKernel
import SuiteTesting

extension Fault {
  static let disks = [full, failing]

  /// ms-lance's journal on a small file system that somebody else fills.
  private static let full = Fault(
    "disk-full", "disco cheio sob o diário", "a full disk under the journal", obstacle: { SmallDisk.obstacle }
  ) { _ in
    var setting = Setting()
    let disk = SmallDisk()
    setting.data[.bids] = disk.path
    setting.disk = disk
    return (
      setting,
      { scene in
        try await scene.moment()
        try disk.fill()
        let ending = try await scene.ended(.bids)
        disk.free()
        guard ending == .code(74) else { throw Program.Failure(description: "on a full disk ms-lance ended with \(ending)") }
        try await scene.start(.bids)
      }
    )
  }

  /// One of ms-lance's syncs fails; what it had written may be on the disk or not.
  private static let failing = Fault(
    "fsync-error", "fsync falha sob o diário (EIO)", "fsync fails under the journal (EIO)",
    obstacle: {
      needs(strace, "strace") ?? (mayTrace ? nil : Sentence("strace não pode seguir processos", "strace may not trace"))
    }
  ) { random in
    var setting = Setting()
    let number = random.interval(1...14)
    setting.wrapper[.bids] = [
      strace, "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e",
      "inject=fdatasync,fsync:error=EIO:when=\(number)",
    ]
    setting.strikesAtOnce = true
    return (
      setting,
      { scene in
        guard let ending = try? await scene.ended(.bids) else { throw NotReached(description: "sync number \(number)") }
        guard ending == .code(74) else { throw Program.Failure(description: "after a failed sync ms-lance ended with \(ending)") }
        try await scene.start(.bids)
      }
    )
  }

  private static let strace = "/usr/bin/strace"

  /// Containers may forbid it.
  private static let mayTrace = (try? CommandRun(strace, "-qq", "-o", "/dev/null", "true"))?.status == 0

  /// Why a tool that is not there stands in the way.
  static func needs(_ path: String, _ package: String) -> Sentence? {
    access(path, R_OK) == 0 ? nil : Sentence("falta \(package)", "\(package) is not installed")
  }
}

/// A file system of four megabytes in memory; only root may make one.
final class SmallDisk: Sendable {
  let path = "/tmp/leilao-disk-\(UInt64.random(in: .min ... .max))"
  private let isMounted: Bool

  init() {
    isMounted = mkdir(path, 0o700) == 0 && mount("tmpfs", path, "tmpfs", 0, "size=4m,mode=0700") == 0
    if isMounted { Orphans.adopt(mount: path) }
  }

  deinit {
    if isMounted { umount2(path, 2) }
    rmdir(path)
  }

  static let obstacle: Sentence? = {
    SmallDisk().isMounted ? nil : Sentence("só root monta um disco pequeno", "only root can mount a small disk")
  }()

  /// Takes all the room that there is.
  func fill() throws {
    let file = open(path + "/ballast", O_WRONLY | O_CREAT, 0o600)
    guard file >= 0 else { throw NotReached(description: "the small disk takes no file: errno \(errno)") }
    defer { close(file) }
    for size in [65_536, 4_096, 1] {
      let bytes = [UInt8](repeating: 0, count: size)
      while write(file, bytes, size) > 0 {}
    }
  }

  func free() { unlink(path + "/ballast") }
}
