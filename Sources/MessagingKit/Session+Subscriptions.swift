internal import CAMQP
import SharedKernel

/// A subscription as it stands in one connection.
struct Consumer {
  let subscription: Subscription
  /// Nil while it does not consume.
  var channel: UInt16?
  var queue = ""
  /// The highest delivery number that came on this channel.
  var lastNumber: UInt64 = 0
  /// The bindings that stand, and those that were refused in this connection: they are not tried again in it.
  var bound: Set<Binding> = []
  var refused: Set<Binding> = []
  private(set) var dueAt = ContinuousClock.now
  private var failures = 0

  init(_ subscription: Subscription) {
    self.subscription = subscription
  }

  mutating func failed(_ backoff: Backoff) {
    failures += 1
    dueAt = .now + backoff.delay(afterFailures: failures, random: .random(in: .min ... .max))
  }

  mutating func consumes(_ queue: String, on channel: UInt16) {
    self.queue = queue
    self.channel = channel
    lastNumber = 0
    failures = 0
  }
}

extension Session {
  /// Opens channel 1: confirms, and the consumer of direct replies if there is one, since the broker takes a request
  /// with a direct reply-to only on a channel that consumes the replies.
  func openPublishChannel() throws(LinkFailure) {
    do {
      try link.openChannel(Self.publishChannel)
      try link.selectConfirms(Self.publishChannel)
      guard let index = consumers.firstIndex(where: { $0.subscription.source == .directReplies }) else { return }
      try link.consume(
        Self.publishChannel, queue: Publishing.directReplyTo, consumer: consumers[index].subscription.name,
        automaticAcknowledgement: true)
      consumers[index].consumes(Publishing.directReplyTo, on: Self.publishChannel)
    } catch .channelClosed(let code, let text) {
      throw .closedByBroker(code: code, text: text)
    }
  }

  /// A queue that is missing refuses its subscription; an exchange that is missing would refuse the first message only.
  func checkExchanges() throws(LinkFailure) {
    var missing: [String] = []
    for exchange in options.exchanges {
      let refusal = try refusal { channel throws(LinkFailure) in try link.checkExchange(channel, exchange) }
      if let refusal { missing.append("\(exchange) (\(refusal))") }
    }
    guard missing.isEmpty else {
      let names = missing.joined(separator: ", ")
      throw .incomplete(
        Sentence(
          "faltam no broker exchanges em que esta conexão publica: \(names)",
          "exchanges that this connection publishes to are missing at the broker: \(names)"))
    }
  }

  func announceReplies() throws(LinkFailure) {
    if let replies = consumers.first(where: { $0.channel == Self.publishChannel }) {
      emit(.subscribed(name: replies.subscription.name, queue: replies.queue))
    }
  }

  /// Makes every subscription that does not stand and whose time has come.
  /// - Returns: whether the broker was asked for anything.
  func subscribeWhereDue() throws(LinkFailure) -> Bool {
    var hasAsked = false
    for index in consumers.indices
    where consumers[index].channel == nil && consumers[index].subscription.source != .directReplies {
      guard consumers[index].dueAt <= .now else { continue }
      try subscribe(index)
      hasAsked = true
    }
    return hasAsked
  }

  private func subscribe(_ index: Int) throws(LinkFailure) {
    let subscription = consumers[index].subscription
    guard lastChannel < link.lastChannel else {
      throw .lost("esta conexão já usou todos os seus canais", "this connection has used all of its channels")
    }
    lastChannel += 1
    let channel = lastChannel
    do {
      try link.openChannel(channel)
      let queue: String
      switch subscription.source {
      case .queue(let name):
        queue = name
      case .exclusive:
        queue = try link.declareExclusiveQueue(channel)
        try bindAnew(index, queue)
      case .bound(let name, _):
        queue = name
        try bindAnew(index, queue)
      case .directReplies:
        return
      }
      if subscription.prefetch > 0, !subscription.automaticAcknowledgement {
        try link.setPrefetch(channel, subscription.prefetch)
      }
      try link.consume(
        channel, queue: queue, consumer: subscription.name, automaticAcknowledgement: subscription.automaticAcknowledgement)
      consumers[index].consumes(queue, on: channel)
      emit(.subscribed(name: subscription.name, queue: queue))
    } catch .channelClosed(let code, let text) {
      consumers[index].failed(options.backoff)
      emitRefusal(
        "a inscrição “\(subscription.name)” foi recusada: \(code) \(text)",
        "subscription '\(subscription.name)' was refused: \(code) \(text)")
    }
  }

  private func bindAnew(_ index: Int, _ queue: String) throws(LinkFailure) {
    consumers[index].queue = queue
    consumers[index].bound = []
    try reconcileBindings(of: index)
  }

  /// Makes the bindings of the queues that are ours what callers want them to be.
  func reconcileBindings() throws(LinkFailure) {
    for index in consumers.indices where consumers[index].channel != nil { try reconcileBindings(of: index) }
  }

  private func reconcileBindings(of index: Int) throws(LinkFailure) {
    guard consumers[index].subscription.source.bindings != nil else { return }
    let name = consumers[index].subscription.name
    let queue = consumers[index].queue
    let wanted = mailbox.bindings(of: name)
    consumers[index].refused.formIntersection(wanted)

    for binding in consumers[index].bound.subtracting(wanted) {
      consumers[index].bound.remove(binding)
      try control("unbind", name, binding) { channel throws(LinkFailure) in try link.unbind(channel, queue: queue, binding) }
    }
    for binding in wanted.subtracting(consumers[index].bound).subtracting(consumers[index].refused) {
      let isBound = try control("bind", name, binding) { channel throws(LinkFailure) in
        try link.bind(channel, queue: queue, binding)
      }
      if isBound {
        consumers[index].bound.insert(binding)
        emit(.bound(name: name, binding: binding))
      } else {
        consumers[index].refused.insert(binding)
      }
    }
  }

  @discardableResult
  private func control(
    _ verb: String, _ name: String, _ binding: Binding, _ request: (UInt16) throws(LinkFailure) -> Void
  ) throws(LinkFailure) -> Bool {
    guard let refusal = try refusal(of: request) else { return true }
    let (key, exchange) = (binding.key, binding.exchange)
    emitRefusal(
      "\(verb) de “\(name)” a “\(key)” em “\(exchange)” foi recusado: \(refusal)",
      "\(verb) of '\(name)' to '\(key)' on '\(exchange)' was refused: \(refusal)")
    return false
  }

  /// Makes a request that the broker may refuse by closing its channel: that of the control channel, which is opened again.
  /// - Returns: why it was refused; nil when it was not.
  private func refusal(of request: (UInt16) throws(LinkFailure) -> Void) throws(LinkFailure) -> String? {
    do {
      if !controlIsOpen { try link.openChannel(Self.controlChannel) }
      controlIsOpen = true
      try request(Self.controlChannel)
      return nil
    } catch .channelClosed(let code, let text) {
      controlIsOpen = false
      return "\(code) \(text)"
    }
  }
}
