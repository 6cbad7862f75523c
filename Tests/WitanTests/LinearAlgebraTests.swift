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
      let turned = (0..<k * m).map { a[($0 % m) * k + $0 / m] }
      let viaBoth = matrixProduct(turned, transposed, m: m, n: n, k: k, transposeA: true, transposeB: true)
      var double = (0..<m * n).map { Double($0) }
      addMatrixProduct(
        turned.map { Double($0) }, b.map { Double($0) }, to: &double, m: m, n: n, k: k, transposeA: true)
      for i in 0..<m {
        for j in 0..<n {
          let exact = (0..<k).reduce(0.0) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
          #expect(abs(Double(plain[i * n + j]) - exact) < 1e-5)
          #expect(abs(Double(viaTranspose[i * n + j]) - exact) < 1e-5)
          #expect(abs(Double(viaBoth[i * n + j]) - exact) < 1e-5)
          #expect(abs(double[i * n + j] - Double(i * n + j) - exact) < 1e-11)
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

  /// Columns of random numbers; the last `dependent` of them are sums of the two before. [k x n]
  private func columns(_ n: Int, _ k: Int, dependent: Int = 0, _ random: inout SeededRandom) -> [Double] {
    var a = (0..<k * n).map { _ in random.unit() - 0.5 }
    for i in 0..<k {
      for j in n - dependent..<n { a[i * n + j] = a[i * n + j - 1] + a[i * n + j - 2] }
    }
    return a
  }

  @Test("a Gram matrix is the product with the transpose, and its mirror symmetric")
  func gram() {
    var random = SeededRandom(seed: 18)
    for (n, k) in [(1, 1), (3, 2), (7, 20), (40, 65)] {
      let a = columns(n, k, &random)
      var full = [Double](repeating: 0, count: n * n)
      addMatrixProduct(a, a, to: &full, m: n, n: n, k: k, transposeA: true)
      var gram = [Double](repeating: 0, count: n * n)
      addGram(a, to: &gram, n: n, k: k)
      for i in 0..<n { for j in i + 1..<n { #expect(gram[i * n + j] == 0) } }
      mirrorLowerTriangle(&gram, n: n)
      #expect(zip(gram, full).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test("Cholesky: L L^T is A, solutions solve, the inverse inverts", arguments: [1, 2, 5, 33, 130])
  func cholesky(_ n: Int) throws {
    var random = SeededRandom(seed: 19)
    let x = columns(n, 2 * n + 3, &random)
    var a = [Double](repeating: 0, count: n * n)
    addGram(x, to: &a, n: n, k: 2 * n + 3)
    let cholesky = try #require(Cholesky(a, n: n))
    mirrorLowerTriangle(&a, n: n)
    var back = [Double](repeating: 0, count: n * n)
    addMatrixProduct(cholesky.factor, cholesky.factor, to: &back, m: n, n: n, k: n, transposeB: true)
    #expect(zip(a, back).allSatisfy { abs($0 - $1) < 1e-12 * Double(n) })
    let right = (0..<3 * n).map { _ in random.unit() }
    let solutions = cholesky.solve(right)
    var product = [Double](repeating: 0, count: 3 * n)
    addMatrixProduct(solutions, a, to: &product, m: 3, n: n, k: n)
    #expect(zip(product, right).allSatisfy { abs($0 - $1) < 1e-9 })
    let white = cholesky.whiten(right)
    for r in 0..<3 {
      let row = r * n..<(r + 1) * n
      let squares = row.reduce(0) { $0 + white[$1] * white[$1] }
      let exact = row.reduce(0) { $0 + right[$1] * solutions[$1] }
      #expect(abs(squares - exact) < 1e-9 * exact)
    }
    var identity = [Double](repeating: 0, count: n * n)
    addMatrixProduct(a, cholesky.inverse, to: &identity, m: n, n: n, k: n)
    for i in identity.indices { #expect(abs(identity[i] - (i % (n + 1) == 0 ? 1 : 0)) < 1e-8) }
    #expect(cholesky.solve([]).isEmpty)
  }

  @Test("Cholesky refuses a singular matrix in any units, a NaN and a negative one")
  func choleskyRefuses() {
    var random = SeededRandom(seed: 20)
    for units in [1e-9, 1, 1e9] {
      for n in [3, 10, 60] {
        var x = columns(n, 3 * n, dependent: 1, &random)
        for i in stride(from: 0, to: x.count, by: n) { x[i] *= units }
        var a = [Double](repeating: 0, count: n * n)
        addGram(x, to: &a, n: n, k: 3 * n)
        #expect(Cholesky(a, n: n) == nil, "units \(units), n \(n)")
      }
      #expect(Cholesky([units * units, 0, 0, 1], n: 2) != nil)
    }
    #expect(Cholesky([.nan], n: 1) == nil)
    #expect(Cholesky([0], n: 1) == nil)
    #expect(Cholesky([1, 0, .infinity, 1], n: 2) == nil)
    #expect(Cholesky([1, 0, 0, -1], n: 2) == nil)
  }

  @Test("eigenvectors are orthonormal rows that A stretches by the eigenvalues", arguments: [1, 2, 7, 90])
  func eigen(_ n: Int) throws {
    var random = SeededRandom(seed: 21)
    var a = (0..<n * n).map { _ in random.unit() - 0.5 }
    mirrorLowerTriangle(&a, n: n)
    let eigen = try #require(SymmetricEigen(a, n: n))
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 <= $1 })
    var stretched = [Double](repeating: 0, count: n * n)
    addMatrixProduct(eigen.vectors, a, to: &stretched, m: n, n: n, k: n)
    var products = [Double](repeating: 0, count: n * n)
    addMatrixProduct(eigen.vectors, eigen.vectors, to: &products, m: n, n: n, k: n, transposeB: true)
    for i in 0..<n {
      let row = Array(eigen.vectors[i * n..<(i + 1) * n])
      for j in 0..<n {
        #expect(abs(stretched[i * n + j] - eigen.values[i] * row[j]) < 1e-11)
        #expect(abs(products[i * n + j] - (i == j ? 1 : 0)) < 1e-12)
      }
      let largest = row.map(\.magnitude).max()!
      #expect(row.first { $0.magnitude >= largest - 1e-8 }! > 0)
    }
  }

  @Test("eigen-decomposition: by hand, a tie of magnitudes, and what is not finite")
  func eigenByHand() throws {
    let eigen = try #require(SymmetricEigen([2, 9, 1, 2], n: 2))  // the upper triangle is not read
    #expect(abs(eigen.values[0] - 1) < 1e-14 && abs(eigen.values[1] - 3) < 1e-14)
    let half = 0.5.squareRoot()
    #expect(zip(eigen.vectors, [half, -half, half, half]).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(SymmetricEigen([1, 0, .nan, 1], n: 2) == nil)
    #expect(SymmetricEigen([.infinity], n: 1) == nil)
    #expect(try #require(SymmetricEigen([0, 0, 0, 0], n: 2)).values == [0, 0])
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
