import ArgumentParser
import WitanTraining

/// What makes raters a group; with it `train` takes ratings, not labels.
struct RaterFlags: ParsableArguments {
  /// The name that trains what opinions are compared with.
  static let majority = "majority"

  @Option(
    name: .customLong("by"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Data are ratings: one opinion for each value of these fields, as in gender race, or rater; severity makes "
        + "groups of raters by how much they see; majority pools all raters, for comparison.",
      valueName: "field"))
  var fields: [String] = []
  @Option(name: .long, help: "Groups that --by severity makes, 2 to 64; 4 by default.")
  var severityGroups: Int?
  @Option(
    name: .customLong("min-ratings"),
    help: "Groups with fewer ratings get no opinion, and are named; 50 by default.")
  var leastRatings: Int?

  @Option(
    name: .long,
    help: "How fast the opinion of a group moves away from the pooled one, up to 1; 0.25 by default.")
  var groupRate: Float?

  var isGiven: Bool { !fields.isEmpty }
  var poolsByMajority: Bool { fields == [Self.majority] }

  func validate() throws {
    guard severityGroups == nil || fields.contains("severity") else {
      throw ValidationError("--severity-groups goes with --by severity.")
    }
    guard leastRatings == nil || isGiven else { throw ValidationError("--min-ratings goes with --by.") }
    guard groupRate == nil || isGiven && !poolsByMajority else {
      throw ValidationError("--group-rate goes with --by, and not with majority.")
    }
    guard groupRate ?? 1 > 0, groupRate ?? 1 <= 1 else {
      throw ValidationError("--group-rate must be above 0 and at most 1.")
    }
    guard 2...64 ~= severityGroups ?? 2 else { throw ValidationError("--severity-groups must be in 2...64.") }
    guard leastRatings ?? 1 >= 1 else { throw ValidationError("--min-ratings must be at least 1.") }
    guard poolsByMajority || !fields.contains(Self.majority) else {
      throw ValidationError("--by majority has no groups; give it alone.")
    }
  }

  func grouping() throws -> RaterGrouping {
    var grouping = try RaterGrouping(fields: fields)
    grouping.severityGroups = severityGroups ?? grouping.severityGroups
    grouping.leastRatings = leastRatings ?? grouping.leastRatings
    return grouping
  }
}
