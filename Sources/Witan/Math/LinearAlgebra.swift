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

/// C = A B, or A B^T. [m x k] [k x n] -> [m x n], row-major; O(m n k).
package func matrixProduct(
  _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, transposeB: Bool = false
) -> [Float] {
  precondition(a.count == m * k && b.count == k * n && m > 0 && n > 0 && k > 0)
  var c = [Float](repeating: 0, count: m * n)
  witan_sgemm(
    transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b, Int32(transposeB ? k : n),
    0, &c, Int32(n))
  return c
}

/// x with A x = b for a symmetric positive definite A [n x n]; nil when it is not. O(n^3).
package func solvePositiveDefinite(_ a: [Double], _ b: [Double]) -> [Double]? {
  precondition(a.count == b.count * b.count)
  var (a, x) = (a, b)
  return witan_solve_spd(Int32(b.count), &a, &x) == 0 ? x : nil
}
