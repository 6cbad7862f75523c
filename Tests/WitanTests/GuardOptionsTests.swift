import Testing
import Witan

struct GuardOptionsTests {
  @Test("options are read from JSON; what is missing keeps its default")
  func json() throws {
    #expect(try GuardOptions(json: "{}") == GuardOptions())
    let options = try GuardOptions(
      json: #"""
        {"hold_words": 8, "default": {"on": 0.9, "off": 0.7, "debounce": "2/4", "action": "ask"},
         "rules": {"fraud": {"action": "hold", "debounce": 3}}, "maximum_bytes": 1000,
         "at_maximum_bytes": "annotate", "maximum_word_bytes": 64, "maximum_held_bytes": 999, "rewind_tokens": 5,
         "windows": [16, 48], "top": 3}
        """#)
    #expect(
      options
        == GuardOptions(
          rules: ["fraud": DecisionRule(debounce: .consecutive(3), action: .hold)],
          defaultRule: DecisionRule(on: 0.9, off: 0.7, debounce: .of(2, 4), action: .ask), holdWords: 8,
          maximumWordBytes: 64, maximumHeldBytes: 999, maximumBytes: 1000, atMaximumBytes: .annotate,
          rewindTokens: 5, windows: [16, 48], topGrades: 3))
    #expect(try GuardOptions(json: #"{"default": null}"#).defaultRule == nil)
  }

  @Test(
    "a fault is an error that names the field",
    arguments: [
      ("[]", "options", "is not a JSON object"), (#"{"hold": 1}"#, "hold", "is unknown; there are"),
      (#"{"hold_words": 1.5}"#, "hold_words", "is not a whole number"),
      (#"{"default": 1}"#, "default", "is not a JSON object"),
      (#"{"default": {"on": "x"}}"#, "default.on", "is not a number"),
      (#"{"default": {"debounce": "x"}}"#, "default.debounce", "is neither a number of words"),
      (#"{"rules": {"a": {"action": "stop"}}}"#, "rules.a.action", "is none of emit, annotate, hold"),
      (#"{"rules": {"a": {"thr": 1}}}"#, "rules.a.thr", "is unknown; there are action"),
      (#"{"at_maximum_bytes": 3}"#, "at_maximum_bytes", "is none of"), ("{", "", "not JSON at byte"),
    ])
  func faults(_ json: String, _ place: String, _ message: String) {
    #expect("\(json)") { _ = try GuardOptions(json: json) } throws: {
      let error = $0 as? WitanError
      return error?.place == place && error?.message.contains(message) == true
    }
  }

  @Test("values out of range and outputs that a model lacks are errors that name the field")
  func ranges() throws {
    let classifier = TestModel.classifier(hasAny: true)
    func fails(_ place: String, _ change: (inout GuardOptions) -> Void) {
      var options = GuardOptions()
      change(&options)
      #expect("\(place)") { _ = try StreamGuard(classifier, options) } throws: {
        ($0 as? WitanError)?.place == place && ($0 as? WitanError)?.code == .invalidValue
      }
    }
    fails("hold_words") { $0.holdWords = -1 }
    fails("maximum_word_bytes") { $0.maximumWordBytes = 15 }
    fails("maximum_held_bytes") { $0.maximumHeldBytes = 259 }
    fails("maximum_bytes") { $0.maximumBytes = 0 }
    fails("at_maximum_bytes") { $0.atMaximumBytes = .hold }
    fails("rewind_tokens") { $0.rewindTokens = 4097 }
    fails("top") { $0.topGrades = 0 }
    fails("top") { $0.topGrades = 65 }
    fails("rules.nobody") { $0.rules["nobody"] = DecisionRule() }
    fails("rules.label-1.off") { $0.rules["label-1"] = DecisionRule(on: 0.1, off: 0.2) }
    fails("default.on") { $0.defaultRule = DecisionRule(on: 2) }
    fails("rules") { $0.defaultRule = nil }
    #expect(throws: WitanError.self) { _ = try StreamGuard(TestModel.classifier()) }
  }

  @Test("the default rule watches `any` at the model's threshold")
  func defaults() throws {
    let classifier = TestModel.classifier(hasAny: true)
    var random = SeededRandom(seed: 31)
    var flagged = 0
    for _ in 0..<200 {
      let text = TestModel.randomText(&random, length: 100)
      let one = try StreamGuard(classifier)
      let step = one.push(text)
      let end = one.finish()
      // Grade the words by hand.
      let verdict = step.action == .terminate ? step : end
      if let reason = verdict.reason {
        #expect(reason.output == "any" && reason.onsetByte.map { $0 < reason.byte } == true)
        #expect(try #require(reason.probability) >= classifier.spec.anyThreshold)
        flagged += 1
      } else {
        #expect(classifier.score(String(decoding: text, as: UTF8.self)).any! < classifier.spec.anyThreshold)
      }
    }
    #expect(flagged > 0)
  }
}
