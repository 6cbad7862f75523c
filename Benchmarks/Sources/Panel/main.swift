import CAllocationCounter
import Foundation
import Witan

// What a panel of many constitutions costs beside one of them: documents in batches, and a text that is pushed in
// chunks of 4 to 5 bytes; and pools of streams that take turns. Answers are checked: each member says, bit for bit,
// what it says alone. Times are those
// that this thread has computed; the rounds of one and of all alternate, so that both meet the same machine.

guard CommandLine.arguments.count >= 6 else {
  print("usage: Panel EMBEDDINGS|none RESULTS.csv TEXT MODEL MODEL...")
  exit(64)
}
let embeddings =
  CommandLine.arguments[1] == "none" ? nil : try StaticEmbeddings(path: CommandLine.arguments[1])
let resultsPath = CommandLine.arguments[2]
let text = Array(try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[3])).prefix(1 << 20))
let before = residentBytes()
let paths = CommandLine.arguments[4...]
let panel = try Panel(
  paths.map { path in
    PanelMember(
      try Classifier(path: path, embeddings: embeddings), name: (path as NSString).lastPathComponent)
  })
let memory = residentBytes() - before
let one = panel.members[0].classifier

/// Bytes of this process that are in memory.
func residentBytes() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
  return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
}

/// Nanoseconds that this thread has computed.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

func elapsed(_ body: () -> Void) -> Double {
  let began = now()
  body()
  return now() - began
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

let documents = text.split(separator: 10).map { Array($0) }
var chunks: [Range<Int>] = []
var start = 0
while start < text.count {
  let end = min(text.count, start + 4 + chunks.count % 2)
  chunks.append(start..<end)
  start = end
}

// The answer first.
let (stream, scorer) = (panel.makeStream(), PanelScorer(panel))
let (streamOfOne, scorerOfOne) = (one.makeStream(), BatchScorer(one))
for document in documents.prefix(PanelScorer.size) { document.withUnsafeBufferPointer { scorer.add($0) } }
let answers = Array(scorer.flush())
for (i, document) in documents.prefix(PanelScorer.size).enumerated() {
  for (m, member) in panel.members.enumerated() {
    let alone = member.classifier.makeStream()
    alone.push(document)
    alone.finish()
    let range = panel.outputs(of: m)
    let place = i * panel.outputCount
    precondition(
      alone.read().map(\.bitPattern)
        == answers[place + range.lowerBound..<place + range.upperBound].map(\.bitPattern),
      "document \(i): \(member.name) does not say what it says alone")
  }
}

var sum: Float = 0
var rows: [(what: String, members: Int, one: Double, all: Double)] = []

/// Medians of the costs of one and of all, for each of `count`.
@MainActor func measure(_ what: String, _ count: Int, one: () -> Void, all: () -> Void) {
  one()
  all()
  let pairs = (0..<7).map { _ in (elapsed(one), elapsed(all)) }
  rows.append(
    (
      what, panel.members.count, median(pairs.map(\.0)) / Double(count),
      median(pairs.map(\.1)) / Double(count)
    ))
}

measure("a document of \(text.count / documents.count) bytes, in batches", documents.count) {
  for document in documents {
    if scorerOfOne.isFull { sum += scorerOfOne.flush()[0] }
    document.withUnsafeBufferPointer { scorerOfOne.add($0) }
  }
  sum += scorerOfOne.flush().first ?? 0
} all: {
  for document in documents {
    if scorer.isFull { sum += scorer.flush()[0] }
    document.withUnsafeBufferPointer { scorer.add($0) }
  }
  sum += scorer.flush().first ?? 0
}
/// Whether a chunk ends at the end of a word.
@MainActor func endsWord(_ chunk: Range<Int>) -> Bool { text[chunk.upperBound - 1] <= 0x20 }
let readings: [(String, @MainActor (Range<Int>) -> Bool)] = [
  ("push", { _ in false }), ("push, and read where a word has ended", endsWord),
  ("push and read", { _ in true }),
]
for (what, reads) in readings {
  text.withUnsafeBufferPointer { bytes in
    measure("\(what), a chunk", chunks.count) {
      streamOfOne.reset()
      for chunk in chunks {
        streamOfOne.push(UnsafeBufferPointer(rebasing: bytes[chunk]))
        if reads(chunk) { sum += streamOfOne.read()[0] }
      }
    } all: {
      stream.reset()
      for chunk in chunks {
        stream.push(UnsafeBufferPointer(rebasing: bytes[chunk]))
        if reads(chunk) { sum += stream.read()[0] }
      }
    }
  }
}
/// Guards and pools over the first five, beside those over one of them.
if panel.members.count >= 5 {
  let five = try Panel(Array(panel.members.prefix(5)))
  // Eight times over, which is what a pool of one is pushed, it has fewer features than a model counts.
  let (text, chunks) = (Array(text.prefix(1 << 19)), chunks.filter { $0.upperBound <= 1 << 19 })
  for windows in [[], [16, 48]] {
    let note = windows.isEmpty ? "" : ", windows of 16 and 48"
    // Nothing is ever kept back; the threshold is hardly reached.
    let options = GuardOptions(
      defaultRule: DecisionRule(on: 1, action: .emit), maximumBytes: 1 << 40, rewindTokens: 0,
      windows: windows)
    let (guardOfOne, guardOfFive) = (try StreamGuard(one, options), try StreamGuard(five, options))
    var emitted = 0
    func run(_ streamGuard: StreamGuard) -> Double {
      streamGuard.reset()
      return text.withUnsafeBufferPointer { bytes in
        elapsed {
          for chunk in chunks {
            emitted += streamGuard.push(UnsafeBufferPointer(rebasing: bytes[chunk])).emit
          }
        } / Double(chunks.count)
      }
    }
    let pairs = (0..<7).map { _ in (run(guardOfOne), run(guardOfFive)) }
    rows.append(("guard\(note), a chunk", 5, median(pairs.map(\.0)), median(pairs.map(\.1))))
    for count in [1, 1000, 10_000] {
      var ofOne = try Interleaved(
        StreamPool(one, options, capacity: count), text: text, chunks: chunks)
      var ofFive = try Interleaved(
        StreamPool(five, options, capacity: count), text: text, chunks: chunks)
      let name = "pool of \(count) streams\(note), a chunk"
      rows.append(
        (name, 5, try ofOne.measure(total: chunks.count, now), try ofFive.measure(total: chunks.count, now)))
      print("\(name): \(ofFive.pool.stateByteCount / count) bytes a stream")
    }
  }
}
witan_allocations_start()
text.withUnsafeBufferPointer { bytes in
  for chunk in chunks.prefix(10_000) {
    stream.push(UnsafeBufferPointer(rebasing: bytes[chunk]))
    sum += stream.read()[0]
  }
}
let allocations = witan_allocations_stop()
precondition(allocations <= 0, "\(allocations) allocations in 10,000 chunks")
precondition(sum.isFinite)

// The policy on top: reading and deciding where words end, beside a reading after each chunk.
let policies = (
  one: try PolicyCost([panel.members[0]]), all: try PolicyCost(panel.members)
)
text.withUnsafeBufferPointer { bytes in
  measure("panel stream, push and read, a chunk", chunks.count) {
    sum += policies.one.read(bytes, chunks)
  } all: {
    sum += policies.all.read(bytes, chunks)
  }
  measure("policy stream, a chunk", chunks.count) {
    policies.one.run(policies.one.plain, bytes, chunks)
  } all: {
    policies.all.run(policies.all.plain, bytes, chunks)
  }
  measure("policy stream with debounces, a chunk", chunks.count) {
    policies.one.run(policies.one.debounced, bytes, chunks)
  } all: {
    policies.all.run(policies.all.debounced, bytes, chunks)
  }
  policies.one.checkAllocations(bytes, chunks)
  policies.all.checkAllocations(bytes, chunks)
}

let date = ISO8601DateFormatter.string(
  from: Date(), timeZone: .gmt, formatOptions: [.withFullDate, .withDashSeparatorInDate])
let vectors = embeddings == nil ? "n-grams alone" : "with word-piece vectors"
var csv = "date,instruction_set,members,outputs,vectors,what,one,all,ratio\n"
print(
  "\(panel.members.count) members, \(panel.outputCount) outputs, \(vectors): \(panel.byteCount >> 10) kB of "
    + "common tables, \(memory >> 10) kB in memory when made; a stream has \(stream.stateByteCount) bytes")
for row in rows {
  print(
    row.what.padding(toLength: 55, withPad: " ", startingAt: 0)
      + String(format: "%8.0f ns  %8.0f ns  %6.2f x", row.one, row.all, row.all / row.one))
  csv +=
    "\(date),\(Backend.active),\(row.members),\(panel.outputs(of: row.members - 1).upperBound),\(vectors),"
    + "\"\(row.what)\","
    + "\(Int(row.one)),\(Int(row.all)),\(String(format: "%.2f", row.all / row.one))\n"
}
csv +=
  "\(date),\(Backend.active),\(panel.members.count),\(panel.outputCount),\(vectors),kB in memory,,\(memory >> 10),\n"
try csv.write(toFile: resultsPath, atomically: true, encoding: .utf8)
