import BenchmarkBLAS
import BenchmarkKernels
import Foundation

// The cost of a dense head, 128 sums to 64 outputs, for 1,000 texts: one by one through BLAS, one by one
// through our kernel, all in one product through BLAS, and 64 texts a product, weights
// by columns. One thread. Answers are checked: whole numbers
// below 2^24 give the same bits all ways. The texts' sums become vectors before; that has its own row.

guard CommandLine.arguments.count == 2 else {
  print("usage: Heads RESULTS.csv")
  exit(64)
}
let (texts, dimensions, outputs, rounds) = (1000, 128, 64, 31)

/// Rows of random numbers, zeros behind them: kernels read whole vectors.
func random<T>(_ count: Int, _ next: (inout SystemRandomNumberGenerator) -> T) -> [T] {
  var generator = SystemRandomNumberGenerator()
  return (0..<count).map { _ in next(&generator) }
}
let sums = random(texts * dimensions) { Int32.random(in: -20_000...20_000, using: &$0) }
let scale = random(dimensions) { Float.random(in: 0.001...0.01, using: &$0) }
let weights = random(outputs * dimensions) { Float(Int.random(in: -127...127, using: &$0)) }
let vectors = UnsafeMutablePointer<Float>.allocate(capacity: texts * dimensions)
let columns = (0..<dimensions * outputs).map { weights[$0 % outputs * dimensions + $0 / outputs] }
let (single, kernel, batch, batches) = (
  UnsafeMutablePointer<Float>.allocate(capacity: texts * outputs),
  UnsafeMutablePointer<Float>.allocate(capacity: texts * outputs),
  UnsafeMutablePointer<Float>.allocate(capacity: texts * outputs),
  UnsafeMutablePointer<Float>.allocate(capacity: texts * outputs)
)
_ = witan_blas_set_threads(1)

@MainActor func product(_ n: Int, _ vectors: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
  witan_sgemm(
    0, 1, Int32(n), Int32(outputs), Int32(dimensions), 1, vectors, Int32(dimensions), weights,
    Int32(dimensions), 0, out, Int32(outputs))
}

let ways: [(name: String, run: @MainActor () -> Void)] = [
  (
    "sums to unit vectors",
    {
      for i in 0..<texts {
        sums.withUnsafeBufferPointer {
          witan_unit_vector(
            $0.baseAddress! + i * dimensions, scale, dimensions, 8192, vectors + i * dimensions)
        }
      }
    }
  ),
  (
    "one by one through BLAS",
    { for i in 0..<texts { product(1, vectors + i * dimensions, single + i * outputs) } }
  ),
  (
    "one by one through our kernel",
    {
      for i in 0..<texts {
        witan_dot_rows(weights, outputs, dimensions, vectors + i * dimensions, kernel + i * outputs)
      }
    }
  ),
  ("one batch through BLAS", { product(texts, vectors, batch) }),
  (
    "batches of 64 through BLAS",
    {
      for i in stride(from: 0, to: texts, by: 64) {
        witan_sgemm(
          0, 0, Int32(min(64, texts - i)), Int32(outputs), Int32(dimensions), 1, vectors + i * dimensions,
          Int32(dimensions), columns, Int32(outputs), 0, batches + i * outputs, Int32(outputs))
      }
    }
  ),
]

// Interleaved, so that what else the machine does falls on all.
var times = ways.map { _ in [Double]() }
for round in 0...rounds {
  for (i, way) in ways.enumerated() {
    let began = DispatchTime.now().uptimeNanoseconds
    way.run()
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - began)
    if round > 0 { times[i].append(elapsed / Double(texts)) }
  }
}
for i in 0..<texts * outputs {
  precondition(
    single[i] == batch[i] && kernel[i] == batch[i] && batches[i] == batch[i], "the ways differ at \(i)")
}

let medians = times.map { $0.sorted()[$0.count / 2] }
let library = URL(fileURLWithPath: String(cString: witan_blas_library())).resolvingSymlinksInPath()
  .lastPathComponent
let blas = witan_blas_description().map { String(cString: $0) } ?? library
let set = witan_backend_name(witan_backend_active()).map { String(cString: $0) } ?? ""
let cpu =
  (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
  .first { $0.hasPrefix("model name") }?.split(separator: ":").last.map {
    $0.trimmingCharacters(in: .whitespaces)
  }
  ?? "unknown"
let date = ISO8601DateFormatter.string(
  from: Date(), timeZone: .gmt, formatOptions: [.withFullDate, .withDashSeparatorInDate])
print("\(texts) texts, \(dimensions) dimensions to \(outputs) outputs; \(blas)")
var csv = "date,machine,instruction_set,blas,what,nanoseconds_per_text,ratio_to_batches\n"
for (way, ns) in zip(ways, medians) {
  let ratio = ns / medians[4]
  print(
    way.name.padding(toLength: 32, withPad: " ", startingAt: 0)
      + String(format: "%10.1f ns a text %8.2f x", ns, ratio))
  csv += "\(date),\(cpu),\(set),\(blas),\(way.name),"
  csv += String(format: "%.1f,%.2f\n", ns, ratio)
}
try csv.write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
