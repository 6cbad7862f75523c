package import Witan

extension Evaluation {
  package var json: JSON {
    func rounded(_ x: Double?) -> JSON { x.map { JSON(($0 * 1e6).rounded() / 1e6) } ?? .null }
    func interval(_ r: ClosedRange<Double>) -> JSON { [rounded(r.lowerBound), rounded(r.upperBound)] }
    func table(_ value: (LabelReport) -> Double?) -> JSON {
      .object(Dictionary(uniqueKeysWithValues: labels.map { ($0.id, rounded(value($0))) }))
    }
    var fields: [String: JSON] = [
      "n": JSON(n), "accuracy": rounded(accuracy), "accuracy_interval": interval(accuracyInterval),
      "macro_f1": rounded(macroF1), "ece": rounded(ece), "log_loss": rounded(logLoss),
      "auroc": table { $0.auroc }, "recall_at_1_fpr": table { $0.recallAt1FPR },
      "recall_at_5_fpr": table { $0.recallAt5FPR }, "precision": table { $0.precision },
      "recall": table { $0.recall }, "f1": table { $0.f1 },
      "support": .object(
        Dictionary(uniqueKeysWithValues: labels.map { ($0.id, JSON($0.support)) })),
      "groups": .array(
        groups.map {
          [
            "group": .string($0.group), "n": JSON($0.n), "accuracy": rounded($0.accuracy),
            "interval": interval($0.interval),
          ]
        }),
      "mistakes": .array(
        mistakes.map {
          [
            "text": .string($0.text), "expected": JSON($0.expected),
            "predicted": .string($0.predicted), "probability": JSON($0.probability),
          ]
        }),
    ]
    if let any {
      fields["any"] = [
        "support": JSON(any.support), "auroc": rounded(any.auroc),
        "recall_at_1_fpr": rounded(any.recallAt1FPR), "recall_at_5_fpr": rounded(any.recallAt5FPR),
        "precision": rounded(any.precision), "recall": rounded(any.recall), "ece": rounded(any.ece),
      ]
    }
    if !confusion.isEmpty {
      fields["confusion"] = [
        "labels": JSON(labels.map(\.id)),
        "counts": .array(confusion.map { row in .array(row.map { JSON($0) }) }),
      ]
    }
    return .object(fields)
  }
}
