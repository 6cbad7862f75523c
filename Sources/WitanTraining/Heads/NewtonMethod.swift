internal import Witan

/// Newton's method for a smooth convex function, with steps halved until the value does not rise.
struct NewtonMethod {
  /// What is known at a point.
  struct Model {
    let value: Double
    let gradient: [Double]
    /// H^-1 gradient, for the Hessian or an approximation that is positive definite.
    let direction: [Double]
  }

  /// Where it ended.
  struct Minimum {
    let point: [Double]
    let value: Double
    let steps: Int
  }

  var maximumSteps = 100
  /// The share of 1 + |value| that half the Newton decrement may still promise at the end; the
  /// distance to the minimum squares with every step, so the last one leaves far less.
  var tolerance = 1e-11

  /// Throws what `model` throws, and `data` when the steps do not suffice.
  func minimise(
    from start: [Double], value: ([Double]) -> Double, model: ([Double]) throws(WitanError) -> Model
  ) throws(WitanError) -> Minimum {
    var point = start
    for step in 1...maximumSteps {
      let here = try model(point)
      let decrement = zip(here.gradient, here.direction).reduce(0) { $0 + $1.0 * $1.1 }
      let isLast = decrement / 2 <= tolerance * (1 + here.value.magnitude)
      var size = 1.0
      var (next, nextValue) = (point, Double.infinity)
      repeat {
        next = zip(point, here.direction).map { $0 - size * $1 }
        nextValue = value(next)
        size /= 2
      } while !(nextValue <= here.value) && size > 1e-10
      // No step lowers the value: rounding is all that is left.
      guard nextValue <= here.value else { return Minimum(point: point, value: here.value, steps: step) }
      if isLast { return Minimum(point: next, value: nextValue, steps: step) }
      point = next
    }
    throw WitanError(
      .data, "no minimum was found in \(maximumSteps) steps; give a larger lambda, or scale the features")
  }
}
