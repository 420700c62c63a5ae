import Glibc
import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs one service until it ends or SIGTERM or SIGINT asks it to; a second signal is not waited for beyond the bound.
package enum ServiceRunner {
  package static func run(_ service: some Service) async throws {
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
    configuration.maximumGracefulShutdownDuration = .seconds(20)
    try await ServiceGroup(configuration: configuration).run()
  }
}

/// Tells whoever started the service that it consumes: creates the file that `LEILAO_READY_FILE` names.
package enum Readiness {
  package static func announce(_ name: String) {
    guard let path = environmentValue("LEILAO_READY_FILE"), !path.isEmpty else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    let line = Array("\(name) \(getpid())\n".utf8)
    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
  }
}
