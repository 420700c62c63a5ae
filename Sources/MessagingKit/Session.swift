internal import CAMQP
import SharedKernel

/// One connection's life between its login and its end, on the owner thread. Every reconnect starts a new one from zero.
///
/// Channel 1 publishes, and consumes direct replies (the broker wants both on one channel); channel 2 binds, so that a
/// refused binding closes nothing else; every other subscription has a channel of its own, with a new number each time
/// it is made, so that an old tag never means a new delivery.
final class Session {
  static let publishChannel: UInt16 = 1
  static let controlChannel: UInt16 = 2

  let generation: UInt64
  let link: Link
  let options: ConnectionOptions
  let mailbox: Mailbox
  private let onEvent: (ConnectionEvent) -> Void

  var assembler: FrameAssembler
  /// Whom to tell of what is on its way; the messages themselves are not kept.
  var sequencer = ConfirmSequencer<Waiting.Receiver>()
  /// Publishes whose turn has not come: from `firstWaiting` on.
  var waiting: [Waiting] = []
  var firstWaiting = 0
  var consumers: [Consumer]
  var controlIsOpen = false
  var lastChannel: UInt16 = Session.controlChannel
  var isBlocked = false
  /// When something came last, as far as one can tell: librabbitmq keeps heartbeats to itself.
  private var heardAt = ContinuousClock.now
  private var isSilent = false
  /// Deliveries that have not been handed on: at most what one pump reads.
  var gathered: [Delivery] = []
  var gatheredBytes = 0

  /// One pump reads no more than this before the rest gets its turn.
  private static let framesPerPump = 2_048
  private static let bytesPerPump = 4 << 20
  /// One round sends no more than this many publishes before acknowledgements get their turn.
  private static let publishesPerRound = 256

  init(
    generation: UInt64, link: Link, options: ConnectionOptions, subscriptions: [Subscription], mailbox: Mailbox,
    onEvent: @escaping (ConnectionEvent) -> Void
  ) {
    self.generation = generation
    self.link = link
    self.options = options
    self.mailbox = mailbox
    self.onEvent = onEvent
    assembler = FrameAssembler(maximumBodySize: options.maximumBodySize)
    consumers = subscriptions.map { Consumer($0) }
  }

  /// Deliveries are told before whatever came after them.
  func emit(_ event: ConnectionEvent) {
    flushDeliveries()
    onEvent(event)
  }

  func emitRefusal(_ portuguese: String, _ english: String) { emit(.refused(options.language.choose(portuguese, english))) }

  func flushDeliveries() {
    guard !gathered.isEmpty else { return }
    // Not emptied with its capacity: that would be a new buffer of that size, since this one is handed on.
    let deliveries = gathered
    (gathered, gatheredBytes) = ([], 0)
    onEvent(.delivered(deliveries))
  }

  /// Runs until somebody closes the connection (then it returns) or it fails.
  func run() throws(LinkFailure) {
    try openPublishChannel()
    try checkExchanges()
    mailbox.open()
    emit(.connected(generation: generation))
    try announceReplies()

    var work = Mailbox.Work()
    var settlements: [Settlement] = []
    var bindingsChanged = false
    while true {
      mailbox.take(&work)
      settlements += work.settlements
      waiting += work.publishes
      bindingsChanged = bindingsChanged || work.bindingsChanged

      var isDrained = try pump()
      // During an alarm a request would wait for as long as that lasts.
      if !isBlocked {
        // What the broker sends behind its answer is in the library's buffer then, where the socket does not show it.
        if try subscribeWhereDue() {
          heard()
          isDrained = false
        }
        if bindingsChanged {
          try reconcileBindings()
          heard()
          isDrained = false
        }
        bindingsChanged = false
      }
      let settlementsWait = try send(&settlements)
      let publishesWait = try sendPublishes(&isDrained)
      flushDeliveries()
      noteSilence()

      if let deadline = work.closing, ContinuousClock.now >= deadline || (settlements.isEmpty && isIdle) {
        // A broker that does not read does not answer either.
        if !isBlocked, link.poll().writable { link.close(within: min(options.connectTimeout, .seconds(2))) }
        return
      }
      let limit = isDrained ? timeToNextDuty(closing: work.closing) : .zero
      mailbox.wait(socket: link.socket, forWriting: settlementsWait || publishesWait, atMost: limit)
    }
  }

  private var isIdle: Bool { sequencer.isEmpty && firstWaiting == waiting.count }

  /// librabbitmq keeps its heartbeat only when it is called: twice in each.
  private func timeToNextDuty(closing: ContinuousClock.Instant?) -> Duration {
    let now = ContinuousClock.now
    var limit = Duration.milliseconds(500 * max(link.heartbeatSeconds, 1))
    if let closing { limit = min(limit, closing - now) }
    if let silence = link.longestSilence, !isSilent { limit = min(limit, max(silence - (now - heardAt), .zero)) }
    if !isBlocked {
      for consumer in consumers where consumer.channel == nil { limit = min(limit, consumer.dueAt - now) }
    }
    return limit
  }

  /// Reads what has arrived.
  /// - Returns: false when there may be more.
  func pump() throws(LinkFailure) -> Bool {
    // The end of a connection can be read too: what fails was nothing that came.
    let isReadable = link.poll().readable
    let isDrained = try readFrames()
    if isReadable { heard() }
    return isDrained
  }

  private func readFrames() throws(LinkFailure) -> Bool {
    for _ in 0..<Self.framesPerPump {
      guard gatheredBytes < Self.bytesPerPump else {
        flushDeliveries()
        return false
      }
      guard let frame = try link.nextFrame() else { return true }
      try handle(frame)
    }
    return false
  }

  private func heard() {
    heardAt = .now
    guard isSilent else { return }
    isSilent = false
    emit(.heard)
  }

  private func noteSilence() {
    let time = ContinuousClock.now - heardAt
    guard !isSilent, let silence = link.longestSilence, time >= silence else { return }
    isSilent = true
    emit(.silent(for: time))
  }

  /// - Returns: true when some had to wait for the socket.
  private func send(_ settlements: inout [Settlement]) throws(LinkFailure) -> Bool {
    var sent = 0
    defer { settlements.removeFirst(sent) }
    for settlement in settlements {
      if sent.isMultiple(of: 64), !link.poll().writable { return true }
      try send(settlement)
      sent += 1
    }
    return false
  }

  private func send(_ settlement: Settlement) throws(LinkFailure) {
    let tag = settlement.tag
    // What an earlier connection or an earlier channel brought, what came automatically acknowledged and what never
    // came at all is not the broker's business.
    guard tag.generation == generation,
      let consumer = consumers.first(where: { $0.channel == tag.channel }),
      !consumer.subscription.automaticAcknowledgement, (1...max(consumer.lastNumber, 1)).contains(tag.number)
    else { return }
    switch settlement.verdict {
    case .acknowledged(let multiple): try link.acknowledge(tag.channel, tag.number, multiple: multiple)
    case .rejected: try link.reject(tag.channel, tag.number)
    }
  }

  /// Sends what the window, the broker and the socket allow.
  /// - Returns: true when some had to wait for the socket.
  private func sendPublishes(_ isDrained: inout Bool) throws(LinkFailure) -> Bool {
    defer { forgetSent() }
    for _ in 0..<Self.publishesPerRound {
      guard firstWaiting < waiting.count, sequencer.count < options.inFlightLimit, !isBlocked else { return false }
      let ready = link.poll()
      guard ready.writable else { return true }
      if ready.readable {
        // Whatever the broker has to say (blocked, closed, a heartbeat) comes before the next publish.
        isDrained = try pump()
        guard !isBlocked else { return false }
      }
      let next = waiting[firstWaiting]
      firstWaiting += 1
      sequencer.published(next.receiver, mandatory: next.message.isMandatory ? .init(next.message) : nil)
      try link.publish(Self.publishChannel, next.message)
    }
    isDrained = false
    return false
  }

  /// Only when half of them are sent: that keeps it linear over all publishes.
  private func forgetSent() {
    guard firstWaiting > 0, firstWaiting * 2 >= waiting.count else { return }
    waiting.removeFirst(firstWaiting)
    firstWaiting = 0
  }

  /// Tells the publishers; makes room first, so that they can publish again at once.
  func resolve(_ settled: [(Waiting.Receiver, PublishOutcome)]) {
    mailbox.settled(settled.count)
    for (receiver, outcome) in settled { receiver.resolve(outcome) }
  }

  /// The end: every publish that is still open is told so.
  func abandon(_ reason: String) {
    flushDeliveries()
    resolve(sequencer.abandoned(reason))
    let unsent = waiting[firstWaiting...].map { ($0.receiver, PublishOutcome.unknown(reason)) }
    waiting = []
    firstWaiting = 0
    resolve(unsent)
  }
}

extension ConfirmSequencer.Address {
  init(_ message: Publishing) {
    self.init(exchange: message.exchange, routingKey: message.routingKey, messageID: message.properties.messageID)
  }
}
