import BidderClient
import ServiceKit

@main
enum Main {
  static func main() async {
    HelpTopic.check(ClientCommand.self)
    await CommandRunner.run(ClientCommand.self)
  }
}
