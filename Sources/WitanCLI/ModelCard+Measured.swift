import Witan

/// What was measured outside `compile`: reports of `witan evaluate` and of scripts/measure_flourishing.py.
extension ModelCard {
  /// How `any` does on public sets, or each output against other answers, as the report has it.
  static func onRealText(_ json: JSON?) -> String {
    if let comparisons = json?["comparisons"]?.array {
      return outputs(comparisons, ordinary: json?["ordinary_answers"])
    }
    guard let json, let sets = json["sets"]?.array, let benign = json["benign"]?.array else {
      return "\n## On real text\nNot measured. Run `witan evaluate --harmful FILE --benign FILE`.\n"
    }
    var out = """

      ## On real text
      Public sets, not trained on. AUROC and recall of `any` against all benign texts together; *recall* \
      and *FPR* at the threshold that the model carries.

      | harmful set | n | AUROC | recall at 1 % FPR | recall at 5 % FPR | recall |
      |---|---|---|---|---|---|

      """
    for s in sets {
      out += "| \(s["name"]?.string ?? "") | \(s["n"]?.int ?? 0) | \(number(s["auroc"])) "
      out +=
        "| \(number(s["recall_at_1_fpr"])) | \(number(s["recall_at_5_fpr"])) | \(number(s["recall"])) |\n"
    }
    out += "| mean | | \(number(json["mean_auroc"])) | | \(number(json["mean_recall_at_5_fpr"])) | |\n"
    for s in json["pairs"]?.array ?? [] {
      out +=
        "| \(s["name"]?.string ?? "") (its own benign side) | \(s["n"]?.int ?? 0) | \(number(s["auroc"])) "
      out +=
        "| \(number(s["recall_at_1_fpr"])) | \(number(s["recall_at_5_fpr"])) | \(number(s["recall"])) |\n"
    }
    out += "\n| benign domain | n | FPR | 95 % interval |\n|---|---|---|---|\n"
    for d in benign {
      let range = d["interval"]?.array ?? []
      out += "| \(d["name"]?.string ?? "") | \(d["n"]?.int ?? 0) | \(percent(d["fpr"]?.number ?? 0)) "
      out += "| \(range.map { percent($0.number ?? 0) }.joined(separator: " to ")) |\n"
    }
    return out
  }

  /// Principles against the ones that are their opposites, each seed judged by a model that was made without it.
  static func pairs(_ json: JSON?) -> String {
    guard let rows = json?["pairs_of_principles"]?.array else { return "" }
    var out = """

      ## Pairs of principles
      Seeds of a principle against those of its opposite, in \(json?["folds"]?.int ?? 0) folds: each seed is judged \
      by a model made without it and its near-duplicates. AUROC of the *difference* of both logits, with its 95 % \
      interval, and over pairs of *like length* only; of either output *alone*; against the principle's *near \
      misses*; and of the length alone (below 0.5: shorter).

      | principle | opposite | n | difference | like length | alone | opposite alone | near misses | length |
      |---|---|---|---|---|---|---|---|---|

      """
    for row in rows {
      out += "| `\(row["harmful"]?.string ?? "")` | `\(row["wanted"]?.string ?? "")` "
      out += "| \(row["n"]?.int ?? 0), \(row["n_wanted"]?.int ?? 0) | \(withInterval(row["difference"])) "
      for key in ["difference_like_length", "harmful_alone", "wanted_alone", "near_misses"] {
        out += "| \(number(row[key]?["auroc"])) "
      }
      out += "| \(number(row["length_auroc"])) |\n"
    }
    return out
  }

  private static func outputs(_ comparisons: [JSON], ordinary: JSON?) -> String {
    var out = """

      ## On real text
      Public answers, not trained on. *Length* is the AUROC of the number of words alone, what an output must \
      be seen beside.

      | output | answers | against | read | AUROC (95 % interval) | length |
      |---|---|---|---|---|---|

      """
    for c in comparisons {
      out += "| `\(c["output"]?.string ?? "")` | \(c["of"]?.string ?? "") (\(c["n"]?.int ?? 0)) "
      out += "| \(c["against"]?.string ?? "") (\(c["n_against"]?.int ?? 0)) | \(c["read"]?.string ?? "") "
      out += "| \(withInterval(c)) | \(number(c["length_auroc"])) |\n"
    }
    if let n = ordinary?["n"]?.int, let flagged = ordinary?["flagged"]?.int, n > 0 {
      out += "\nOf \(n) ordinary answers (\(ordinary?["name"]?.string ?? "")) `any` flags \(flagged), "
      out += "\(percent(Double(flagged) / Double(n))), at the threshold that the model carries.\n"
    }
    return out
  }

  private static func withInterval(_ x: JSON?) -> String {
    guard let range = x?["interval"]?.array, range.count == 2 else { return number(x?["auroc"]) }
    return "\(number(x?["auroc"])) (\(number(range[0])) to \(number(range[1])))"
  }

  private static func number(_ x: JSON?) -> String { x?.number.map { fixed($0) } ?? "-" }
}
