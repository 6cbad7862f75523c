public import Witan

/// How probes are trained.
public struct ProbeTrainingOptions: Sendable {
  public var loss = ProbeLoss.windowSoftmax
  /// Tokens of the window, in the losses that have one and in the trained probe.
  public var window = 16
  /// Of the softmax over tokens.
  public var temperature = 1.0
  /// The trained probe's smoothing; nil for the window of the loss, or one token where the loss has none.
  public var smoothing: ProbeSpec.Smoothing?
  /// Units of the hidden layer; 0 for a linear probe.
  public var units = 0
  public var maximumEpochs = 30
  /// Passes without a lower dev loss after which training stops.
  public var patience = 4
  /// Step size of Adam (Kingma and Ba 2015), falling to a tenth over the passes.
  public var learningRate = 0.002
  /// Weight decay apart from the gradient (Loshchilov and Hutter 2019), a step size.
  public var decay = 0.1
  /// Sequences of a step.
  public var batch = 32
  /// Share of the sequences that is held out when no dev set is given.
  public var devShare = 0.15
  public var seed: UInt64 = 1
  /// How probe and text classifier are combined; nil to fit it. Only with scores of texts.
  public var combinedWeight: Float?

  public init() {}

  /// Throws `invalidValue`, naming the option.
  func check() throws(WitanError) {
    func demand(_ condition: Bool, _ message: String, _ place: String) throws(WitanError) {
      if !condition { throw WitanError(.invalidValue, message, at: place) }
    }
    try demand(1...ProbeSpec.maximumWindow ~= window, "is not in 1...\(ProbeSpec.maximumWindow)", "window")
    try demand(temperature > 0 && temperature.isFinite, "is not above 0", "temperature")
    try demand(0...ProbeSpec.maximumUnits ~= units, "is not in 0...\(ProbeSpec.maximumUnits)", "units")
    try demand(maximumEpochs >= 1, "is not at least 1", "maximumEpochs")
    try demand(patience >= 1, "is not at least 1", "patience")
    try demand(learningRate > 0 && learningRate.isFinite, "is not above 0", "learningRate")
    try demand(decay >= 0 && decay.isFinite, "is below 0", "decay")
    try demand(batch >= 1, "is not at least 1", "batch")
    try demand(devShare >= 0 && devShare < 1, "is not in 0..<1", "devShare")
    try demand(0...1 ~= combinedWeight ?? 0, "is not in 0...1", "combinedWeight")
  }
}
