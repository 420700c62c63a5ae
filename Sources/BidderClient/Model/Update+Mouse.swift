internal import SharedKernel
internal import TerminalKit

// What the mouse may do: choose what is shown. It presses no key, and no bid is made with it.

extension Model {
  mutating func toggleMouse() {
    hasMouse.toggle()
    chosenMouse = hasMouse
    effects.append(.mouse(hasMouse))
    say(.mouse(hasMouse), for: .seconds(3))
  }

  mutating func loseMouse() {
    hasMouse = false
    say(.noMouse)
  }

  mutating func click(_ x: Int, _ y: Int) {
    guard hasMouse else { return }
    // As with a key that means nothing to it: whoever clicks looks elsewhere.
    if case .armed = mode { mode = .list }
    switch mode {
    case .list, .filter: break
    case .armed, .bidBox, .confirm, .notices, .terms, .help, .quit: return
    }
    switch spot(in: self, x: x, y: y) {
    case .lot(let id): selection = id
    case .tab(let tab): self.tab = tab
    case nil: break
    }
  }

  /// A row of the list at a time, three of a page. An amount is not turned.
  mutating func turn(_ wheel: Wheel) {
    guard hasMouse else { return }
    let step: Command = wheel == .up ? .previous : .next
    switch mode {
    case .list: act(step)
    case .notices, .terms, .help: for _ in 0..<3 { act(step) }
    case .filter, .armed, .bidBox, .confirm, .quit: break
    }
  }
}
