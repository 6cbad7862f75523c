/// What `ModelSpec` says of outputs, laid out for the reading of a stream: a byte for each label, no strings, and
/// nothing whose references would be counted. The same numbers as `ModelSpec.calibrate`, bit for bit.
final class OutputRules: Sendable {
  private struct Flags: OptionSet {
    let rawValue: UInt8
    static let prohibited = Flags(rawValue: 1)
    static let pooled = Flags(rawValue: 2)
    static let prompt = Flags(rawValue: 4)
    static let response = Flags(rawValue: 8)
    static let exchange = Flags(rawValue: 16)
    static let always: Flags = [.prompt, .response, .exchange]

    /// Those that a label has to have one of to be judged on a side.
    @inline(__always)
    static func on(_ side: Side?) -> Flags {
      switch side {
      case nil: .always
      case .prompt: .prompt
      case .response: .response
      case .exchange: .exchange
      }
    }
  }

  let outputs: Int
  let width: Int
  let isBinary: Bool
  let isChoice: Bool
  private let hasAny: Bool
  private let labels: [Flags]

  init(_ spec: ModelSpec) {
    (outputs, width, isBinary, hasAny) = (spec.outputs, spec.width, spec.isBinary, spec.hasAny)
    isChoice = spec.task == .singleLabel
    labels = spec.labels.map { label in
      var flags: Flags = []
      if label.stance == .prohibit { flags.insert(.prohibited) }
      if label.isPooled { flags.insert(.pooled) }
      for side in Side.allCases where label.applies(to: side) { flags.formUnion(.on(side)) }
      return flags
    }
  }

  /// As `ModelSpec.calibrate`. [z: width]
  @inline(__always)
  func calibrate(_ z: UnsafeMutablePointer<Float>, slope: [Float], offset: [Float], side: Side?) {
    for j in 0..<width { z[j] = slope[j] * z[j] + offset[j] }
    guard hasAny else { return }
    var (own, largest) = (z[width - 1], -Float.infinity)
    let judged = Flags.on(side)
    for (j, flags) in labels.enumerated()
    where flags.contains(.prohibited) && (side == nil || !flags.isDisjoint(with: judged)) {
      largest = max(largest, z[j])
      if !flags.contains(.pooled) { own = max(own, z[j]) }
    }
    z[width - 1] = largest == -.infinity ? own : (own + largest) / 2
  }

  /// Sets the probabilities of labels that do not apply to `side` to 0, and `any` when no prohibited one
  /// does. [outputs]
  func silence(_ p: UnsafeMutablePointer<Float>, on side: Side) {
    var isJudged = false
    let judged = Flags.on(side)
    for (j, flags) in labels.enumerated() {
      if flags.isDisjoint(with: judged) {
        p[j] = 0
      } else if flags.contains(.prohibited) {
        isJudged = true
      }
    }
    if hasAny && !isJudged { p[labels.count] = 0 }
  }
}
