import CAllocationCounter
import Witan

/// Interleaved streams of a pool: each takes its next chunk in turn, then one step reads all words that
/// ended. Every stream begins elsewhere in the text, so that words do not end in step.
struct Interleaved {
  let pool: StreamPool
  let text: [UInt8]
  let chunks: [Range<Int>]
  let streams: [PoolStream]
  private var round = 0
  private var emitted = 0

  /// As many streams as `pool` has room for.
  init(_ pool: StreamPool, text: [UInt8], chunks: [Range<Int>]) throws {
    (self.pool, self.text, self.chunks) = (pool, text, chunks)
    var streams: [PoolStream] = []
    for _ in 0..<pool.capacity { streams.append(try pool.open()) }
    self.streams = streams
  }

  mutating func run(rounds: Int) throws {
    try text.withUnsafeBufferPointer { bytes in
      for _ in 0..<rounds {
        var at = round % chunks.count
        for stream in streams {
          try pool.push(UnsafeBufferPointer(rebasing: bytes[chunks[at]]), to: stream)
          at = (at + 7919) % chunks.count
        }
        pool.step { _, step in emitted += step.emit }
        round += 1
      }
    }
  }

  /// Nanoseconds per chunk of each of seven runs of about `total` chunks; their median. Checks that some
  /// rounds allocate nothing and that every stream let out all its complete words.
  mutating func measure(total: Int, _ now: () -> Double) throws -> Double {
    let rounds = max(4, total / streams.count)
    try run(rounds: rounds)
    witan_allocations_start()
    try run(rounds: 4)
    let allocations = witan_allocations_stop()
    guard allocations <= 0 else {
      fatalError("\(allocations) allocations in 4 rounds of \(streams.count) streams")
    }
    var times: [Double] = []
    for _ in 0..<7 {
      let began = now()
      try run(rounds: rounds)
      times.append((now() - began) / Double(rounds * streams.count))
    }
    for stream in streams { emitted += try pool.finish(stream).emit }
    var pushed = 0
    for (i, _) in streams.enumerated() {
      let first = 7919 * i % chunks.count
      for j in 0..<round { pushed += chunks[(first + j) % chunks.count].count }
    }
    guard emitted == pushed else { fatalError("\(emitted) of \(pushed) bytes went out") }
    return times.sorted()[times.count / 2]
  }
}
