// What a push costs through C beyond the same push from Swift. Usage: MODEL EMBEDDINGS.
import CWitan
import Witan

func fail(_ message: String) -> Never { fatalError(message + ": " + String(cString: witan_error_message())) }

let arguments = CommandLine.arguments
let classifier = try Classifier(path: arguments[1])
var context: OpaquePointer?
var model: OpaquePointer?
guard witan_context_create(&context) == 0,
  witan_model_open(context, arguments[1], arguments[1].utf8.count, &model) == 0
else { fail("open") }

var tokens: [[UInt8]] = []
for word in "The old miller baked bread and went out to meet the baker's son at the market.".split(separator: " ") {
  tokens.append(Array(word.utf8.prefix(3)))
  tokens.append(Array(word.utf8.dropFirst(3)) + [32])
}
var options = GuardOptions(rewindTokens: 0)
options.defaultRule?.on = 1
var raw = witan_guard_options()
raw.struct_size = UInt32(MemoryLayout<witan_guard_options>.size)
guard witan_guard_options_init(&raw) == 0 else { fail("options") }
raw.rewind_tokens = 0
raw.on = 1
var stream: OpaquePointer?
guard witan_stream_create(model, &raw, &stream) == 0 else { fail("stream") }
let streamGuard = try StreamGuard(classifier, options)
let rounds = 2000
var pairs: [(swift: Double, c: Double)] = []
var sums = (0, UInt64(0))

// In functions: variables of a script are checked at each access.
func pushSwift(_ streamGuard: StreamGuard, _ tokens: [[UInt8]]) -> Int {
  var sum = 0
  for _ in 0..<rounds { for token in tokens { sum += streamGuard.push(token).emit } }
  return sum
}

func pushC(_ stream: OpaquePointer?, _ tokens: [[UInt8]]) -> UInt64 {
  var sum: UInt64 = 0
  var step = witan_step()
  for _ in 0..<rounds {
    for token in tokens {
      _ = witan_stream_push(stream, token, token.count, &step)
      sum += step.emit
    }
  }
  return sum
}

let clock = ContinuousClock()
for _ in 0..<31 {
  streamGuard.reset()
  _ = witan_stream_reset(stream)
  let swift = clock.measure { sums.0 += pushSwift(streamGuard, tokens) }
  let c = clock.measure { sums.1 += pushC(stream, tokens) }
  let pushes = Double(rounds * tokens.count)
  pairs.append((swift / .nanoseconds(1) / pushes, c / .nanoseconds(1) / pushes))
}
guard UInt64(sums.0) == sums.1 else { fail("the two let out different texts") }
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
let difference = median(pairs.map { $0.c - $0.swift })
print(
  "a push: Swift \(Int(median(pairs.map(\.swift)))) ns, C \(Int(median(pairs.map(\.c)))) ns, "
    + "median difference \(Int(difference.rounded())) ns")
