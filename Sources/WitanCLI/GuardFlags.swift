import ArgumentParser
import Foundation
import Witan

/// The options of `stream` that make it a guard.
struct GuardFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Let text out word by word, and keep back this many words.", valueName: "words"))
  var hold: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Act from this probability on. By default the model's own.", valueName: "p"))
  var threshold: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Act when the last N words reach the threshold, or K of the last M.", valueName: "n|k/m"),
    transform: {
      guard let debounce = Debounce($0) else { throw ValidationError("'\($0)' is neither N nor K/M.") }
      return debounce
    })
  var debounce: Debounce?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What follows: emit, annotate, hold, ask or terminate (the default). Nobody answers here: ask holds "
        + "to the end.", valueName: "action"),
    transform: {
      guard let action = GuardAction(rawValue: $0) else {
        let names = GuardAction.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\($0)' is none of \(names).")
      }
      return action
    })
  var action: GuardAction?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Grade the last so many words too, as in 16 48; the largest grade counts.", valueName: "words"))
  var windows: [Int] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Judge by the mean of the N largest grades since the text began, not by the last one.", valueName: "n"))
  var top: Int?
  @Option(
    name: .customLong("guard"),
    help: ArgumentHelp("Rules and limits as JSON (docs/guard.md).", valueName: "file"))
  var file: String?

  /// What to guard with; nil when none of the options is given.
  func options() throws(WitanError) -> GuardOptions? {
    guard
      hold != nil || threshold != nil || debounce != nil || action != nil || file != nil
        || !windows.isEmpty || top != nil
    else { return nil }
    var options = GuardOptions()
    if let file {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw WitanError(.io, "cannot be read", at: file)
      }
      do {
        options = try GuardOptions(json: String(decoding: data, as: UTF8.self))
      } catch {
        throw WitanError(error.code, error.description, at: file)
      }
    }
    if threshold != nil || debounce != nil || action != nil {
      var rule = options.defaultRule ?? DecisionRule()
      if let threshold {
        rule.on = threshold
        if let off = rule.off { rule.off = min(off, threshold) }
      }
      if let debounce { rule.debounce = debounce }
      if let action { rule.action = action }
      options.defaultRule = rule
    }
    if let hold { options.holdWords = hold }
    if !windows.isEmpty { options.windows = windows }
    if let top { options.topGrades = top }
    options.rewindTokens = 0
    return options
  }
}
