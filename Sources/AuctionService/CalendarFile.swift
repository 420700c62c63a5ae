import AuctionFacts
import ServiceKit
import SharedKernel

/// The calendar file of `ms-leilao --leiloes`.
enum CalendarFile {
  static func read(_ path: String, now: ClockReading) throws -> [Command] { [] }
}
