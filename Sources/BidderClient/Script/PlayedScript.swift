package import SharedKernel

extension Model {
  /// Plays a script up to that instant, without waiting: time passes in the steps that the model and the script ask for.
  /// - Parameter asked: gets what is asked of the house meanwhile.
  package mutating func play(_ script: Script, until end: Interval, asked: (ScriptedHouse.Order, Interval) -> Void = { _, _ in })
  {
    var house = ScriptedHouse(script, for: me)
    var now = Interval.zero
    var hasQuit = false
    func take(_ message: Message, _ model: inout Model) {
      for effect in model.update(message) where !hasQuit {
        if case .quit = effect { hasQuit = true }
        let (told, order) = house.perform(effect, at: now)
        if let order { asked(order, now) }
        for message in told { take(message, &model) }
      }
    }
    while !hasQuit {
      let told = house.nextAt.flatMap { $0 <= end ? $0 : nil }
      now = min(told ?? end, max(wakeUp - script.start, now), end)
      take(.tick(script.reading(at: script.start + now)), &self)
      if told == now {
        for message in house.tell() where !hasQuit { take(message, &self) }
      } else if now == end {
        return
      }
    }
  }
}
