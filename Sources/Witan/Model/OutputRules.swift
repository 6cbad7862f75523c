/// What `ModelSpec` says of outputs, laid out for the reading of a stream: masks for each side, no strings, and
/// nothing whose references would be counted.
struct OutputRules {
  /// Masks of a text that stands on no side, then of one on each of `Side.allCases`.
  static let sides = 1 + Side.allCases.count

  /// For 16 logits those that `any` is the largest of, then those that it is never below, and so on: 0 or -1.
  /// [sides][2 x padded width]
  let masks: [[Int32]]
  /// The outputs that count. [sides][outputs]
  let applying: [[UInt32]]

  init(_ spec: ModelSpec) {
    let lanes = Head.padded(1)
    let sides: [Side?] = [nil] + Side.allCases
    func isJudged(_ label: Label, _ side: Side?) -> Bool {
      label.stance == .prohibit && label.applies(to: side)
    }
    hasOwn = spec.hasAny && spec.labels.contains { $0.stance == .prohibit && !$0.isPooled }
    masks = sides.map { side in
      var masks = [Int32](repeating: 0, count: 2 * Head.padded(spec.width))
      for (j, label) in spec.labels.enumerated() where spec.hasAny && isJudged(label, side) {
        let place = j / lanes * 2 * lanes + j % lanes
        masks[place] = -1
        masks[place + lanes] = label.isPooled ? 0 : -1
      }
      return masks
    }
    applying = sides.map { side in
      if spec.task == .singleLabel { return [UInt32](repeating: .max, count: spec.outputs) }
      let labels = spec.labels.map { $0.applies(to: side) ? UInt32.max : 0 }
      let any: UInt32 = side == nil || spec.labels.contains { isJudged($0, side) } ? .max : 0
      return labels + (spec.hasAny ? [any] : [])
    }
  }

  /// Whether there are labels that `any` is never below.
  let hasOwn: Bool

  static func index(of side: Side?) -> Int {
    switch side {
    case nil: 0
    case .prompt: 1
    case .response: 2
    case .exchange: 3
    }
  }
}
