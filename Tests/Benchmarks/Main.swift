import ServiceKit

@main
enum Main {
  static func main() async { await CommandRunner.run(BenchCommand.self) }
}
