package import SharedKernel

/// What a terminal knows beyond one run: what its bidder has chosen.
package struct Memory: Hashable, Sendable {
  package var followed: Set<AuctionID> = []
  package var sound = Model.Sound.bell
  /// Nil: the locale's.
  package var language: Language?
  /// Nil: as the option says.
  package var hasMouse: Bool?

  /// More auctions than that nobody marks.
  package static let mostFollowed = 1_000

  package init() {}

  /// This, with what has changed between two others: two terminals of one bidder's have one memory.
  package func changed(from before: Memory, to after: Memory) -> Memory {
    var changed = self
    changed.followed.subtract(before.followed.subtracting(after.followed))
    changed.followed.formUnion(after.followed.subtracting(before.followed))
    if before.sound != after.sound { changed.sound = after.sound }
    if before.language != after.language { changed.language = after.language }
    if before.hasMouse != after.hasMouse { changed.hasMouse = after.hasMouse }
    return changed
  }
}

extension Model {
  /// What is to be known the next time.
  package var memory: Memory {
    var memory = Memory()
    (memory.followed, memory.sound, memory.language) = (followed, sound, chosenLanguage)
    memory.hasMouse = chosenMouse
    return memory
  }

  /// What was chosen the last time. The language is in the settings already: an option goes before it.
  package mutating func restore(_ memory: Memory) {
    (followed, sound, chosenLanguage) = (memory.followed, memory.sound, memory.language)
    chosenMouse = memory.hasMouse
    hasMouse = settings.takesMouse || memory.hasMouse ?? false
    for id in live.lots.keys { live.lots[id]?.isFollowed = followed.contains(id) }
  }

  /// Marks an auction, or no longer; those that are over, or gone, make room.
  mutating func mark(_ id: AuctionID, _ isFollowed: Bool) {
    live.lots[id]?.isFollowed = isFollowed
    guard isFollowed else { return _ = followed.remove(id) }
    if followed.count >= Memory.mostFollowed { followed = followed.filter { live.lots[$0].map { !$0.isOver } ?? false } }
    if followed.count < Memory.mostFollowed { followed.insert(id) }
  }
}
