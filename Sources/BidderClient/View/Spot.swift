internal import SharedKernel
internal import TerminalKit

/// What a place on the screen stands for, to who points at it.
enum Spot: Hashable {
  case lot(AuctionID)
  case tab(Model.Tab)
}

/// What is drawn there: found by drawing, so that nothing can be pointed at where it is not.
func spot(in model: Model, x: Int, y: Int) -> Spot? {
  var drawing = Drawing(model, model.size)
  drawing.draw()
  return drawing.spots.last { $0.y == y && $0.columns.contains(x) }?.spot
}
