/// What a connection tells its owner, on the connection's own thread.
package enum ConnectionEvent: Sendable, Hashable {
  /// Logged in and able to publish; subscriptions follow. Tags of earlier generations are void.
  case connected(generation: UInt64)
  /// The subscription consumes from `queue`; all its bindings stand, except those reported as refused before this.
  case subscribed(name: String, queue: String)
  /// A binding of an exclusive queue stands: what is published from now on arrives.
  case bound(name: String, binding: Binding)
  /// What one pump of the socket brought, in order.
  case delivered([Delivery])
  /// The broker ended the subscription (its queue is gone, or its channel was closed): its tags are void; it is tried again.
  case subscriptionCancelled(name: String)
  /// The broker takes no publishes for now (memory or disk alarm): publishes wait, up to their limit, until `.unblocked`
  /// or `.disconnected`.
  case blocked(String)
  case unblocked
  /// Nothing has come for so long, not even a heartbeat that was due: the broker, or the way to it, may be gone. `.heard` or
  /// `.disconnected` ends it.
  case silent(for: Duration)
  /// Something has come again after `.silent`.
  case heard
  /// The connection is gone, or could not be made. Every unsettled publish has been reported before this.
  case disconnected(reason: String, retryIn: Duration)
  /// The broker said no: to the login, a virtual host, a queue, a binding, or an exchange. A sentence for the operator.
  /// Logins and subscriptions are tried again; a refused binding with the next connection.
  case refused(String)
}
