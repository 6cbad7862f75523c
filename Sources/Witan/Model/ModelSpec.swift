internal import CKernels

/// The whole architecture of a classifier:
///
///     bytes -> feature ids, and word-piece ids if the model is dense     FeatureSpec, DenseSpec
///     sums  = sum over ids of table[id]                                  int8 rows in int32, exact
///     z     = logits of the sums                                         Head
///     p     = sigmoid(slope * z + offset), softmax, or the two sides of one sigmoid
///
/// Sums are divided by a norm: the root of the number of features, or, in a weighted model, of the sum of
/// their squared weights. That keeps the variance of z level in the length of a text.
public struct ModelSpec: Sendable, Hashable {
  /// What the outputs mean.
  public enum Task: String, Sendable {
    /// Exactly one label is right: softmax.
    case singleLabel = "single_label"
    /// Any number of labels may be right: a sigmoid each.
    case multiLabel = "multi_label"
  }

  /// More outputs than this are refused: it bounds what an untrusted file may ask for.
  public static let maximumOutputs = 4096
  /// Features that one text may have: 2^24 rows of at most 127 stay below 2^31.
  public static let maximumFeatures = 1 << 24

  /// Units that a hidden layer may have.
  public static let maximumUnits = 128
  /// Numbers of a text that its doubts are read of, at most: it bounds the square that they cost.
  public static let maximumDoubtInputs = 512

  public let features: FeatureSpec
  public let task: Task
  public let labels: [Label]
  /// Whether a last output says that at least one prohibited principle applies.
  public let hasAny: Bool
  /// The probability of `any` from which a text counts as flagged.
  public let anyThreshold: Float

  /// Units of each hidden layer, none to two; the first is fed by columns of the table.
  public let hidden: [Int]
  /// Whether features have weights in the norm, in a last column of the table.
  public let isWeighted: Bool
  /// The shared table of word-piece vectors that the model was trained with.
  public let dense: DenseSpec?
  /// How the rows of the table are stored.
  public let table: TableSpec
  /// Whether the model says how unsure it is of each logit: `Doubt`.
  public let hasDoubt: Bool

  /// Throws `invalidValue` when the parts contradict each other.
  public init(
    features: FeatureSpec, task: Task, labels: [Label], hasAny: Bool = false,
    anyThreshold: Float = 0.5, hidden: [Int] = [], isWeighted: Bool = false, dense: DenseSpec? = nil,
    table: TableSpec = .plain, hasDoubt: Bool = false
  ) throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ place: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: place) }
    }
    try demand(!labels.isEmpty, "is empty; a classifier has at least one label", "labels")
    try demand(labels.count < Self.maximumOutputs, "has more than 4095 entries", "labels")
    try demand(Set(labels.map(\.id)).count == labels.count, "names one label twice", "labels")
    try demand(task == .multiLabel || labels.count > 1, "needs two labels for one choice", "labels")
    try demand(task == .multiLabel || !hasAny, "goes with multi_label only", "has_any")
    for label in labels {
      try demand(!label.id.isEmpty, "a label has no name", "labels")
      try demand(
        label.threshold > 0 && label.threshold <= 1, "is not in (0, 1]",
        "labels.\(label.id).threshold")
    }
    try demand(anyThreshold > 0 && anyThreshold <= 1, "is not in (0, 1]", "any_threshold")
    try demand(
      hidden.count <= 2 && hidden.allSatisfy { 1...Self.maximumUnits ~= $0 },
      "is not up to two layers of 1...128",
      "hidden")
    try demand(
      table.keptRows ?? 1 <= features.buckets, "is above the \(features.buckets) buckets", "table.rows")
    self.table = table
    self.hasDoubt = hasDoubt
    self.hidden = hidden
    self.isWeighted = isWeighted
    self.dense = dense
    self.features = features
    self.task = task
    self.labels = labels
    self.hasAny = hasAny
    self.anyThreshold = anyThreshold
    try demand(
      !hasDoubt || doubtInputs <= Self.maximumDoubtInputs,
      "needs at most \(Self.maximumDoubtInputs) logits, dimensions and hidden units together; there are "
        + "\(doubtInputs)", "doubt")
  }

  /// Probabilities that a text gets: one for each label, and `any`.
  public var outputs: Int { labels.count + (hasAny ? 1 : 0) }
  /// Whether the labels are a choice of two: one column serves both.
  public var isBinary: Bool { task == .singleLabel && labels.count == 2 }
  /// Indices of the labels that `any` is about.
  package var prohibited: [Int] { labels.indices.filter { labels[$0].stance == .prohibit } }
  /// Logits: one for each output, one in all for a choice of two.
  public var width: Int { isBinary ? 1 : outputs }
  /// Columns of the table: logits, hidden units, the squared weight.
  public var columns: Int { width + (hidden.first ?? 0) + (isWeighted ? 1 : 0) }
  /// Numbers of a text that doubts are read of: logits, unit vector, last hidden units, and three more.
  package var doubtInputs: Int { width + (dense?.dimensions ?? 0) + (hidden.last ?? 0) + 3 }
  /// Columns rounded up to whole vectors: the size of accumulators.
  var lanes: Int { Head.padded(columns) }
}

extension ModelSpec {
  /// Logits to calibrated logits, in place: z becomes slope * z + offset. [width]
  ///
  /// `any` is then the mean of two: of its own column, or the largest of the labels that this does not
  /// pool, and of the largest of all prohibited labels. What they have in common and the one that fits
  /// best say more together than either does. Labels that do not apply to `side` are passed over.
  package func calibrate(
    _ z: UnsafeMutablePointer<Float>, slope: [Float], offset: [Float], side: Side? = nil
  ) {
    for j in 0..<width { z[j] = slope[j] * z[j] + offset[j] }
    guard hasAny else { return }
    var (own, largest) = (z[width - 1], -Float.infinity)
    for j in labels.indices
    where labels[j].stance == .prohibit && (side == nil || labels[j].applies(to: side)) {
      largest = max(largest, z[j])
      if !labels[j].isPooled { own = max(own, z[j]) }
    }
    z[width - 1] = largest == -.infinity ? own : (own + largest) / 2
  }
}

/// Which table of word-piece vectors a model was trained with.
public struct DenseSpec: Sendable, Hashable {
  public var name: String
  public var digest: String
  public var dimensions: Int

  public init(name: String, digest: String, dimensions: Int) {
    self.name = name
    self.digest = digest
    self.dimensions = dimensions
  }

  public init(_ embeddings: StaticEmbeddings) {
    self.init(name: embeddings.name, digest: embeddings.digest, dimensions: embeddings.dimensions)
  }
}

extension ModelSpec {
  /// The same architecture with other hidden layers. Throws `invalidValue`.
  package func with(hidden: [Int]) throws(WitanError) -> ModelSpec {
    try ModelSpec(
      features: features, task: task, labels: labels, hasAny: hasAny, anyThreshold: anyThreshold,
      hidden: hidden, isWeighted: isWeighted, dense: dense, table: table, hasDoubt: hasDoubt)
  }

  /// The same architecture with its table folded or stored in another way. Throws `invalidValue`.
  package func with(log2Buckets: Int, table: TableSpec) throws(WitanError) -> ModelSpec {
    try ModelSpec(
      features: FeatureSpec(
        version: features.version, log2Buckets: log2Buckets, hasCharacters: features.hasCharacters,
        hasTriples: features.hasTriples, hasOpening: features.hasOpening),
      task: task, labels: labels, hasAny: hasAny, anyThreshold: anyThreshold, hidden: hidden,
      isWeighted: isWeighted, dense: dense, table: table, hasDoubt: hasDoubt)
  }

  /// The same architecture with or without doubts. Throws `invalidValue` when it is too wide for them.
  package func with(doubt: Bool) throws(WitanError) -> ModelSpec {
    try ModelSpec(
      features: features, task: task, labels: labels, hasAny: hasAny, anyThreshold: anyThreshold,
      hidden: hidden, isWeighted: isWeighted, dense: dense, table: table, hasDoubt: doubt)
  }

  /// The same architecture with other thresholds. [labels]; throws `invalidValue` outside (0, 1].
  package func with(thresholds: [Float], any: Float) throws(WitanError) -> ModelSpec {
    let changed = zip(labels, thresholds).map { label, threshold in
      var label = label
      label.threshold = threshold
      return label
    }
    return try ModelSpec(
      features: features, task: task, labels: changed, hasAny: hasAny, anyThreshold: any, hidden: hidden,
      isWeighted: isWeighted, dense: dense, table: table, hasDoubt: hasDoubt)
  }

  package var json: JSON {
    var fields: [String: JSON] = [
      "features": features.json,
      "task": .string(task.rawValue),
      "labels": .array(
        labels.map { label in
          var fields: [String: JSON] = [
            "id": .string(label.id), "threshold": JSON(label.threshold),
          ]
          if label.title != label.id { fields["title"] = .string(label.title) }
          if let stance = label.stance { fields["stance"] = .string(stance.rawValue) }
          if let side = label.side { fields["side"] = .string(side.rawValue) }
          if !label.isPooled { fields["pooled"] = false }
          return .object(fields)
        }),
      "has_any": .bool(hasAny),
      "any_threshold": JSON(anyThreshold),
    ]
    if table != .plain { fields["table"] = table.json }
    if !hidden.isEmpty { fields["hidden"] = .array(hidden.map { JSON($0) }) }
    if isWeighted { fields["weighted"] = true }
    if hasDoubt { fields["doubt"] = true }
    if let dense {
      fields["dense"] = [
        "name": .string(dense.name), "digest": .string(dense.digest), "dimensions": JSON(dense.dimensions),
      ]
    }
    return .object(fields)
  }

  /// Reads what `json` wrote. Throws `format`, `unsupported` or `invalidValue`, naming the field.
  package init(json: JSON) throws(WitanError) {
    func missing(_ field: String) -> WitanError {
      WitanError(.format, "is missing or of the wrong type", at: field)
    }
    guard let task = json["task"]?.string.flatMap(Task.init) else { throw missing("task") }
    guard let list = json["labels"]?.array else { throw missing("labels") }
    guard let hasAny = json["has_any"]?.bool else { throw missing("has_any") }
    guard let anyThreshold = json["any_threshold"]?.number else { throw missing("any_threshold") }
    var labels: [Label] = []
    for (i, item) in list.enumerated() {
      guard let id = item["id"]?.string else { throw missing("labels[\(i)].id") }
      guard let threshold = item["threshold"]?.number else {
        throw missing("labels[\(i)].threshold")
      }
      let stance = item["stance"]?.string.map(Stance.init)
      let side = item["side"]?.string.map(Side.init)
      if case .some(.none) = stance { throw missing("labels[\(i)].stance") }
      if case .some(.none) = side { throw missing("labels[\(i)].side") }
      labels.append(
        Label(
          id: id, title: item["title"]?.string, stance: stance ?? nil, side: side ?? nil,
          isPooled: item["pooled"]?.bool ?? true, threshold: Float(threshold)))
    }
    var hidden: [Int] = []
    for item in json["hidden"]?.array ?? [] {
      guard let units = item.int else { throw missing("hidden") }
      hidden.append(units)
    }
    let hasDoubt = json["doubt"].map { $0.bool } ?? false
    guard let hasDoubt else { throw missing("doubt") }
    var dense: DenseSpec?
    if let item = json["dense"] {
      guard let name = item["name"]?.string, let digest = item["digest"]?.string,
        let dimensions = item["dimensions"]?.int, 16...StaticEmbeddings.maximumDimensions ~= dimensions,
        dimensions % Int(WITAN_LANES) == 0
      else { throw missing("dense") }
      dense = DenseSpec(name: name, digest: digest, dimensions: dimensions)
    }
    try self.init(
      features: FeatureSpec(json: json["features"]), task: task, labels: labels, hasAny: hasAny,
      anyThreshold: Float(anyThreshold), hidden: hidden, isWeighted: json["weighted"]?.bool ?? false,
      dense: dense, table: TableSpec(json: json["table"]), hasDoubt: hasDoubt)
  }
}
