/// A terminal in memory: inputs are given beforehand, frames are kept. For tests, for printing one frame, for scripts.
package final class HeadlessTerminal: Terminal {
  package private(set) var size: Size
  /// The last frame shown.
  package private(set) var frame: Frame?
  package private(set) var frameCount = 0
  package private(set) var bells = 0
  package private(set) var stops = 0
  package private(set) var titles: [String] = []
  package private(set) var notices: [String] = []
  /// Whether there is a desktop.
  package var canNotify = true
  package var hasMouse = true
  package private(set) var isMouseTaken = false
  private var inputs: ArraySlice<Input>
  private let waiting: (HeadlessTerminal, Int32) -> Void

  /// After the last of `inputs` the terminal is closed, unless `whenIdle` (told how many milliseconds it may take) sends more.
  package init(
    _ size: Size, inputs: [Input] = [], whenIdle: @escaping (HeadlessTerminal, Int32) -> Void = { t, _ in t.send(.closed) }
  ) {
    (self.size, self.inputs, self.waiting) = (size, inputs[...], whenIdle)
  }

  package func send(_ input: Input) { inputs.append(input) }

  package func present(_ frame: Frame) {
    self.frame = frame
    frameCount += 1
  }
  package func wait(for descriptor: Int32, atMost milliseconds: Int32) {
    if inputs.isEmpty { waiting(self, milliseconds) }
  }
  package func nextInput() -> Input? {
    guard let next = inputs.popFirst() else { return nil }
    if case .resize(let new) = next { size = new }
    return next
  }
  package func bell() { bells += 1 }
  package func title(_ text: String) { titles.append(text) }
  package func notify(_ text: String, title: String) -> Bool {
    if canNotify { notices.append(text) }
    return canNotify
  }
  package func mouse(_ isTaken: Bool) -> Bool {
    isMouseTaken = isTaken && hasMouse
    return hasMouse
  }
  package func suspend() { stops += 1 }
  package func repaint() {}
}
