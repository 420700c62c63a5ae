import SharedKernel

extension Session {
  func handle(_ frame: IncomingFrame) throws(LinkFailure) {
    do {
      if let message = try assembler.take(frame) { receive(message) }
    } catch {
      throw .lost(
        "o broker violou o protocolo: \(error.sentence.portuguese)", "the broker broke the protocol: \(error.sentence.english)")
    }
    switch frame {
    case .confirm(Self.publishChannel, let number, let multiple):
      resolve(sequencer.confirmed(number, multiple: multiple))
    case .refusal(Self.publishChannel, let number, let multiple):
      resolve(sequencer.refused(number, multiple: multiple))
    case .cancel(let channel, let consumer):
      try cancelled(channel, consumer)
    case .channelClose(let channel, let code, let text):
      try link.acceptChannelClose(channel)
      try closed(channel, "\(code) \(text)")
    case .connectionClose(let code, let text):
      link.acceptConnectionClose()
      throw .closedByBroker(code: code, text: text)
    case .blocked(let reason):
      isBlocked = true
      emit(.blocked(reason))
    case .unblocked:
      isBlocked = false
      emit(.unblocked)
    case .other(_, let method):
      throw .lost(
        "o broker mandou um quadro que ninguém pediu (método \(method))",
        "the broker sent a frame that nobody asked for (method \(method))")
    case .deliver, .returned, .header, .body, .confirm, .refusal, .heartbeat:
      break
    }
  }

  private func receive(_ message: FrameAssembler.Message) {
    switch message.kind {
    case .returned(let code, let text):
      let address = ConfirmSequencer<Waiting.Receiver>.Address(
        exchange: message.exchange, routingKey: message.routingKey, messageID: message.properties.messageID)
      sequencer.returned(address, code: code, text: text)
    case .delivery(_, let number, let isRedelivered):
      // A channel that has just been closed may still have had something under way.
      guard let index = consumers.firstIndex(where: { $0.channel == message.channel }) else { return }
      consumers[index].lastNumber = max(consumers[index].lastNumber, number)
      gatheredBytes += message.body.count
      gathered.append(
        Delivery(
          tag: DeliveryTag(generation: generation, channel: message.channel, number: number),
          subscription: consumers[index].subscription.name, exchange: message.exchange, routingKey: message.routingKey,
          isRedelivered: isRedelivered, properties: message.properties, body: message.body, isOversize: message.isOversize))
    }
  }

  /// The broker ended a consumer: its queue is gone, or its queue's node. Its channel is still open, and closed by us.
  private func cancelled(_ channel: UInt16, _ name: String) throws(LinkFailure) {
    guard let index = consumers.firstIndex(where: { $0.channel == channel && $0.subscription.name == name }) else { return }
    guard channel != Self.publishChannel else {
      throw .lost(
        "o broker encerrou o consumidor das respostas diretas", "the broker ended the consumer of direct replies")
    }
    end(index)
    try link.closeChannel(channel)
  }

  private func closed(_ channel: UInt16, _ reason: String) throws(LinkFailure) {
    switch channel {
    case Self.publishChannel:
      emitRefusal(
        "uma publicação foi recusada e o canal dela, fechado: \(reason)",
        "a publish was refused and its channel closed: \(reason)")
      resolve(sequencer.abandoned(reason))
      if let index = consumers.firstIndex(where: { $0.channel == channel }) { end(index) }
      try openPublishChannel()
      try announceReplies()
    case Self.controlChannel:
      controlIsOpen = false
    default:
      guard let index = consumers.firstIndex(where: { $0.channel == channel }) else { return }
      let name = consumers[index].subscription.name
      emitRefusal(
        "o canal da inscrição “\(name)” foi fechado: \(reason)", "the channel of subscription '\(name)' was closed: \(reason)")
      end(index)
    }
  }

  private func end(_ index: Int) {
    consumers[index].channel = nil
    consumers[index].failed(options.backoff)
    emit(.subscriptionCancelled(name: consumers[index].subscription.name))
  }
}
