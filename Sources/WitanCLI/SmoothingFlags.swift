import ArgumentParser
import Witan

/// How the logits of a probe are averaged over tokens, or those of a stream over words.
struct SmoothingFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of probes and streams: average logits over so many tokens or words; 1 for none.", valueName: "tokens"))
  var window: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Average them exponentially with this rate instead.", valueName: "rate"))
  var rate: Float?

  func validate() throws {
    guard window == nil || rate == nil else { throw ValidationError("Give either --window or --rate.") }
    guard 1...ProbeSpec.maximumWindow ~= window ?? 1 else {
      throw ValidationError("--window must be in 1...\(ProbeSpec.maximumWindow).")
    }
    guard rate.map({ $0 > 0 && $0 <= 1 }) ?? true else {
      throw ValidationError("--rate must be above 0 and at most 1.")
    }
  }

  /// What was asked for; nil for the default.
  var smoothing: ProbeSpec.Smoothing? {
    rate.map { .exponential(rate: $0) } ?? window.map { .window($0) }
  }
}
