import BidService
import ServiceKit

@main
enum Main {
  static func main() async { await CommandRunner.run(BidCommand.self) }
}
