import AuctionFacts
import AuctionService
import AuctionWire
import MessagingKit
import NTPKit
import ServiceKit
import SharedKernel

/// What reads bytes from outside, each with what must hold for any bytes whatever. Nothing may trap, which needs no words.
enum FuzzTarget: String, CaseIterable {
  case envelope, payload, ntp, frames, calendar
  /// Broken on purpose: to see that what is found is told.
  case planted

  func check(_ input: [UInt8]) throws(BrokenProperty) {
    switch self {
    case .envelope: try Bodies.check(input)
    case .payload: try Payloads.check(input)
    case .ntp: try NTPReplies.check(input)
    case .frames: try FrameProgram.check(input)
    case .calendar: try CalendarText.check(input)
    case .planted:
      try require(input != Array("broken".utf8), "this input is planted")
      precondition(input != Array("trap".utf8), "this input is planted")
    }
  }
}

/// A calendar file: read, or refused in sentences that name its lines.
private enum CalendarText {
  static func check(_ input: [UInt8]) throws(BrokenProperty) {
    let proposed: [ProposedTerms]
    do throws(Failure) {
      proposed = try CalendarFile.read(input, from: "c.json")
    } catch {
      return try check(error)
    }
    for terms in proposed {
      let made = terms.terms(asOf: Timestamp(microseconds: 1_763_700_000_000_000))
      try require(made.auction == terms.auction, "terms of another auction")
    }
  }

  private static func check(_ refusal: Failure) throws(BrokenProperty) {
    try require(refusal.status == .usage, "a refusal with status \(refusal.status.rawValue)")
    let lines = refusal.sentence.split(separator: "\n")
    try require(!lines.isEmpty && lines.count <= CalendarFile.mostTold + 1, "\(lines.count) lines of problems")
    for line in lines {
      try require(line.hasPrefix("c.json:"), "a problem without its place: \(line)")
      try requireFit(String(line), most: 1_000)
    }
  }
}
