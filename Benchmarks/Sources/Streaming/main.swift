import CAllocationCounter
import Foundation
import Witan
import WitanConstitution
import WitanTraining

// The cost of grading a text while it is generated: a push of 4 to 5 bytes and a reading of all
// probabilities, beside fastText (Debian's) scoring the whole prefix again for each token.
// Answers are checked: the stream must end with the scores of the document, bit for bit. Times are those that
// this thread, or fastText, has computed: others on the machine do not count.

guard 3...4 ~= CommandLine.arguments.count else {
  print("usage: Streaming CONSTITUTION.yaml RESULTS.csv [EMBEDDINGS]")
  exit(64)
}
let constitutionPath = CommandLine.arguments[1]
let resultsPath = CommandLine.arguments[2]
let outputs = 10

// Ten principles make ten outputs; their examples are also the text.
let constitution = try Constitution(path: constitutionPath)
let names = Set(constitution.principles.prefix(outputs).map(\.id))
let synthesis = Synthesis(constitution)
var examples = synthesis.examples[.train] ?? []
examples.removeAll { !names.isSuperset(of: $0.labels.keys) }
let classifier = try Classifier(bytes: Trainer().train(examples).modelBytes)
precondition(classifier.spec.outputs == outputs)

let text = Array(examples.map(\.text).joined(separator: " ").utf8.prefix(1 << 20))
var chunks: [Range<Int>] = []
var start = 0
while start < text.count {
  let end = min(text.count, start + 4 + chunks.count % 2)
  chunks.append(start..<end)
  start = end
}

/// Nanoseconds that this thread has computed.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Seconds that programs which were waited for have computed.
func childSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
  func seconds(_ t: timeval) -> Double { Double(t.tv_sec) + Double(t.tv_usec) / 1e6 }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Nanoseconds per chunk of `streams` interleaved streams, for each of `rounds`.
@MainActor func measure(streams: Int, rounds: Int, reads: Bool) -> [Double] {
  measure((0..<streams).map { _ in classifier.makeStream() }, rounds: rounds, reads: reads)
}

@MainActor func measure<Stream: TextStream>(_ pool: [Stream], rounds: Int, reads: Bool) -> [Double] {
  (0..<rounds).map { _ in
    for stream in pool { stream.reset() }
    var sum: Float = 0
    let began = now()
    text.withUnsafeBufferPointer { bytes in
      for (i, chunk) in chunks.enumerated() {
        let stream = pool[i % pool.count]
        stream.push(UnsafeBufferPointer(rebasing: bytes[chunk]))
        if reads { sum += stream.read()[0] }
      }
    }
    let elapsed = now() - began
    precondition(sum.isFinite)
    return elapsed / Double(chunks.count)
  }
}

/// Nanoseconds per chunk of a guard that reads at each word end and lets all through, for each of `rounds`.
@MainActor func measureGuard(_ classifier: Classifier, windows: [Int], rounds: Int) throws -> [Double] {
  let name = classifier.spec.labels[0].id
  let options = GuardOptions(
    rules: [name: DecisionRule(on: 1, debounce: .of(2, 4))], defaultRule: nil, maximumBytes: 1 << 40,
    rewindTokens: 0, windows: windows)
  let one = try StreamGuard(classifier, options)
  return (0..<rounds).map { _ in
    one.reset()
    var emitted = 0
    let began = now()
    text.withUnsafeBufferPointer { bytes in
      for chunk in chunks { emitted += one.push(UnsafeBufferPointer(rebasing: bytes[chunk])).emit }
    }
    let elapsed = now() - began
    emitted += one.finish().emit
    precondition(emitted == text.count, "\(emitted) of \(text.count) bytes went out")
    return elapsed / Double(chunks.count)
  }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

// The answer first.
let stream = classifier.makeStream()
for chunk in chunks { stream.push(Array(text[chunk])) }
stream.finish()
precondition(
  stream.scores == classifier.score(String(decoding: text, as: UTF8.self)),
  "the stream's scores are not the document's")

// Allocations of 10,000 chunks.
witan_allocations_start()
text.withUnsafeBufferPointer { bytes in
  for chunk in chunks.prefix(10_000) {
    stream.push(UnsafeBufferPointer(rebasing: bytes[chunk]))
    _ = stream.read()
  }
}
let allocations = witan_allocations_stop()
precondition(allocations <= 0, "\(allocations) allocations in 10,000 chunks")

var rows: [(String, Double)] = []
rows.append(("push and read (1 stream)", median(measure(streams: 1, rounds: 15, reads: true))))
rows.append(("push only (1 stream)", median(measure(streams: 1, rounds: 15, reads: false))))
rows.append(("push and read (1000 streams)", median(measure(streams: 1000, rounds: 15, reads: true))))
rows.append(
  (
    "push only, with views, after a sign of a disguise",
    median(measure([classifier.makeViewedStream()], rounds: 15, reads: false))
  ))
let ours = rows[0].1
let sizes = [16, 48]
rows.append(("guard, read at word ends", median(try measureGuard(classifier, windows: [], rounds: 15))))
rows.append(
  ("guard, windows of 16 and 48 words", median(try measureGuard(classifier, windows: sizes, rounds: 15))))
if CommandLine.arguments.count == 4 {
  let table = try StaticEmbeddings(path: CommandLine.arguments[3])
  let dense = try Classifier(bytes: Trainer(embeddings: table).train(examples).modelBytes, embeddings: table)
  precondition(dense.spec.outputs == outputs && dense.embeddings != nil)
  rows.append(
    (
      "push and read, with word-piece vectors",
      median(measure([dense.makeStream()], rounds: 15, reads: true))
    ))
  for (note, windows) in [("", []), (" and windows of 16 and 48 words", sizes)] {
    rows.append(
      (
        "guard, with word-piece vectors\(note)",
        median(try measureGuard(dense, windows: windows, rounds: 15))
      ))
  }
}

// fastText on the same examples, word bigrams, its default width of 100 and a small one of 10.
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("witan-bench-\(getpid())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
@MainActor func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

/// Seconds that a command computes, with a file as its input.
func run(_ arguments: [String], input: String? = nil) throws -> Double {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  process.standardInput = input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  let began = childSeconds()
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  return childSeconds() - began
}

let lines = examples.map { example in
  (example.labels.keys.map { "__label__\($0)" } + (example.labels.isEmpty ? ["__label__none"] : [])).joined(
    separator: " ") + " "
    + example.text.lowercased().split(whereSeparator: \.isNewline).joined(separator: " ")
}
try lines.joined(separator: "\n").write(toFile: path("train.txt"), atomically: true, encoding: .utf8)
let words = String(decoding: text, as: UTF8.self).lowercased().split(whereSeparator: \.isWhitespace)
for tokens in [128, 512] {
  let repeats = 2000
  let prefixes = (0..<repeats).map { i in
    words[(i * 7) % (words.count - tokens)..<(i * 7) % (words.count - tokens) + tokens].joined(separator: " ")
  }
  try (prefixes.joined(separator: "\n") + "\n").write(
    toFile: path("prefix-\(tokens).txt"), atomically: true, encoding: .utf8)
}
try "one line\n".write(toFile: path("one.txt"), atomically: true, encoding: .utf8)
for dim in [10, 100] {
  do {
    _ = try run([
      "fasttext", "supervised", "-input", path("train.txt"), "-output", path("ft-\(dim)"), "-dim", "\(dim)",
      "-wordNgrams", "2", "-bucket", "200000", "-loss", "ova", "-epoch", "3", "-thread", "1",
    ])
  } catch {
    print("fasttext is not installed (apt-get install fasttext): the comparison is left out")
    break
  }
  for tokens in [128, 512] {
    let predict = ["fasttext", "predict-prob", path("ft-\(dim).bin"), "-", "10"]
    let costs = try (0..<5).map { _ in
      let loading = try run(predict, input: path("one.txt"))
      let all = try run(predict, input: path("prefix-\(tokens).txt"))
      return (all - loading) / 2000 * 1e9
    }
    rows.append(("fastText dim \(dim) re-scoring \(tokens) tokens", median(costs)))
  }
}

let cpu =
  (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n")
  .first { $0.hasPrefix("model name") }?.split(separator: ":").last.map {
    $0.trimmingCharacters(in: .whitespaces)
  }
  ?? "unknown"
let date = ISO8601DateFormatter.string(
  from: Date(), timeZone: .gmt, formatOptions: [.withFullDate, .withDashSeparatorInDate])
var csv = "date,machine,instruction_set,what,nanoseconds,ratio\n"
print(
  "state of a stream: \(stream.stateByteCount) bytes; allocations in 10,000 chunks: \(max(0, allocations))")
for (what, ns) in rows {
  print(
    what.padding(toLength: 65, withPad: " ", startingAt: 0)
      + String(format: "%10.0f ns  %8.1f x", ns, ns / ours))
  csv += "\(date),\(cpu),\(Backend.active),\"\(what)\",\(Int(ns)),\(String(format: "%.2f", ns / ours))\n"
}
csv += "\(date),\(cpu),\(Backend.active),state bytes,\(stream.stateByteCount),\n"
try csv.write(toFile: resultsPath, atomically: true, encoding: .utf8)
