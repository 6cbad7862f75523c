/// What a probe and a text classifier say together of one label:
///
///     p = sigmoid(weight * z_probe + (1 - weight) * z_text + offset)
///
/// z are calibrated logits. The weight stands in the probe's file; 1 is the probe alone.
public struct CombinedScore: Sendable, Hashable {
  /// Share of the probe, in [0, 1].
  public let weight: Float
  /// Added to the logit; finite and below 1000 in magnitude.
  public let offset: Float

  /// Throws `invalidValue` outside the ranges above.
  public init(weight: Float, offset: Float = 0) throws(WitanError) {
    guard 0...1 ~= weight else { throw WitanError(.invalidValue, "is not in 0...1", at: "weight") }
    guard offset.magnitude < 1000 else {
      throw WitanError(.invalidValue, "is not below 1000 in magnitude", at: "offset")
    }
    (self.weight, self.offset) = (weight, offset)
  }

  /// The combined logit.
  public func logit(probe: Float, text: Float) -> Float { weight * probe + (1 - weight) * text + offset }

  /// The combined probability, from the probe's calibrated logit and the classifier's probability.
  public func probability(probeLogit: Float, textProbability: Float) -> Float {
    ActivationProbe.sigmoid(logit(probe: probeLogit, text: Self.logit(of: textProbability)))
  }

  /// log(p / (1 - p)), with p kept 1e-7 away from 0 and 1, so that no score rules out the other.
  public static func logit(of probability: Float) -> Float {
    let p = min(max(probability, 1e-7), 1 - 1e-7)
    return ActivationProbe.logarithm(p / (1 - p))
  }
}
