import AuctionService
import ServiceKit

@main
enum Main {
  static func main() async {
    HelpTopic.check(AuctionCommand.self)
    await CommandRunner.run(AuctionCommand.self)
  }
}
