internal import Witan

/// A written text before anything is made of it: a seed, a near miss or one of the background.
struct WrittenText {
  var text: String
  /// What the text answers, of an exchange.
  var prompt: String?
  var labels: [String: Float]
  var isNearMiss: Bool
  /// Of the constitution; nil for the background.
  var principle: Int?
  /// `principle/seed:line`, `principle/near-miss:line` or `background/file:line`; of exchanges
  /// `principle/exchange:number` and `principle/near-exchange:number`.
  var source: String
  var split: Synthesis.Split
}

extension WrittenText {
  /// All written texts, without near-duplicates, each with its split.
  static func all(
    of constitution: Constitution, _ seed: UInt64, _ report: inout Synthesis.Report
  ) -> [WrittenText] {
    var all: [WrittenText] = []
    func add(
      _ text: String, _ labels: [String: Float], _ nearMiss: Bool, _ principle: Int?, _ source: String,
      prompt: String? = nil
    ) {
      // By the answer alone: one answer to two prompts stays in one split.
      var random = SeededRandom(seed: seed ^ fnv1a(text.utf8), purpose: "split")
      let draw = random.below(10)
      all.append(
        WrittenText(
          text: text, prompt: prompt, labels: labels, isNearMiss: nearMiss, principle: principle,
          source: source, split: draw == 0 ? .dev : draw == 1 ? .test : .train))
    }
    for (i, p) in constitution.principles.enumerated() {
      for (n, text) in p.seeds.enumerated() { add(text, [p.id: 1], false, i, "\(p.id)/seed:\(n + 1)") }
      for (n, text) in p.nearMisses.enumerated() { add(text, [:], true, i, "\(p.id)/near-miss:\(n + 1)") }
      for (n, e) in p.exchanges.enumerated() {
        add(e.answer, [p.id: 1], false, i, "\(p.id)/exchange:\(n + 1)", prompt: e.prompt)
      }
      for (n, e) in p.nearExchanges.enumerated() {
        add(e.answer, [:], true, i, "\(p.id)/near-exchange:\(n + 1)", prompt: e.prompt)
      }
      report.rows.append(Synthesis.Report.Row(id: p.id))
    }
    report.rows.append(Synthesis.Report.Row(id: "background"))
    let background = Background.shipped
    for text in background.texts { add(text.text, [:], false, nil, text.source) }

    let repeats = repeats(all)
    var kept: [WrittenText] = []
    for (i, base) in all.enumerated() {
      if let earlier = repeats[i] {
        // The same text under a second principle has both labels.
        if !base.labels.isEmpty, !all[earlier].labels.isEmpty, base.text == all[earlier].text,
          let k = kept.firstIndex(where: { $0.source == all[earlier].source })
        {
          kept[k].labels.merge(base.labels) { max($0, $1) }
        }
        let isContradiction = base.labels.isEmpty != all[earlier].labels.isEmpty
        if isContradiction {
          report.contradictions.append((base.text, all[earlier].source))
        } else {
          report.duplicates.append((base.text, all[earlier].source))
        }
        continue
      }
      kept.append(base)
      let row = base.principle ?? report.rows.count - 1
      if base.principle == nil {
        report.backgroundTexts += 1
      } else if base.isNearMiss {
        report.rows[row].nearMisses += 1
      } else {
        report.rows[row].seeds += 1
      }
    }
    report.topics = background.topics
    return kept
  }

  /// For each text the index of an earlier one that it repeats. An exchange repeats only the very same one:
  /// that one answer falls under a principle after one prompt and not after another is what it is for.
  private static func repeats(_ all: [WrittenText]) -> [Int?] {
    let plain = all.indices.filter { all[$0].prompt == nil }
    var out = [Int?](repeating: nil, count: all.count)
    for (i, earlier) in zip(plain, NearDuplicates.find(plain.map { all[$0].text })) {
      out[i] = earlier.map { plain[$0] }
    }
    var seen: [Constitution.Exchange: Int] = [:]
    for (i, text) in all.enumerated() {
      guard let prompt = text.prompt else { continue }
      let exchange = Constitution.Exchange(prompt: prompt, answer: text.text)
      out[i] = seen[exchange]
      seen[exchange] = seen[exchange] ?? i
    }
    return out
  }
}
