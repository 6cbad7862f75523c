package import Witan

extension StreamEvaluation {
  package var json: JSON {
    func rounded(_ x: Double) -> JSON { JSON((x * 1e6).rounded() / 1e6) }
    func share(_ s: Share) -> JSON {
      [
        "hits": JSON(s.hits), "n": JSON(s.n), "rate": rounded(s.value),
        "interval": [rounded(s.interval.lowerBound), rounded(s.interval.upperBound)],
      ]
    }
    let from: JSON =
      switch source {
      case .model: "model"
      case .given: "given"
      case .falsePositiveRate(let rate): ["innocent_streams_at_fpr": JSON(rate)]
      }
    return [
      "harmful": JSON(harmful), "threshold": JSON(threshold), "threshold_from": from,
      "early": share(early), "missed": share(missed), "detected": share(detected),
      "inside": share(inside),
      "within": .object(
        Dictionary(uniqueKeysWithValues: Self.marks.map { ("\($0)", share(within($0))) })),
      "median_delay": medianDelay.map { JSON($0) } ?? .null,
      "false_positives": share(falsePositives),
      "false_positives_by_group": .object(
        Dictionary(uniqueKeysWithValues: groups.map { ($0.name, share($0.share)) })),
      "innocent_words": JSON(innocentWords),
      "lead_ins": .array(
        leads.map {
          [
            "from": JSON($0.words.lowerBound),
            "to": $0.words.upperBound == .max ? .null : JSON($0.words.upperBound),
            "early": share($0.early), "within_16": share($0.within16), "detected": share($0.detected),
          ]
        }),
    ]
  }
}
