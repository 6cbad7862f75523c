internal import CBLAS

/// The eigen-decomposition of a symmetric matrix: A = V^T diag(values) V, the rows of V orthonormal.
package struct SymmetricEigen: Sendable {
  package let n: Int
  /// Ascending. [n]
  package let values: [Double]
  /// Row i is the eigenvector of values[i]. Its entry of largest magnitude is positive (of those
  /// within 1e-8 of the largest, the first), so that the sign does not depend on the library.
  /// [n x n], row-major
  package let vectors: [Double]

  /// Decomposes A [n x n], of which the lower triangle is read. O(n^3).
  ///
  /// nil when A has an entry that is not finite, or when the iteration does not converge.
  package init?(_ a: [Double], n: Int) {
    precondition(n > 0 && a.count == n * n)
    // LAPACK may loop or return rubbish on a NaN.
    guard a.allSatisfy(\.isFinite) else { return nil }
    var vectors = a
    var values = [Double](repeating: 0, count: n)
    guard witan_eigen_symmetric(Int32(n), &vectors, &values) == 0 else { return nil }
    for i in 0..<n {
      let row = i * n..<(i + 1) * n
      let largest = row.reduce(0) { max($0, vectors[$1].magnitude) }
      let deciding = row.first { vectors[$0].magnitude >= largest - 1e-8 }!
      if vectors[deciding] < 0 { for j in row { vectors[j].negate() } }
    }
    (self.n, self.values, self.vectors) = (n, values, vectors)
  }
}
