import SharedKernel

/// The owner thread's whole life: connect, run a session, wait, connect again, until somebody closes the connection.
struct ConnectionLoop {
  let options: ConnectionOptions
  let subscriptions: [Subscription]
  let mailbox: Mailbox
  let onEvent: @Sendable (ConnectionEvent) -> Void

  /// A connection that stood this long was a good one: the next failure counts as the first.
  private static let stableAfter = Duration.seconds(10)

  func run() {
    var generation: UInt64 = 0
    var failures = 0
    while !mailbox.isClosing {
      generation += 1
      let startedAt = ContinuousClock.now
      do {
        try connect(generation)
      } catch {
        if ContinuousClock.now - startedAt >= Self.stableAfter { failures = 0 }
        failures += 1
        guard !mailbox.isClosing else { return }
        let delay = options.backoff.delay(afterFailures: failures, random: .random(in: .min ... .max))
        let reason = error.reason.said(in: options.language)
        if error.isRefusal { onEvent(.refused(reason)) }
        onEvent(.disconnected(reason: reason, retryIn: delay))
        mailbox.waitBeforeReconnecting(until: .now + delay)
      }
    }
  }

  private func connect(_ generation: UInt64) throws(LinkFailure) {
    let link = try Link(connecting: options)
    mailbox.watch(link.socket)
    // In this order: nobody shuts down a descriptor that has been closed and given to somebody else.
    defer {
      mailbox.watch(nil)
      withExtendedLifetime(link) {}
    }
    if mailbox.isClosing { return }
    try link.login()

    let session = Session(
      generation: generation, link: link, options: options, subscriptions: subscriptions, mailbox: mailbox, onEvent: onEvent)
    do {
      try session.run()
      end(session, options.language.choose("a conexão foi fechada", "the connection was closed"))
    } catch {
      end(session, error.reason.said(in: options.language))
      throw error
    }
  }

  /// Tells every publish that is still open, oldest first.
  private func end(_ session: Session, _ reason: String) {
    let unseen = mailbox.shut()
    session.abandon(reason)
    session.resolve(unseen.map { ($0.receiver, .unknown(reason)) })
  }
}
