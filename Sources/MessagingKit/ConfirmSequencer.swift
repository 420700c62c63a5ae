/// Which publishes of one channel in confirm mode are still open, and what the broker's answers mean for them.
///
/// The broker counts a channel's publishes from 1 and answers by number, singly or for all up to one, in any order
/// (RabbitMQ, "Publisher Confirms"). A returned message is named by nothing but its content; its confirm follows, so the
/// return is kept until then.
struct ConfirmSequencer<Ticket> {
  /// What a return can be told by.
  struct Address: Hashable {
    var exchange: String
    var routingKey: String
    var messageID: String?
  }

  private struct Open {
    let ticket: Ticket
    /// Nil when it is not mandatory: such a message is never returned.
    let address: Address?
    var returned: PublishOutcome?
  }

  /// Slot i holds number `firstNumber + i`; nil once it is settled. Never starts with a nil.
  private var slots: [Open?] = []
  private var head = 0
  private var firstNumber: UInt64 = 1
  /// How many publishes are open.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Notes a publish that has just been sent.
  mutating func published(_ ticket: Ticket, mandatory address: Address?) {
    slots.append(Open(ticket: ticket, address: address))
    count += 1
  }

  /// The broker sends a mandatory message back; it does so before that message's confirm, in the order of publishing.
  mutating func returned(_ address: Address, code: Int, text: String) {
    for index in head..<slots.count where slots[index]?.returned == nil && slots[index]?.address == address {
      slots[index]?.returned = .returned(code: code, text: text)
      return
    }
  }

  /// `basic.ack`: what it settles, in order of publishing. Numbers that are not open are passed over.
  mutating func confirmed(_ number: UInt64, multiple: Bool) -> [(Ticket, PublishOutcome)] {
    settle(number, multiple: multiple) { $0 ?? .confirmed }
  }

  /// `basic.nack`.
  mutating func refused(_ number: UInt64, multiple: Bool) -> [(Ticket, PublishOutcome)] {
    settle(number, multiple: multiple) { $0 ?? .refused }
  }

  /// The channel is gone: whatever is open is unknown, but for what is known to have come back. Numbers start anew.
  mutating func abandoned(_ reason: String) -> [(Ticket, PublishOutcome)] {
    defer { self = Self() }
    return slots[head...].compactMap { open in open.map { ($0.ticket, $0.returned ?? .unknown(reason)) } }
  }

  private mutating func settle(
    _ number: UInt64, multiple: Bool, outcome: (PublishOutcome?) -> PublishOutcome
  ) -> [(Ticket, PublishOutcome)] {
    let end = firstNumber + UInt64(slots.count - head)
    let indices: Range<Int>
    if multiple {
      // Zero means all (AMQP 0-9-1, basic.ack).
      let last = number == 0 ? end - 1 : min(number, end - 1)
      guard last >= firstNumber else { return [] }
      indices = head..<(head + Int(last - firstNumber) + 1)
    } else {
      guard (firstNumber..<end).contains(number) else { return [] }
      let index = head + Int(number - firstNumber)
      indices = index..<(index + 1)
    }
    var settled: [(Ticket, PublishOutcome)] = []
    for index in indices {
      guard let open = slots[index] else { continue }
      settled.append((open.ticket, outcome(open.returned)))
      slots[index] = nil
    }
    count -= settled.count
    dropSettledFront()
    return settled
  }

  private mutating func dropSettledFront() {
    while head < slots.count, slots[head] == nil {
      head += 1
      firstNumber += 1
    }
    // Compacting only when half is dead keeps this linear over all publishes.
    if head > 64 && head * 2 > slots.count {
      slots.removeFirst(head)
      head = 0
    }
  }
}
