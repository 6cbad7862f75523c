import Foundation
import Testing
import Witan

import WitanTraining

/// Losses against their formulas and their own differences.
struct ProbeLossTests {
  private let z: [Double] = (0..<11).map { 2 * sin(Double($0 * $0) + 0.3) }

  private func entropy(_ y: Double, _ z: Double) -> Double {
    let p = 1 / (1 + exp(-z))
    return -(y * log(p) + (1 - y) * log(1 - p))
  }

  @Test("the gradient is that of finite differences", arguments: ProbeLoss.allCases, [1, 3, 16])
  func gradient(_ loss: ProbeLoss, window: Int) {
    let labels: [[Float]] = [[0], [1], [0.3], (0..<11).map { $0 == 4 ? 1 : 0 }]
    for y in labels {
      for progress in [0.25, 1] {
        var (g, unused): ([Double], [Double]) = ([], [])
        func value(_ z: [Double], _ out: inout [Double]) -> Double {
          loss.value(z, y, window: window, temperature: 0.7, progress: progress, gradient: &out)
        }
        _ = value(z, &g)
        for t in z.indices {
          var (up, down) = (z, z)
          up[t] += 1e-5
          down[t] -= 1e-5
          let difference = (value(up, &unused) - value(down, &unused)) / 2e-5
          #expect(abs(g[t] - difference) < 1e-8, "token \(t): \(g[t]) and \(difference)")
        }
      }
    }
  }

  @Test("the published loss is the one of its formula")
  func windowSoftmax() {
    let (m, tau) = (4, 0.5)
    let means = z.indices.map { t in
      let kept = max(0, t - m + 1)...t
      return kept.reduce(0) { $0 + z[$1] } / Double(kept.count)
    }
    let total = means.reduce(0) { $0 + exp($1 / tau) }
    for y in [Float(0), 1] {
      let expected = means.reduce(0) { $0 + exp($1 / tau) / total * entropy(Double(y), $1) }
      var g: [Double] = []
      let got = ProbeLoss.windowSoftmax.value(z, [y], window: m, temperature: tau, gradient: &g)
      #expect(abs(got - expected) < 1e-12)
    }
  }

  @Test("the cumulative maximum is judged at every token, and annealing moves towards it from the mean")
  func cumulative() {
    var g: [Double] = []
    func value(_ loss: ProbeLoss, _ progress: Double = 1) -> Double {
      loss.value(z, [1], window: 16, temperature: 1, progress: progress, gradient: &g)
    }
    let expected = z.indices.reduce(0) { $0 + entropy(1, z[...$1].max()!) } / Double(z.count)
    #expect(abs(value(.cumulativeMaximum) - expected) < 1e-12)
    #expect(value(.annealed, 1) == value(.cumulativeMaximum) && value(.annealed, 0) == value(.mean))
  }

  @Test("large logits overflow nothing", arguments: ProbeLoss.allCases)
  func extremes(_ loss: ProbeLoss) {
    var g: [Double] = []
    let value = loss.value([1e4, -1e4, 1e4], [0], window: 2, temperature: 0.01, gradient: &g)
    #expect(value.isFinite && g.allSatisfy { $0.isFinite })
  }
}
