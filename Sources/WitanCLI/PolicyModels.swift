import Witan

/// Loaded models, and the opinions that they give to the members of a policy.
struct PolicyModels {
  struct Model {
    /// The member that it speaks for; nil for those of its constitution.
    let member: String?
    let path: String
    let classifier: Classifier
  }

  let models: [Model]
  let side: Side?

  /// For each member of `policy` the model that speaks for it, as a place in `models`; nil where none does.
  ///
  /// Throws `invalidValue` for two models by one constitution, and for a model that is not of the constitution
  /// that the policy names.
  func assigned(to policy: Policy) throws(WitanError) -> [Int?] {
    var out: [Int?] = []
    for member in policy.members {
      let named = models.indices.filter { models[$0].member == member.name }
      let own = models.indices.filter {
        models[$0].member == nil
          && models[$0].classifier.metadata["witan.constitution_id"] == member.constitution
      }
      let fits = named.isEmpty ? own : named
      guard fits.count < 2 else {
        throw WitanError(
          .invalidValue, "speaks for '\(member.name)' as \(models[fits[0]].path) does",
          at: models[fits[1]].path)
      }
      if let i = fits.first,
        let mismatch = member.mismatch(Provenance(models[i].classifier, member: member.name))
      {
        throw WitanError(
          .invalidValue, "cannot speak for '\(member.name)': \(mismatch)", at: models[i].path)
      }
      out.append(fits.first)
    }
    return out
  }

  /// The scores of each text by each model. [texts][models]
  func scores(of texts: [Example]) -> [[Scores]] {
    let streams = models.map { $0.classifier.makeStream() }
    return texts.enumerated().map { i, text in
      if i % 256 == 0 { Terminal.progress("scoring text \(i + 1) of \(texts.count)") }
      return streams.map { stream in
        if let prompt = text.prompt { stream.begin(prompt: prompt) } else { stream.begin(as: side) }
        stream.push(text.text)
        stream.finish()
        return stream.scores
      }
    }
  }

  /// The opinions of the members that have a model.
  func opinions(_ scores: [Scores], _ policy: Policy, _ assigned: [Int?], of text: Example)
    -> [Opinion]
  {
    zip(policy.members, assigned).compactMap { member, model in
      guard let model else { return nil }
      let classifier = models[model].classifier
      return Opinion(
        provenance: Provenance(classifier, member: member.name), scores: scores[model],
        anyThreshold: classifier.spec.hasAny ? classifier.spec.anyThreshold : nil,
        side: text.prompt == nil ? side : .exchange, origin: classifier.thresholdOrigin,
        isComplete: classifier.isComplete)
    }
  }

  /// Says which members have no model: what the policy says of missing members then follows everywhere.
  func noteMissing(_ policy: Policy, _ assigned: [Int?]) {
    for (member, model) in zip(policy.members, assigned) where model == nil {
      Terminal.note(
        "the policy '\(policy.id)' wants '\(member.name)', which has no model: it counts as missing"
      )
    }
  }

  /// Checks that the principles that a policy names are those of the models, and that those which exempt permit
  /// or encourage. Throws `invalidValue`.
  func check(_ policy: Policy) throws(WitanError) {
    let assigned = try assigned(to: policy)
    for layer in [policy.floor] + policy.layers {
      for rule in layer.rules {
        for signal in rule.signals { try check(signal, false, policy, assigned) }
        for signal in rule.exemptions { try check(signal, true, policy, assigned) }
      }
      for signal in layer.exemptions { try check(signal, true, policy, assigned) }
    }
  }

  private func check(
    _ signal: PolicySignal, _ isExemption: Bool, _ policy: Policy, _ assigned: [Int?]
  ) throws(WitanError) {
    guard let i = policy.members.firstIndex(where: { $0.name == signal.member }),
      let model = assigned[i]
    else {
      return
    }
    let source = PolicySource(models[model].classifier, member: signal.member)
    guard try source.output(of: signal, isExemption: isExemption) != nil else {
      throw WitanError(
        .invalidValue, "neither permits nor encourages: it cannot exempt from anything",
        at: signal.name)
    }
  }
}
