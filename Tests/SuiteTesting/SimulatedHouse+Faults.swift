import AuctionFacts
import AuctionWire
import SharedKernel

extension SimulatedHouse {
  /// Lets something fail, now, or mends it. What cannot fail because it is down already fails by itself.
  func inject(_ what: HousePlan.What) {
    switch what {
    case .plannedEnd(let index, let point): processes[index].plannedEnd = point
    case .kill(let index, let losingPower):
      guard processes[index].isRunning else { return }
      faults += 1
      processes[index].crash(flushing: Int(random.interval(0...4)), losingPower: losingPower)
    case .handOver(let index): handOver(processes[index])
    case .pause(let index, let interval):
      guard processes[index].isRunning, paused[processes[index].name] == nil else { return }
      faults += 1
      pause(processes[index], for: interval)
    case .loseLink(let choice):
      guard let connection = pick(choice) else { return }
      faults += 1
      connection.lose("cut")
    case .severLink(let choice, let broker, let process):
      guard let connection = pick(choice), !connection.isSevered else { return }
      faults += 1
      sever(connection, broker: broker, process: process)
    case .delayConfirms(let choice, let interval):
      guard let connection = pick(choice, of: processes.flatMap(\.connections)) else { return }
      faults += 1
      connection.confirmsHeldUntil = world.time.now + interval
      slow.append(connection)
    case .commitFails(let isBooks, let failure):
      faults += 1
      (isBooks ? books.store : calendar.store).failure = failure
      world.tally.reached(failure == .lost ? .commitLost : .commitUnheard)
    case .restartBroker:
      faults += 1
      world.broker.restart()
    case .block:
      faults += 1
      world.broker.block()
    case .unblock: world.broker.unblock()
    case .squeeze:
      faults += 1
      world.broker.squeezedTo = world.broker.depth(.lanceRealizado) / 2
    case .release: world.broker.squeezedTo = nil
    case .breakBindings(let isBids):
      faults += 1
      world.broker.brokenExchanges = [isBids ? .lances : .leilao]
    case .mendBindings: world.broker.brokenExchanges = []
    case .clock(let index, let step): change(index == 0 ? calendar.clock : books.clock, step)
    case .houseDown(let interval):
      faults += 1
      for process in processes.prefix(2) {
        process.crash(flushing: 0, losingPower: false)
        restarts[process.name] = world.time.now + interval
      }
    case .schedule, .cancel, .suspend, .resume, .void, .passOn, .foolishCommand, .bid, .ask, .flood, .poison, .repeated,
      .removeKey,
      .restoreKey:
      break
    }
  }

  private func pick(_ choice: UInt64, of candidates: [SimulatedConnection]? = nil) -> SimulatedConnection? {
    let up = (candidates ?? processes.flatMap(\.connections) + bidders.flatMap(\.connections)).filter(\.isUp)
    return up.isEmpty ? nil : up[Int(choice % UInt64(up.count))]
  }

  /// The broker goes on giving to who is gone, and another is there at once.
  private func handOver(_ process: any SimulatedProcess) {
    guard process.isRunning else { return }
    faults += 1
    let old = process.connections
    process.crash(flushing: Int(random.interval(0...4)), losingPower: false, lingering: true)
    for connection in old where connection.isLingering {
      let longest = HousePlan.longestDeadLink.microseconds / 1_000
      ghosts.append((connection, world.time.now + .milliseconds(random.interval(0...longest))))
    }
    restarts[process.name] = world.time.now + .milliseconds(random.interval(0...50))
  }

  private func pause(_ process: any SimulatedProcess, for interval: Interval) {
    world.tally.reached(.paused)
    world.trace.say(process.name, "is stopped for \(interval.microseconds / 1_000) ms")
    paused[process.name] = world.time.now + interval
    // Longer than the heartbeats allow: its links are gone when it comes back, and it does not know.
    guard interval > Self.heartbeat else { return }
    for connection in process.connections where connection.isUp && !connection.isSevered {
      sever(connection, broker: Self.heartbeat, process: interval + .milliseconds(random.interval(0...500)))
    }
  }

  private func sever(_ connection: SimulatedConnection, broker: Interval, process: Interval) {
    world.tally.reached(.halfOpenLink)
    connection.sever()
    severed.append((connection, broker: world.time.now + broker, process: world.time.now + process))
  }

  /// Within the bounds that the clock knows of itself; the system's clock knows none.
  private func change(_ clock: SimulatedClock, _ step: Int64) {
    faults += 1
    switch clock.status {
    case _ where plan.isUndisciplined:
      clock.isDeceived = plan.isLiedTo
      // A second to and fro, and seldom half an hour.
      let isLeap = step.magnitudeAsInt > 900_000
      clock.offset = isLeap ? .seconds(step > 0 ? 1_800 : -1_800) : .microseconds(step)
      world.tally.reached(isLeap ? .clockLeap : .clockStep)
      if plan.isLiedTo { world.tally.reached(.clockLie) }
    case .systemClock: break
    case .synchronized where step > 500_000:
      world.tally.reached(.clockLost)
      (clock.status, clock.uncertainty) = (.unsynchronized, .seconds(2))
      clock.offset = .microseconds(step)
    case .synchronized, .holdover, .unsynchronized:
      world.tally.reached(.clockMoved)
      (clock.status, clock.uncertainty) = (step > 0 ? .holdover : .synchronized, .microseconds(2_000 + step.magnitudeAsInt / 50))
      clock.offset = .microseconds(step % max(1, clock.uncertainty.microseconds))
    }
    world.trace.say("clock", "\(clock.status), ahead by \(clock.offset.microseconds) µs of \(clock.uncertainty.microseconds)")
  }
}

extension Int64 {
  fileprivate var magnitudeAsInt: Int64 { self < 0 ? -self : self }
}
