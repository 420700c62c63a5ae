import NotificationService
import ServiceKit

@main
enum Main {
  static func main() async { await CommandRunner.run(NotificationCommand.self) }
}
