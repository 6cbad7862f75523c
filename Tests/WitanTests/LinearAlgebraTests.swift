import Testing
import Witan

/// The door to BLAS and LAPACK leads to a library that computes what it should.
struct LinearAlgebraTests {
  @Test("products equal the definition")
  func product() {
    var random = SeededRandom(seed: 17)
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (64, 33, 17), (128, 64, 64)] {
      let a = (0..<m * k).map { _ in Float(random.unit() - 0.5) }
      let b = (0..<k * n).map { _ in Float(random.unit() - 0.5) }
      let transposed = (0..<n * k).map { b[($0 % k) * n + $0 / k] }
      let plain = matrixProduct(a, b, m: m, n: n, k: k)
      let viaTranspose = matrixProduct(a, transposed, m: m, n: n, k: k, transposeB: true)
      for i in 0..<m {
        for j in 0..<n {
          let exact = (0..<k).reduce(0.0) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
          #expect(abs(Double(plain[i * n + j]) - exact) < 1e-5)
          #expect(abs(Double(viaTranspose[i * n + j]) - exact) < 1e-5)
        }
      }
    }
  }

  @Test("a positive definite system is solved, another refused")
  func solve() throws {
    let x = try #require(solvePositiveDefinite([4, 1, 1, 3], [1, 2]))
    #expect(abs(x[0] - 1.0 / 11) < 1e-12 && abs(x[1] - 7.0 / 11) < 1e-12)
    #expect(solvePositiveDefinite([1, 2, 2, 1], [1, 1]) == nil)
  }

  @Test("the provider is known, and its threads are ours to set where it has any")
  func provider() {
    let provider = BLASProvider.current
    #expect(provider.library.contains("/"), "\(provider.library)")
    let before = provider.threads
    #expect(BLASProvider.setThreads(1) == 1)
    BLASProvider.setThreads(before)
  }
}
