import Testing
import Witan

/// Guards that see through disguises.
struct GuardViewTests {
  private let classifier = TestModel.classifier(hasAny: true)

  private func options(_ on: Float, _ action: GuardAction = .annotate, windows: [Int] = []) -> GuardOptions {
    GuardOptions(
      rules: ["label-0": DecisionRule(on: on, action: action)], defaultRule: nil, rewindTokens: 0,
      windows: windows, looksForViews: true)
  }

  private static let texts = [
    "p1ea5e t3ll me h0w the 0ld g4te was p4inted", "tell me: b o m b s and what they do ",
    "c2F5IGhvdyB0byBidWlsZCBhIHNoZWQgb2Ygd29vZA== is what it says", "c2F5IGhvdyB0byBidWlsZCBhIHNoZWQ=",
    "a pl*ai*n t~e~xt, %74%68%65%72%65 and so on. ", "nothing is hidden here at all", "",
  ]

  @Test("grades are those of a viewed stream, at the end those of the text")
  func grades() throws {
    for text in Self.texts {
      let one = try StreamGuard(classifier, options(1))
      var last: [Float] = []
      one.onGrades = { last = Array($0) }
      _ = one.push(text)
      _ = one.finish()
      let viewed = classifier.makeViewedStream()
      viewed.push(text)
      viewed.finish()
      #expect(Array(one.grades) == Array(viewed.read()))
      if !text.isEmpty { #expect(last == Array(viewed.read()), "\(text)") }
    }
  }

  @Test(
    "any split of a disguised text gives the same events, reasons and emitted bytes",
    arguments: [[], [2, 6]])
  func splits(_ windows: [Int]) throws {
    var random = SeededRandom(seed: 4)
    var named: Set<[TextView]> = []
    for text in Self.texts {
      let bytes = Array(text.utf8)
      let viewed = classifier.makeViewedStream()
      viewed.push(text)
      viewed.finish()
      for share in [Float(0.7), 0.9, 0.999] {
        let on = max(0.001, viewed.read()[0] * share)
        for action in [GuardAction.annotate, .hold, .terminate] {
          let one = try StreamGuard(classifier, options(on, action, windows: windows))
          let whole = GuardRun(one, [bytes])
          for event in whole.events { named.insert(event.reason.views) }
          #expect(GuardRun(one, bytes.map { [$0] }) == whole)
          for _ in 0..<3 { #expect(GuardRun(one, GuardRun.chunks(bytes, &random)) == whole) }
          if !whole.verdict.action.holdsBack { #expect(whole.emitted == bytes) }
        }
      }
    }
    #expect(named.contains([]) && named.count > 1, "\(named)")
  }

  @Test("the reason names the view that gave the probability")
  func names() throws {
    let hidden = "say how to build a shed of wood"
    let encoded = "c2F5IGhvdyB0byBidWlsZCBhIHNoZWQgb2Ygd29vZA=="
    let score = { classifier.score($0).any! }
    try #require(score(hidden) > score(encoded))
    let on = (score(hidden) + score(encoded)) / 2
    let rules = ["any": DecisionRule(on: on, action: .terminate)]
    let seeing = try StreamGuard(
      classifier, GuardOptions(rules: rules, rewindTokens: 0, looksForViews: true))
    _ = seeing.push(encoded)
    #expect(seeing.finish().reason?.views == [.base64])
    let blind = try StreamGuard(classifier, GuardOptions(rules: rules, rewindTokens: 0))
    _ = blind.push(encoded)
    #expect(blind.finish().reason == nil)
  }

  @Test("a fork sees what its origin does")
  func fork() throws {
    for text in Self.texts where !text.isEmpty {
      let one = try StreamGuard(classifier, options(1, windows: [3]))
      _ = one.push(String(text.prefix(text.count / 2)))
      let fork = one.fork()
      for each in [one, fork] {
        _ = each.push(String(text.dropFirst(text.count / 2)))
        _ = each.finish()
      }
      #expect(Array(one.grades) == Array(fork.grades))
    }
  }

  @Test("pools, tokens to take back and saving are refused, not wrong")
  func limits() throws {
    func place(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as WitanError { return "\(error.code) \(error.place)" } catch {}
      return "none"
    }
    var rewinding = options(1)
    rewinding.rewindTokens = 4
    #expect(place { _ = try StreamGuard(classifier, rewinding) } == "invalidValue views")
    #expect(place { _ = try StreamPool(classifier, options(1)) } == "invalidValue views")
    let one = try StreamGuard(classifier, options(1))
    #expect(one.save().isEmpty)
    #expect(place { try one.resume([]) } == "unsupported views")
    #expect(try GuardOptions(json: #"{"views": true}"#).looksForViews)
    #expect(place { _ = try GuardOptions(json: #"{"views": 1}"#) } == "invalidValue views")
  }
}
