internal import CBLAS

/// What serves matrix products on this machine.
public struct BLASProvider: Sendable {
  /// Path of the library behind the standard name.
  public let library: String
  /// The provider's own words on its version and kernel, when it has any.
  public let description: String?
  /// Threads that one call may use.
  public let threads: Int

  public static var current: BLASProvider {
    BLASProvider(
      library: String(cString: witan_blas_library()),
      description: witan_blas_description().map { String(cString: $0) },
      threads: Int(witan_blas_threads()))
  }

  /// Sets the threads that one product may use; returns the number in force (1 where the provider
  /// has no such choice).
  @discardableResult
  public static func setThreads(_ count: Int) -> Int {
    Int(witan_blas_set_threads(Int32(clamping: count)))
  }
}

/// C = op(A) op(B), row-major. [m x n]; O(m n k).
///
/// op(A) is A [m x k], or the transpose of A [k x m] with `transposeA`; op(B) is B [k x n], or the
/// transpose of B [n x k] with `transposeB`.
package func matrixProduct(
  _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false
) -> [Float] {
  precondition(a.count == m * k && b.count == k * n && m > 0 && n > 0 && k > 0)
  var c = [Float](repeating: 0, count: m * n)
  witan_sgemm(
    transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a,
    Int32(transposeA ? m : k), b, Int32(transposeB ? k : n), 0, &c, Int32(n))
  return c
}

/// C += op(A) op(B) in double precision; shapes as in `matrixProduct`.
package func addMatrixProduct(
  _ a: [Double], _ b: [Double], to c: inout [Double], m: Int, n: Int, k: Int,
  transposeA: Bool = false, transposeB: Bool = false
) {
  precondition(a.count == m * k && b.count == k * n && c.count == m * n && m > 0 && n > 0 && k > 0)
  witan_dgemm(
    transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a,
    Int32(transposeA ? m : k), b, Int32(transposeB ? k : n), 1, &c, Int32(n))
}

/// The lower triangle of C [n x n] += A^T A, for A [k x n]; half the work of a product. O(n^2 k).
///
/// `mirrorLowerTriangle` fills the rest, once all has been added.
package func addGram(_ a: [Double], to c: inout [Double], n: Int, k: Int) {
  precondition(a.count == k * n && c.count == n * n && n > 0 && k > 0)
  witan_dsyrk(Int32(n), Int32(k), 1, a, Int32(n), 1, &c)
}

/// Copies the lower triangle of A [n x n] to the upper one.
package func mirrorLowerTriangle(_ a: inout [Double], n: Int) {
  precondition(a.count == n * n)
  for i in 0..<n { for j in 0..<i { a[j * n + i] = a[i * n + j] } }
}

/// x with A x = b for a symmetric positive definite A [n x n]; nil when it is not. O(n^3).
package func solvePositiveDefinite(_ a: [Double], _ b: [Double]) -> [Double]? {
  precondition(a.count == b.count * b.count)
  var (a, x) = (a, b)
  return witan_solve_spd(Int32(b.count), &a, &x) == 0 ? x : nil
}
