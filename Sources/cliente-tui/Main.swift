import BidderClient
import ServiceKit

@main
enum Main {
  static func main() async { await CommandRunner.run(ClientCommand.self) }
}
