package import Witan

/// What the training of a probe found; stored in its file as `witan.training`.
public struct ProbeSummary: Sendable {
  public let sequences: Int
  public let tokens: Int
  public let devSequences: Int
  public let loss: ProbeLoss
  public let window: Int
  public let temperature: Double
  /// Passes that gave the lowest dev loss.
  public let epochs: Int
  public let seed: UInt64
  /// Mean loss of each pass, with the weights of that moment; not stored.
  public let trainLoss: [Double]
  /// Dev loss after each pass; the train loss where there is no dev part.
  public let devLoss: [Double]
  /// Wall time; not stored, so that equal trainings give equal files.
  public let seconds: Double

  package var json: JSON {
    [
      "sequences": JSON(sequences), "tokens": JSON(tokens), "dev_sequences": JSON(devSequences),
      "loss": .string(loss.rawValue), "window": JSON(window), "temperature": JSON(temperature),
      "epochs": JSON(epochs), "seed": .string("\(seed)"),
      "dev_loss": .array(devLoss.map { JSON(($0 * 1e5).rounded() / 1e5) }),
    ]
  }
}
