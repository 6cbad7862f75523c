import CAllocationCounter
import Foundation
import Witan

// What a guard costs beyond scoring: pushes of 4 to 5 bytes through a stream that is read at each word,
// and through guards. Answers are checked: all let out the same bytes and graded alike.

guard CommandLine.arguments.count == 4 else {
  print("usage: Guard MODEL EMBEDDINGS|none RESULTS.csv")
  exit(64)
}
let embeddings =
  CommandLine.arguments[2] == "none" ? nil : try StaticEmbeddings(path: CommandLine.arguments[2])
let classifier = try Classifier(path: CommandLine.arguments[1], embeddings: embeddings)

// Plain sentences of words that differ; nothing here is to be flagged.
let words = [
  "the", "garden", "needs", "water", "in", "summer", "and", "a", "wooden", "fence,", "which", "my",
  "neighbour",
  "painted", "green", "last", "week;", "bread", "rises", "slowly", "when", "kitchens", "are", "cold.",
  "Trains",
  "leave", "every", "ten", "minutes", "from", "platform", "four",
]
var text: [UInt8] = []
var state: UInt64 = 1
while text.count < 1 << 19 {
  state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  text += Array(words[Int(state >> 59)].utf8) + [0x20]
}
var chunks: [Range<Int>] = []
var start = 0
while start < text.count {
  let end = min(text.count, start + 4 + chunks.count % 2)
  chunks.append(start..<end)
  start = end
}

/// Nanoseconds that this thread has computed: others on the machine do not count.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Nanoseconds per chunk of each of seven rounds; their median.
@MainActor func measure(_ reset: () -> Void, _ push: (UnsafeBufferPointer<UInt8>) -> Void) -> Double {
  let rounds = (0..<7).map { _ in
    reset()
    let began = now()
    text.withUnsafeBufferPointer { bytes in
      for chunk in chunks { push(UnsafeBufferPointer(rebasing: bytes[chunk])) }
    }
    return (now() - began) / Double(chunks.count)
  }
  return rounds.sorted()[rounds.count / 2]
}

/// Options of a guard that only watches; the threshold is never reached.
func quiet(hold: Int = 0, rewind: Int = 0, windows: [Int] = [], top: Int = 1) -> GuardOptions {
  GuardOptions(
    defaultRule: DecisionRule(on: 1, debounce: .of(2, 4), action: .terminate), holdWords: hold,
    maximumBytes: 1 << 40, rewindTokens: rewind, windows: windows, topGrades: top)
}

let stream = classifier.makeStream()
var sum: Float = 0
var rows: [(String, Double)] = []
rows.append(("push only", measure(stream.reset, stream.push)))
// Scoring as a guard does it: cut where words end, and read there. Here the cuts are free.
let ends = Set(text.indices.filter { i in i + 1 < text.count && text[i] == 0x20 && text[i - 1] > 0x40 })
var at = 0
let endOf = text.indices.map { ends.contains($0) || text[$0] == 0x2C || text[$0] == 0x2E || text[$0] == 0x3B }
rows.append(
  (
    "push, and read at word ends",
    measure({
      stream.reset()
      at = 0
    }) { chunk in
      var from = 0
      for i in chunk.indices where endOf[at + i] {
        stream.push(UnsafeBufferPointer(rebasing: chunk[from...i]))
        sum += stream.read()[0]
        from = i + 1
      }
      if from < chunk.count { stream.push(UnsafeBufferPointer(rebasing: chunk[from...])) }
      at += chunk.count
    }
  ))
var emitted = 0
for (name, options) in [
  ("guard", quiet()), ("guard, 8 words held", quiet(hold: 8)),
  ("guard, 8 words held, 64 tokens to rewind", quiet(hold: 8, rewind: 64)),
  ("guard, windows of 16 and 48 words", quiet(windows: [16, 48])),
  ("guard, windows, mean of the 4 largest", quiet(windows: [16, 48], top: 4)),
] {
  let one = try StreamGuard(classifier, options)
  rows.append(
    (
      name,
      measure({
        one.reset()
        emitted = 0
      }) { emitted += one.push($0).emit }
    ))
  emitted += one.finish().emit
  precondition(emitted == text.count, "\(name) let \(emitted) of \(text.count) bytes out")
  precondition(one.stream?.scores == classifier.score(String(decoding: text, as: UTF8.self)))

  one.reset()
  text.withUnsafeBufferPointer { bytes in
    for chunk in chunks.prefix(2000) { _ = one.push(UnsafeBufferPointer(rebasing: bytes[chunk])) }
    witan_allocations_start()
    for chunk in chunks[2000..<12_000] { _ = one.push(UnsafeBufferPointer(rebasing: bytes[chunk])) }
  }
  let allocations = witan_allocations_stop()
  precondition(allocations <= 0, "\(name): \(allocations) allocations in 10,000 chunks")
  print("\(name): \(one.stateByteCount) bytes")
}
precondition(sum.isFinite)
BLASProvider.setThreads(1)
for (note, options) in [("", quiet()), (", windows of 16 and 48", quiet(windows: [16, 48]))] {
  for count in [1, 1000, 10_000] {
    let name = "pool of \(count) streams\(note)"
    var interleaved = try Interleaved(
      StreamPool(classifier, options, capacity: count), text: text, chunks: chunks)
    rows.append((name, try interleaved.measure(total: chunks.count, now)))
    let bytes = interleaved.pool.stateByteCount
    print("\(name): \(bytes) bytes, \(bytes / count) a stream")
  }
}

let date = ISO8601DateFormatter.string(
  from: Date(), timeZone: .gmt, formatOptions: [.withFullDate, .withDashSeparatorInDate])
var csv = "date,instruction_set,what,nanoseconds\n"
for (what, ns) in rows {
  print(what.padding(toLength: 45, withPad: " ", startingAt: 0) + String(format: "%8.0f ns a chunk", ns))
  csv += "\(date),\(Backend.active),\"\(what)\",\(Int(ns))\n"
}
try csv.write(toFile: CommandLine.arguments[3], atomically: true, encoding: .utf8)
