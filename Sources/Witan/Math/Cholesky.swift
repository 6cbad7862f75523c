internal import CBLAS

/// A symmetric positive definite matrix A [n x n] as its factor: A = L L^T, L lower triangular.
package struct Cholesky: Sendable {
  package let n: Int
  /// L in the lower triangle; zeros above. [n x n], row-major
  package let factor: [Double]

  /// Factors A, of which the lower triangle is read. O(n^3).
  ///
  /// nil when A is not positive definite to working precision: when a pivot is not above
  /// 16 n 2^-52 of its diagonal entry. The pivot over the entry is the share of a column that the
  /// columns before it do not explain, so the test does not depend on the columns' units.
  package init?(_ a: [Double], n: Int) {
    precondition(n > 0 && a.count == n * n)
    var l = a
    guard witan_cholesky(Int32(n), &l) == 0 else { return nil }
    let least = 16 * Double(n) * 0x1p-52
    for i in 0..<n {
      let pivot = l[i * n + i]
      // Written so that a NaN fails.
      guard pivot * pivot > least * a[i * n + i] else { return nil }
      for j in i + 1..<n { l[i * n + j] = 0 }
    }
    (self.n, factor) = (n, l)
  }

  /// The x with A x = b for each row b of `rows`. [rows x n] -> [rows x n]; O(rows n^2).
  package func solve(_ rows: [Double]) -> [Double] {
    var x = rows
    if let count = rowCount(x) { witan_cholesky_solve(Int32(n), count, factor, &x) }
    return x
  }

  /// The y with L y = b for each row b of `rows`; |y|^2 = b^T A^-1 b. [rows x n] -> [rows x n];
  /// O(rows n^2).
  package func whiten(_ rows: [Double]) -> [Double] {
    var y = rows
    if let count = rowCount(y) { witan_cholesky_whiten(Int32(n), count, factor, &y) }
    return y
  }

  /// A^-1. [n x n]; O(n^3).
  package var inverse: [Double] {
    var a = factor
    // Fails only where a pivot is 0, and none is.
    precondition(witan_cholesky_inverse(Int32(n), &a) == 0)
    mirrorLowerTriangle(&a, n: n)
    return a
  }

  private func rowCount(_ rows: [Double]) -> Int32? {
    precondition(rows.count % n == 0)
    return rows.isEmpty ? nil : Int32(rows.count / n)
  }
}
