import Witan

/// Panels of random models of every kind, for tests of everything but accuracy.
enum TestPanel {
  /// A model with principles of all stances and sides.
  static func sided(seed: UInt64 = 1, labels: Int = 9, isWeighted: Bool = true, dimensions: Int? = 48) throws
    -> Classifier
  {
    let embeddings = dimensions.map { TestEmbeddings.table(dimensions: $0) }
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 12), task: .multiLabel,
      labels: (0..<labels).map { i in
        Label(
          id: "p\(i)", title: "Principle \(i)", stance: Stance.allCases[i % 5 % 4],
          side: i % 4 == 3 ? nil : Side.allCases[i % 4], isPooled: i % 3 != 0)
      }, hasAny: true, isWeighted: isWeighted, dense: embeddings.map { DenseSpec($0) }, hasDoubt: true)
    var weights = TestModel.weights(spec, seed: seed)
    var random = SeededRandom(seed: seed, purpose: "doubt")
    weights.doubt = (0..<spec.doubtInputs * spec.doubtInputs).map { _ in Float(random.unit() - 0.5) }
    weights.doubtVariance = (0..<spec.width * spec.doubtInputs).map { _ in Float(random.unit()) }
    return try Classifier(
      bytes: ModelFile.encode(
        spec: spec, weights: weights,
        metadata: [
          "witan.constitution": "…", "witan.constitution_id": "sided-\(seed)",
          "witan.constitution_title": "Sided \(seed)", "witan.constitution_version": "1.\(seed)",
          "witan.constitution_digest": "sha256:\(seed)", "witan.constitution_author": "Author \(seed)",
        ]), embeddings: embeddings)
  }

  /// Models of one kind and size, whose rows stand in one table.
  static func alike(_ count: Int) throws -> [Classifier] {
    try (0..<count).map { i in
      try Classifier(
        bytes: TestModel.bytes(.dense, hasAny: true, seed: UInt64(11 + i)),
        embeddings: TestModel.Kind.dense.embeddings)
    }
  }

  /// Of kinds whose rows stand apart, or, `alike`, in one table, where rows of a push are added later.
  static func four(alike: Bool = false) throws -> [Classifier] {
    if alike { return try Self.alike(4) }
    return [
      TestModel.classifier(.dense, hasAny: true), try sided(),
      TestModel.classifier(.whole, hasAny: true),
      try Classifier(bytes: TestModel.bytes(.linear, labels: 7, hasAny: true, log2Buckets: 9, seed: 5)),
    ]
  }

  /// Every kind of model beside every other: features, hidden layers, tables of three widths, choices, compressed
  /// tables, sizes.
  static func classifiers() throws -> [Classifier] {
    var all = TestModel.Kind.all.map { TestModel.classifier($0, hasAny: true) }
    all.append(TestModel.classifier(.dense, labels: 3, task: .singleLabel))
    all.append(TestModel.classifier(.linear, labels: 2, task: .singleLabel))
    all.append(try Classifier(bytes: TestModel.bytes(.dense, hasAny: true)))  // without its table
    for (i, kind) in [TestModel.Kind.linear, .dense, .linear].enumerated() {
      let bytes = TestModel.bytes(kind, labels: 4 + i, hasAny: true, log2Buckets: [9, 14, 9][i], seed: 7)
      all.append(try Classifier(bytes: bytes, embeddings: kind.embeddings))
    }
    for form in CompressedModel.forms {
      for isWeighted in [false, true] {
        let model = try CompressedModel(
          labels: 5 + all.count % 4, bits: form.bits, isPruned: form.isPruned, isWeighted: isWeighted)
        all.append(try Classifier(bytes: model.bytes))
      }
    }
    return try all + [sided(), sided(seed: 2, labels: 21)]
  }

  /// A model of the constitution "judging" that prohibits something of answers, with prediction sets of `any`.
  static func judging(lower: Double, upper: Double) throws -> Classifier {
    let spec = try ModelSpec(
      features: FeatureSpec(log2Buckets: 10), task: .multiLabel,
      labels: [
        Label(id: "bad", stance: .prohibit, side: .response), Label(id: "fine", stance: .permit),
      ], hasAny: true)
    let sets: JSON = [
      "outputs": [
        [
          "output": "any", "alpha": 0.1, "lower": .number(lower), "upper": .number(upper),
          "falls_under": ["n": 50], "does_not": ["n": 50], "promise": "Of 10 sets, 9.",
          "embeddings": .bool(false),
        ]
      ]
    ]
    return try Classifier(
      bytes: ModelFile.encode(
        spec: spec, weights: TestModel.weights(spec, seed: 3),
        metadata: [
          "witan.constitution": "…", "witan.constitution_id": "judging", "witan.conformal": sets.text(),
        ]))
  }

  static func panel(_ classifiers: [Classifier]) throws -> Panel {
    try Panel(classifiers.enumerated().map { PanelMember($1, name: "member-\($0)") })
  }

  /// A text in chunks that may end anywhere.
  static func chunks(_ text: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
      chunks.append(Array(rest.prefix(1 + random.below(random.below(3) == 0 ? 200 : 7))))
      rest = rest.dropFirst(chunks.last!.count)
    }
    return chunks
  }
}
