internal import Testing
internal import Witan
internal import WitanTraining

@Suite("comparison of a panel's members")
struct PanelComparisonTests {
  /// An opinion of a constitution with a prohibition, a discouragement and a permission.
  private func opinion(
    _ member: String, _ p: [Float], finding: Finding? = nil
  ) -> Opinion {
    let labels = [
      Label(id: "ban", title: "Bans", stance: .prohibit, threshold: 0.5),
      Label(id: "frown", stance: .discourage, threshold: 0.5),
      Label(id: "leave", title: "Leave to <speak>", stance: .permit, threshold: 0.5),
    ]
    return Opinion(
      provenance: Provenance(member: member),
      scores: Scores(
        labels: labels, probabilities: p, any: p[0], features: 3, replacements: 0, isTruncated: false),
      anyThreshold: 0.5, side: nil, origin: .synthetic, isComplete: true, finding: finding)
  }

  private func comparison(
    _ members: [String], top: Int = 10, _ texts: [(String, [[Float]])]
  ) -> PanelComparison {
    var out = PanelComparison(members.map { Provenance(member: $0) }, top: top)
    for (text, p) in texts {
      out.add(text, PanelVerdict(opinions: zip(members, p).map { opinion($0, $1) }))
    }
    return out
  }

  /// Example A of Krippendorff 2011: two observers, ten units, alpha 0.095.
  @Test("Krippendorff's alpha of a published example") func alpha() throws {
    let first: [Float] = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    let second: [Float] = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    let c = comparison(
      ["a", "b"], zip(first, second).map { ("text", [[$0, 0, 0], [$1, 0, 0]]) })
    #expect(abs(try #require(c.alpha) - 0.095) < 0.0005)
    let pair = c.agreements[0]
    #expect(
      [pair.bothObject, pair.onlyFirst, pair.onlySecond, pair.neither, pair.undecided] == [1, 1, 3, 5, 0])
    #expect(pair.share == 0.6)
    // (0.6 - 0.56) / (1 - 0.56), by hand.
    #expect(abs(try #require(pair.kappa) - 1.0 / 11) < 1e-12)
    #expect(c.contestedCount == 4)
  }

  @Test("who cannot tell is left out of agreement") func undecided() throws {
    var c = PanelComparison(["a", "b", "c"].map { Provenance(member: $0) })
    let verdict = PanelVerdict(opinions: [
      opinion("a", [0.9, 0, 0]), opinion("b", [0.4, 0, 0], finding: .cannotTell),
      opinion("c", [0.1, 0, 0.8]),
    ])
    c.add("x", verdict)
    #expect(verdict.outcome == .contested)
    #expect(c.agreements.map(\.decided) == [0, 1, 0])
    #expect(c.agreements.map(\.undecided) == [1, 0, 1])
    #expect(c.agreements[0].share == nil && c.agreements[0].kappa == nil)
    #expect(c.members[1].texts[.undecided] == 1 && c.members[2].texts[.supports] == 1)
    #expect(c.members[0].objectsAlone == 1 && c.members[2].acceptsAlone == 1)
    // One pair of values that differ, by chance as well: no agreement beyond it.
    #expect(try #require(c.alpha) == 0)
  }

  @Test("no alpha where all say the same of everything") func unanimous() {
    let c = comparison(["a", "b"], [("x", [[0, 0, 0], [0, 0, 0]]), ("y", [[0, 0, 0], [0.2, 0, 0]])])
    #expect(c.alpha == nil && c.agreements[0].kappa == nil && c.agreements[0].share == 1)
    #expect(c.contested.isEmpty && c.contestedCount == 0)
  }

  @Test("the most contested texts, most contested first") func contested() {
    let c = comparison(
      ["a", "b", "c", "d"], top: 3,
      [
        ("one of four", [[0.9, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]),
        ("halved, near", [[0.6, 0, 0], [0.6, 0, 0], [0.4, 0, 0], [0.4, 0, 0]]),
        ("agreed", [[0.9, 0, 0], [0.9, 0, 0], [0.9, 0, 0], [0.9, 0, 0]]),
        ("halved, far", [[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]]),
        ("three of four", [[0.6, 0, 0], [0.6, 0, 0], [0.6, 0, 0], [0.4, 0, 0]]),
      ])
    #expect(c.contested.map(\.text) == ["halved, far", "halved, near", "one of four"])
    #expect(c.contested.map(\.number) == [4, 2, 1])
    #expect(c.contestedCount == 4)
  }

  @Test("one's prohibition against another's permission") func conflicts() throws {
    let c = comparison(
      ["a", "b"],
      [
        ("weak", [[0.6, 0, 0], [0, 0, 0.7]]), ("strong", [[0.9, 0, 0], [0, 0, 0.8]]),
        ("one side", [[0.9, 0, 0], [0, 0, 0]]), ("both ban", [[0.9, 0, 0], [0.9, 0.9, 0]]),
        // Within one constitution nothing is a conflict of two.
        ("itself", [[0.9, 0, 0.9], [0, 0, 0]]),
      ])
    let conflicts = c.relations(conflicts: true)
    let conflict = try #require(conflicts.first)
    #expect(conflicts.count == 1)
    #expect([conflict.first.label.id, conflict.second.label.id] == ["ban", "leave"])
    #expect(conflict.both == 2 && conflict.example == "strong")
    #expect(conflict.first.texts == 5 && conflict.second.texts == 2 && conflict.overlap == 0.4)
    #expect(c.relations(conflicts: false).map(\.second.label.id) == ["ban", "frown"])
  }

  @Test("the page escapes what texts and titles hold") func page() {
    let c = comparison(
      ["a", "b<i>"], [("<script>alert(1)</script> & \u{0}", [[0.9, 0, 0], [0.1, 0, 0.8]])])
    let html = ComparisonPage(c, source: "x\"><b>.jsonl").html
    #expect(!html.contains("<script") && !html.contains("b<i>") && !html.contains("<speak>"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "))
    #expect(html.contains("Leave to &lt;speak&gt;") && !html.contains("http"))
    #expect(Chart.agreement(c).svg.contains("b&lt;i&gt;"))
  }

  @Test("a comparison of nothing says so") func empty() {
    let c = comparison(["a", "b"], [])
    #expect(c.alpha == nil && c.agreements[0].share == nil)
    #expect(ComparisonPage(c, source: "nothing").html.contains("Nowhere"))
  }
}
