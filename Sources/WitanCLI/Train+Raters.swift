import ArgumentParser
import Witan
import WitanTraining

extension Train {
  /// Refuses what opinions of groups do not know, by name.
  func validateRaters() throws {
    let strangers = [
      ("--windows", !windows.isEmpty), ("--teacher", teaching.teacher != nil),
      ("--warm-start", start.model != nil), ("--task", task.task != nil), ("--format", format != nil),
      ("--doubt", training.doubt && !raters.poolsByMajority),
      ("--balance", training.balance && !raters.poolsByMajority),
    ]
    if let flag = strangers.first(where: \.1) { throw ValidationError("\(flag.0) does not go with --by.") }
  }

  /// Trains on ratings; what there is to say of the groups goes with the summary.
  func trainOnRatings(
    _ data: String, _ trainer: Trainer
  ) throws -> (result: Trainer.Result, opinions: RaterTrainer.Result?, dev: [Example]?) {
    let texts = try RatedText.read(path: data)
    let devTexts = try dev.map { try RatedText.read(path: $0) }
    if raters.poolsByMajority {
      let devExamples = devTexts.map { RaterTrainer.majority($0) }
      return (try trainer.train(RaterTrainer.majority(texts), dev: devExamples), nil, devExamples)
    }
    var raterTrainer = RaterTrainer(grouping: try raters.grouping(), trainer: trainer)
    raterTrainer.groupRate = raters.groupRate ?? raterTrainer.groupRate
    let result = try raterTrainer.train(texts, dev: devTexts)
    return (result.model, result, nil)
  }

  /// Lines on the groups, the one that sees most first.
  func report(_ result: RaterTrainer.Result) -> String {
    let groups = result.opinions.groups
    let width = min(40, groups.map { result.model.spec.labels[$0.output].id.count }.max() ?? 0)
    var out = "opinions of \(groups.count) groups of raters, and of all together (pooled):\n"
    for group in groups.sorted(by: { $0.mean > $1.mean }) {
      out += "  " + result.model.spec.labels[group.output].id.padded(width)
      out += "\(group.ratings)".leftPadded(8) + " ratings, mean \(fixed(Double(group.mean)))\n"
    }
    if !result.leftOut.isEmpty {
      out += "too few ratings for an opinion: "
      out += result.leftOut.prefix(20).map { "\($0.name) (\($0.ratings))" }.joined(separator: ", ")
      out += result.leftOut.count > 20 ? " and \(result.leftOut.count - 20) more\n" : "\n"
    }
    return out
  }

  /// The same for JSON.
  func fields(_ result: RaterTrainer.Result) -> [String: JSON] {
    var raters = result.opinions.json(labels: result.model.spec.labels).object ?? [:]
    raters["members"] = nil
    raters["left_out"] = .array(
      result.leftOut.map { ["group": .string($0.name), "ratings": JSON($0.ratings)] })
    return ["raters": .object(raters)]
  }
}
