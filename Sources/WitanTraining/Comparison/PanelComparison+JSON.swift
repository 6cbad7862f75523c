package import Witan

extension PanelComparison {
  /// For programs; `relations` lists at most so many of each kind.
  package func json(relations limit: Int = 50) -> JSON {
    func rounded(_ x: Double?) -> JSON { x.map { JSON(($0 * 1e6).rounded() / 1e6) } ?? .null }
    func principle(_ p: PrincipleRelation.Principle) -> JSON {
      [
        "member": .string(p.member), "principle": .string(p.label.id),
        "stance": p.label.stance.map { .string($0.rawValue) } ?? .null, "texts": JSON(p.texts),
      ]
    }
    func list(conflicts: Bool) -> JSON {
      .array(
        relations(conflicts: conflicts).prefix(limit).map {
          [
            "first": principle($0.first), "second": principle($0.second), "both": JSON($0.both),
            "overlap": rounded($0.overlap), "example": .string($0.example),
          ]
        })
    }
    return [
      "texts": JSON(textCount), "contested": JSON(contestedCount), "alpha": rounded(alpha),
      "members": .array(members.map(\.json)),
      "agreements": .array(
        agreements.map {
          [
            "first": .string($0.first), "second": .string($0.second), "both_object": JSON($0.bothObject),
            "only_first": JSON($0.onlyFirst), "only_second": JSON($0.onlySecond),
            "neither": JSON($0.neither), "undecided": JSON($0.undecided), "share": rounded($0.share),
            "kappa": rounded($0.kappa),
          ]
        }),
      "most_contested": .array(contested.map(\.json)),
      "conflicts": list(conflicts: true), "overlaps": list(conflicts: false),
    ]
  }
}

extension PanelComparison.Member {
  fileprivate var json: JSON {
    [
      "member": .string(provenance.member), "title": .string(provenance.title),
      "version": provenance.version.map(JSON.string) ?? .null,
      "digest": provenance.digest.map(JSON.string) ?? .null,
      "texts": .object(
        Dictionary(uniqueKeysWithValues: Standing.allCases.map { ($0.rawValue, JSON(texts[$0] ?? 0)) })),
      "objects_alone": JSON(objectsAlone), "accepts_alone": JSON(acceptsAlone),
    ]
  }
}

extension PanelComparison.Contested {
  fileprivate var json: JSON {
    [
      "number": JSON(number), "text": .string(text), "spread": JSON(verdict.dissent.spread),
      "division": JSON(verdict.dissent.division),
      "opinions": .array(
        verdict.opinions.map { opinion in
          [
            "member": .string(opinion.provenance.member), "standing": .string(opinion.standing.rawValue),
            "objection": JSON(opinion.objection), "flagged": JSON(opinion.flagged.map(\.id)),
          ]
        }),
    ]
  }
}
