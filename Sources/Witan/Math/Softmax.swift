#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// z[j] becomes exp(z[j]) / sum of exp(z), in place, without overflow. [count >= 1]
package func softmax(_ z: UnsafeMutablePointer<Float>, _ count: Int) {
  var largest = z[0]
  for j in 1..<count { largest = max(largest, z[j]) }
  var sum: Float = 0
  for j in 0..<count {
    z[j] = expf(z[j] - largest)
    sum += z[j]
  }
  for j in 0..<count { z[j] /= sum }
}
