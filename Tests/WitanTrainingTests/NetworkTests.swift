import Foundation
import Testing
import Witan
import WitanTraining

/// The gradients of a network against finite differences of its loss.
struct NetworkTests {
  /// One architecture to check.
  struct Shape: Sendable, CustomTestStringConvertible {
    var labels: Int
    var hidden: [Int]
    var isDense: Bool
    var task: ModelSpec.Task

    var testDescription: String { "\(labels) \(task.rawValue), hidden \(hidden)\(isDense ? ", dense" : "")" }

    static let all = ([.singleLabel, .multiLabel] as [ModelSpec.Task]).flatMap { task in
      [[], [6], [7, 5]].flatMap { hidden in
        [false, true].flatMap { isDense in
          [2, 5].map { Shape(labels: $0, hidden: hidden, isDense: isDense, task: task) }
        }
      }
    }
  }

  /// A network with random weights everywhere, one input and its targets.
  private struct Problem {
    let network: Network
    let activations: Activations
    let x: [Float]  // what the table gives
    let vector: [Float]
    let targets: [Double]

    init(_ shape: Shape, seed: UInt64) throws {
      let spec = try ModelSpec(
        features: FeatureSpec(log2Buckets: 8), task: shape.task,
        labels: (0..<shape.labels).map { Label(id: "\($0)") }, hidden: shape.hidden,
        dense: shape.isDense ? DenseSpec(name: "d", digest: "d", dimensions: 16) : nil)
      network = Network(spec, seed: seed)
      activations = Activations(network)
      var random = SeededRandom(seed: seed)
      func values(_ count: Int, _ scale: Double) -> [Float] {
        (0..<count).map { _ in Float((2 * random.unit() - 1) * scale) }
      }
      x = values(network.columns, 0.8)
      vector = values(16, 0.5)
      targets = (0..<spec.width).map { _ in random.unit() }
      for j in 0..<network.columns { network.bias[j] += values(1, 0.5)[0] }
      for (layer, inputs) in [
        (network.dense, 16), (network.hidden, shape.hidden.first ?? 0),
        (network.output, shape.hidden.last ?? 0),
        (network.hiddenBias, network.hidden.rows),
      ] {
        // Padding stays 0, as it is in training.
        for i in 0..<layer.rows {
          for j in 0..<inputs { layer.weights[i * layer.width + j] += values(1, 0.4)[0] }
        }
      }
    }

    var isSoftmax: Bool { network.spec.task == .singleLabel && !network.spec.isBinary }

    func forward() {
      for j in 0..<network.columns { activations.x[j] = x[j] }
      for j in 0..<16 where network.spec.dense != nil { activations.vector[j] = vector[j] }
      network.forward(activations, isDense: true)
    }

    /// Probabilities and cross entropy in double precision. [width]
    func evaluate() -> (p: [Double], loss: Double) {
      forward()
      let z = (0..<network.spec.width).map { Double(activations.z[$0]) }
      guard isSoftmax else {
        let p = z.map { 1 / (1 + exp(-$0)) }
        return (p, zip(p, targets).reduce(0) { $0 - $1.1 * log($1.0) - (1 - $1.1) * log(1 - $1.0) })
      }
      let total = z.reduce(0) { $0 + exp($1) }
      let p = z.map { exp($0) / total }
      let mass = targets.reduce(0, +)
      return (p, zip(p, targets).reduce(0) { $0 - $1.1 / mass * log($1.0) })
    }

    /// Forward, dz, backward.
    func backward() {
      let p = evaluate().p
      let mass = isSoftmax ? targets.reduce(0, +) : 1
      for j in p.indices { activations.gradient[j] = Float(p[j] - targets[j] / mass) }
      network.backward(activations)
    }

    func slope(_ weight: UnsafeMutablePointer<Float>) -> Double {
      let before = weight.pointee
      let step: Float = 0x1p-8
      weight.pointee = before + step
      let above = evaluate().loss
      weight.pointee = before - step
      let below = evaluate().loss
      weight.pointee = before
      return (above - below) / (2 * Double(step))
    }
  }

  @Test("backward gives the slopes of the loss", arguments: Shape.all)
  func gradients(_ shape: Shape) throws {
    var compared = 0
    var other: [String: Int] = [:]
    for seed in 1...6 as ClosedRange<UInt64> {
      let problem = try Problem(shape, seed: seed)
      defer { problem.activations.deallocate() }
      let (network, a) = (problem.network, problem.activations)
      problem.backward()
      let gradient = (0..<network.columns).map { a.gradient[$0] }
      let secondGradient = (0..<network.hidden.rows).map { a.secondGradient[$0] }
      let first = (0..<(shape.hidden.first ?? 0)).map { a.first[$0] }
      let second = (0..<network.hidden.rows).map { a.second[$0] }

      func expect(_ weight: UnsafeMutablePointer<Float>, _ expected: Float, _ what: String) {
        let slope = problem.slope(weight)
        // A unit that switches on or off between the two points has no slope there.
        let isSmooth = (slope - Double(expected)).magnitude < 2e-3
        if !isSmooth { other[what, default: 0] += 1 }
        compared += 1
      }
      for j in 0..<network.columns { expect(network.bias + j, gradient[j], "bias") }
      for j in 0..<(shape.isDense ? network.columns : 0) {
        for k in 0..<16 {
          expect(
            network.dense.weights + j * network.dense.width + k, gradient[j] * problem.vector[k], "dense")
        }
      }
      let last = second.isEmpty ? first : second
      for j in 0..<network.output.rows {
        for k in last.indices {
          expect(network.output.weights + j * network.output.width + k, gradient[j] * last[k], "output")
        }
      }
      for j in secondGradient.indices {
        expect(network.hiddenBias.weights + j, secondGradient[j], "hidden bias")
        for k in first.indices {
          expect(
            network.hidden.weights + j * network.hidden.width + k, secondGradient[j] * first[k], "hidden")
        }
      }
    }
    #expect(compared >= 6)
    let allowed = shape.hidden.isEmpty ? 0 : compared / 50
    #expect(other.values.reduce(0, +) <= allowed, "of \(compared) slopes others are \(other)")
  }

  @Test("relu lets gradients of closed units through nowhere")
  func closedUnits() throws {
    let problem = try Problem(Shape(labels: 5, hidden: [6], isDense: false, task: .multiLabel), seed: 9)
    defer { problem.activations.deallocate() }
    for k in 0..<6 { problem.network.bias[5 + k] = k % 2 == 0 ? -10 : 10 }
    problem.backward()
    for k in 0..<6 {
      #expect((problem.activations.gradient[5 + k] == 0) == (k % 2 == 0))
      #expect((problem.activations.first[k] == 0) == (k % 2 == 0))
    }
  }
}
