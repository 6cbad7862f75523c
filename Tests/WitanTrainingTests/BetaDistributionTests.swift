import Testing
import WitanTraining

/// The beta distribution and what rests on it against SciPy 1.17 (beta, betabinom).
struct BetaDistributionTests {
  @Test(
    "the share below x is SciPy's",
    arguments: [
      (0.1, 0.5, 0.5, 0.20483276469913345), (0.3, 2, 5, 0.5798250000000003),
      (0.02, 10, 990, 0.9952636915913022), (0.01, 49, 4781, 0.4784622521118338),
      (1e-6, 1, 1e6, 0.632120742768355), (0.999, 3000, 2.5, 0.3057810539829857),
      (0.5, 200, 200, 0.5), (0.0009, 1000, 999_001, 0.0005469736007649294),
    ])
  func cumulative(_ x: Double, _ a: Double, _ b: Double, _ expected: Double) {
    let found = BetaDistribution(a: a, b: b).cumulative(x)
    #expect(abs(found / expected - 1) < 1e-8, "\(found)")
  }

  @Test(
    "quantiles are SciPy's, near 0 too",
    arguments: [
      (0.025, 10, 991, 0.004805510691049308), (0.975, 10, 991, 0.017015783069894586),
      (0.025, 1, 1e6, 2.5317807663794178e-08), (0.975, 0.5, 0.5, 0.9984586668665639),
      (0.5, 3000, 2.5, 0.9992752006658054), (0.025, 49, 4781, 0.007515991502969974),
      (0.001, 2, 3, 0.013022947370814273),
    ])
  func quantile(_ p: Double, _ a: Double, _ b: Double, _ expected: Double) {
    let distribution = BetaDistribution(a: a, b: b)
    let found = distribution.quantile(p)
    #expect(abs(found / expected - 1) < 1e-8, "\(found)")
    #expect(abs(distribution.cumulative(found) / p - 1) < 1e-8)
    #expect(distribution.quantile(0) == 0 && distribution.quantile(1) == 1)
  }

  @Test(
    "Clopper and Pearson's interval is the one of SciPy's quantiles",
    arguments: [
      (0, 1, 0, 0.975), (0, 30, 0, 0.11570330822202778), (1, 30, 0.0008435709266304788, 0.17216945563341265),
      (15, 30, 0.31297028586802744, 0.6870297141319726), (30, 30, 0.8842966917779722, 1),
      (3, 1000, 0.0006190999316495713, 0.008742023238478303),
      (48, 4828, 0.007339292305123144, 0.013160276309917339),
      (1, 1_000_000, 2.5317807663794178e-08, 5.571630655166939e-06),
      (137, 250, 0.48405025041126376, 0.6107981566641802),
    ])
  func clopperPearson(_ hits: Int, _ n: Int, _ lower: Double, _ upper: Double) {
    let found = Metrics.exactInterval(hits, of: n)
    #expect(
      abs(found.lowerBound - lower) <= 1e-8 * lower && abs(found.upperBound / upper - 1) < 1e-8, "\(found)")
  }

  @Test("the exact interval of nothing says nothing")
  func empty() { #expect(Metrics.exactInterval(0, of: 0) == 0...1) }

  @Test(
    "successes of m trials are SciPy's beta-binomial",
    arguments: [
      (100, 10, 991, 0, 3), (4828, 49, 4781, 31, 70), (50, 1, 99, 0, 3), (1000, 500, 501, 456, 543),
      (7, 1, 1, 0, 7),
    ])
  func successes(_ m: Int, _ a: Double, _ b: Double, _ lower: Int, _ upper: Int) {
    #expect(BetaDistribution(a: a, b: b).successes(of: m) == lower...upper)
  }
}
