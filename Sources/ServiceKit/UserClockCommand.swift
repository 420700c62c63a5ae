package import ArgumentParser
import NTPKit
package import SharedKernel

/// A program without a journal that may have a clock.
package protocol ClockProgram {
  /// The executable's name.
  static var program: String { get }
  static var brokerUser: String { get }
  /// What else there is to know of its clock, in the help.
  static var remark: Sentence { get }
  /// What is said where none has left anything.
  static var without: Sentence { get }
  /// Whether it runs a clock at all.
  static var hasClock: Bool { get }
}

/// `relogio` of a program without a journal: the clock that it had last, and what its user's programs have in common.
package struct UserClockCommand<Program: ClockProgram>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    .spoken(
      "relogio", "clock",
      abstract: said("Mostra o relógio deste usuário e os seus servidores.", "Shows this user's clock and its servers."),
      discussion: said(
        """
        Não pergunta nada a ninguém. \(Program.remark.portuguese) \(ClockWords.marks.portuguese)

        \(ClockWords.codes.portuguese)

        EXEMPLOS:
          \(Program.program) relogio
          \(Program.program) relogio --json
        """,
        """
        Asks nobody anything. \(Program.remark.english) \(ClockWords.marks.english)

        \(ClockWords.codes.english)

        EXAMPLES:
          \(Program.program) clock
          \(Program.program) clock --json
        """))
  }

  @OptionGroup var house: HouseOptions
  @Flag(help: ArgumentHelp(said("Responde em linhas JSON.", "Answers with JSON lines."))) var json = false

  package init() {}

  package func run() throws {
    let settings = try house.resolved(brokerUser: Program.brokerUser)
    let anchorFile = settings.anchorFile
    let live = Program.hasClock ? ClockFile.ofUser(Program.program, beside: anchorFile).read() : nil
    try ClockView(
      program: Program.program, without: Program.without, needsRecord: false, found: live.map { ClockView.Found($0) },
      cached: CachedTime(of: settings.time, in: anchorFile), wantsNoServers: settings.time == .none,
      systemNow: SystemTime.reading.instant
    ).show(json: json)
  }
}
