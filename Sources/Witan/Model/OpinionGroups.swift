/// What the outputs of a model trained on raters stand for: one for all raters, and one for each group of them.
///
/// The metadata `witan.raters` of a model says so; `Classifier.opinionGroups()` reads it.
public struct OpinionGroups: Sendable, Hashable {
  /// An output that says how a group of raters would judge a text.
  public struct Group: Sendable, Hashable {
    /// The index of the output.
    public let output: Int
    /// What the raters of the group have in common, as `gender`, and the value of it, as `Woman`.
    public let field: String
    public let name: String
    /// Ratings of the group in training.
    public let ratings: Int
    /// The mean of these ratings, in [0, 1].
    public let mean: Float

    package init(output: Int, field: String, name: String, ratings: Int, mean: Float) {
      (self.output, self.field, self.name) = (output, field, name)
      (self.ratings, self.mean) = (ratings, mean)
    }
  }

  package static let key = "witan.raters"
  /// The label of the output for all raters.
  package static let pooledLabel = "pooled"
  /// The field of groups that were made of the raters' severity, and not given.
  package static let severityField = "severity"

  /// The index of the output for all raters: the share of all ratings.
  public let pooled: Int
  public let groups: [Group]
  /// The group of each rater, where groups were made of their severity.
  package let members: [String: String]
  private let fields: [[Group]]  // the groups of each field

  package init(pooled: Int, groups: [Group], members: [String: String] = [:]) {
    (self.pooled, self.groups, self.members) = (pooled, groups, members)
    var fields: [[Group]] = []
    for group in groups {
      if let i = fields.firstIndex(where: { $0[0].field == group.field }) {
        fields[i].append(group)
      } else {
        fields.append([group])
      }
    }
    self.fields = fields
  }

  /// How far the opinions of groups are apart: the standard deviation of their probabilities, each weighed by
  /// its ratings in training; over several fields the root of the mean variance. In [0, 0.5]. O(groups)
  /// [p: outputs]
  public func spread(of p: UnsafeBufferPointer<Float>) -> Float {
    var variance: Float = 0
    for groups in fields {
      var (total, sum, squares): (Float, Float, Float) = (0, 0, 0)
      for group in groups { total += Float(group.ratings) }
      for group in groups { sum += Float(group.ratings) / total * p[group.output] }
      for group in groups {
        let distance = p[group.output] - sum
        squares += Float(group.ratings) / total * distance * distance
      }
      variance += squares / Float(fields.count)
    }
    return variance.squareRoot()
  }

  /// As the metadata of a model has it.
  package func json(labels: [Label]) -> JSON {
    var object: [String: JSON] = [
      "pooled": .string(labels[pooled].id),
      "groups": .array(
        groups.map {
          [
            "label": .string(labels[$0.output].id), "field": .string($0.field), "name": .string($0.name),
            "ratings": JSON($0.ratings), "mean": JSON($0.mean),
          ]
        }),
    ]
    if !members.isEmpty { object["members"] = .object(members.mapValues { .string($0) }) }
    return .object(object)
  }

  /// Reads what `json` wrote. Throws `format` or `invalidValue`, naming the field.
  package init(_ json: JSON, labels: [Label]) throws(WitanError) {
    func fault(_ field: String, _ message: String) -> WitanError {
      WitanError(.invalidValue, message, at: "__metadata__.\(Self.key).\(field)")
    }
    func output(_ item: JSON?, _ place: String) throws(WitanError) -> Int {
      guard let id = item?.string, let index = labels.firstIndex(where: { $0.id == id }) else {
        throw fault(place, "is no output of the model")
      }
      return index
    }
    let pooled = try output(json["pooled"], "pooled")
    guard let list = json["groups"]?.array, !list.isEmpty else {
      throw fault("groups", "is missing, or no list of one group or more")
    }
    var groups: [Group] = []
    for (i, item) in list.enumerated() {
      let place = "groups[\(i)]"
      let index = try output(item["label"], "\(place).label")
      guard index != pooled, !groups.contains(where: { $0.output == index }) else {
        throw fault("\(place).label", "stands there twice")
      }
      guard let field = item["field"]?.string, !field.isEmpty else {
        throw fault("\(place).field", "is no string")
      }
      guard let name = item["name"]?.string, !name.isEmpty else {
        throw fault("\(place).name", "is no string")
      }
      guard let ratings = item["ratings"]?.int, ratings > 0 else {
        throw fault("\(place).ratings", "is not a whole number above 0")
      }
      guard let mean = item["mean"]?.number, 0...1 ~= mean else {
        throw fault("\(place).mean", "is not in 0...1")
      }
      groups.append(Group(output: index, field: field, name: name, ratings: ratings, mean: Float(mean)))
    }
    var members: [String: String] = [:]
    if let given = json["members"] {
      guard let object = given.object else { throw fault("members", "is no object") }
      for (rater, group) in object {
        guard let name = group.string,
          groups.contains(where: { $0.field == Self.severityField && $0.name == name })
        else { throw fault("members", "puts a rater into a group that is not there") }
        members[rater] = name
      }
    }
    self.init(pooled: pooled, groups: groups, members: members)
  }
}

extension Classifier {
  /// What the outputs of a model trained on raters stand for; nil for other models. Throws `format` or
  /// `invalidValue` for damaged metadata, naming the field. O(groups + raters)
  public func opinionGroups() throws(WitanError) -> OpinionGroups? {
    guard let text = metadata[OpinionGroups.key] else { return nil }
    let json: JSON
    do {
      json = try JSON(parsing: text)
    } catch {
      throw WitanError(error.code, error.message, at: "__metadata__.\(OpinionGroups.key)")
    }
    return try OpinionGroups(json, labels: spec.labels)
  }
}
