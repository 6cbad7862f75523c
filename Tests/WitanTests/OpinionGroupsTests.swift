import Testing

import Witan

struct OpinionGroupsTests {
  private static let labels = ["pooled", "a", "b", "severity=1"].map { Label(id: $0) }
  private static let opinions = OpinionGroups(
    pooled: 0,
    groups: [
      .init(output: 1, field: "group", name: "a", ratings: 30, mean: 0.25),
      .init(output: 2, field: "group", name: "b", ratings: 10, mean: 0.75),
      .init(output: 3, field: "severity", name: "1", ratings: 40, mean: 0.5),
    ], members: ["r1": "1"])

  @Test("what is written is read again")
  func roundTrip() throws {
    let text = Self.opinions.json(labels: Self.labels).text()
    #expect(try OpinionGroups(JSON(parsing: text), labels: Self.labels) == Self.opinions)
  }

  @Test("the spread weighs groups by their ratings and fields alike")
  func spread() {
    // group: mean 0.2 x 0.75 + 0.6 x 0.25 = 0.3, variance 0.75 x 0.01 + 0.25 x 0.09 = 0.03; severity: one group, 0.
    let p: [Float] = [0.9, 0.2, 0.6, 0.8]
    let spread = p.withUnsafeBufferPointer { Self.opinions.spread(of: $0) }
    #expect(abs(spread - Float(0.03 / 2).squareRoot()) < 1e-6)
  }

  @Test(
    "damage is an error that names the field",
    arguments: [
      (#"{"pooled": "x", "groups": []}"#, "pooled"),
      (#"{"pooled": "pooled"}"#, "groups"), (#"{"pooled": "pooled", "groups": []}"#, "groups"),
      (#"{"pooled": "pooled", "groups": [{"label": "z"}]}"#, "groups[0].label"),
      (#"{"pooled": "pooled", "groups": [{"label": "pooled"}]}"#, "groups[0].label"),
      (#"{"pooled": "pooled", "groups": [{"label": "a"}]}"#, "groups[0].field"),
      (#"{"pooled": "pooled", "groups": [{"label": "a", "field": "g", "name": 3}]}"#, "groups[0].name"),
      (
        #"{"pooled": "pooled", "groups": [{"label": "a", "field": "g", "name": "a", "ratings": 0}]}"#,
        "groups[0].ratings"
      ),
      (
        #"{"pooled": "pooled", "groups": [{"label": "a", "field": "g", "name": "a", "ratings": 1, "mean": 2}]}"#,
        "groups[0].mean"
      ),
      (
        #"{"pooled": "pooled", "groups": [{"label": "a", "field": "g", "name": "a", "ratings": 1, "mean": 1}], "#
          + #""members": {"r": "1"}}"#, "members"
      ),
    ])
  func damage(_ text: String, _ field: String) throws {
    let error = try #require(
      #expect(throws: WitanError.self) { try OpinionGroups(JSON(parsing: text), labels: Self.labels) })
    #expect(error.place == "__metadata__.witan.raters.\(field)", "\(error)")
  }
}
