import SharedKernel
internal import Synchronization

/// Courtesy to others' servers: who of this user's programs may ask where, and when. What is agreed lies in the anchor file.
extension Poller {
  /// Until the anchor file is tried again that another process had, and how often that is done.
  private static let busyPause: Nanoseconds = .milliseconds(20)
  static let mostBusyTurns = 250

  /// Whether no process of this user has asked there within the floor but this one, in the burst that it is in; if one has, what it
  /// learnt is used. Each packet renews the turn: the floor runs from the last of them, and a burst whose process was stopped in
  /// between goes on only if nobody else has asked since.
  func hasTurn(_ index: Int, at address: SocketAddress) -> Bool {
    let schedule = associations[index].schedule
    guard let file, schedule.pace != .loopback else { return true }
    let held = associations[index].turn.flatMap { $0.address == address ? $0.end : nil }
    do {
      let turn = try file.takeTurn(for: address, floor: schedule.pace.floor, holding: held, at: SystemTime.boot())
      if turn != .busy { associations[index].busyTurns = 0 }
      let now = SystemTime.boot()
      switch turn {
      case .granted(let end):
        associations[index].turn = (address, end)
        return true
      case .notBefore(let end):
        associations[index].schedule.postpone(until: end, using: &dice)
        associations[index].waitsForTurn()
        adoptAnchor(at: now)
        return false
      case .busy:
        associations[index].busyTurns += 1
        // Nobody holds it that long who is not stopped: then a server is rather asked twice than never.
        if associations[index].busyTurns > Self.mostBusyTurns { return true }
        associations[index].schedule.retry(after: Self.busyPause, at: now, using: &dice)
        associations[index].waitsForTurn()
        return false
      }
    } catch {
      associations[index].busyTurns = 0
      note(anchorProblem: error.reason)
      return true
    }
  }

  /// A server that wants fewer questions gets none from the other processes of this user either.
  func leaveAlone(_ index: Int, at now: Nanoseconds) {
    let association = associations[index]
    guard file != nil, association.schedule.pace != .loopback, let address = association.address,
      let next = association.schedule.next
    else { return }
    associations[index].untoldRest = Association.UntoldRest(address: address, end: next, retryAt: now)
    tellRest(index, at: now)
  }

  /// Tells the others of a rest. While one of them has the file that is tried again, ever more seldom, until the rest is over.
  /// - Parameter isLast: whether there will be no other time, so that the pause between two does not matter.
  func tellRest(_ index: Int, at now: Nanoseconds, isLast: Bool = false) {
    guard let file, var rest = associations[index].untoldRest, isLast || now >= rest.retryAt else { return }
    associations[index].untoldRest = nil
    do {
      if try file.rest(rest.address, until: rest.end, at: SystemTime.boot()) { return }
      rest.tries += 1
      rest.retryAt = now + Self.busyPause << min(Int64(rest.tries), 6)
      if rest.retryAt < rest.end { associations[index].untoldRest = rest }
    } catch {
      note(anchorProblem: error.reason)
    }
  }
}
