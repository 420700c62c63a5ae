import BidService
import ServiceKit

@main
enum Main {
  static func main() async {
    HelpTopic.check(BidCommand.self)
    await CommandRunner.run(BidCommand.self)
  }
}
