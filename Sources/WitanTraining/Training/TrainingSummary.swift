package import Witan

/// What training found; stored in the model as `witan.training`.
public struct TrainingSummary: Sendable {
  /// The cost of int8 rows, on the dev part.
  public struct Quantization: Sendable {
    public let floatAccuracy: Double
    public let int8Accuracy: Double
    public let largestLogitDifference: Float
    /// What is left when the shared table of word-piece vectors is missing; nil for models without.
    public let accuracyWithoutEmbeddings: Double?
  }

  public let examples: Int
  public let devExamples: Int
  /// Parts that were held out in turn; 1 for a single dev part.
  public let folds: Int
  /// Networks that were averaged into the model.
  public let members: Int
  /// Passes that gave the lowest dev loss.
  public let epochs: Int
  /// The recipe that was taken, of how many that were tried.
  public let recipe: Recipe
  public let recipesTried: Int
  public let seed: UInt64
  /// Loss of each pass on the examples as they came, so with the weights of that moment; not stored.
  public let trainLoss: [Double]
  /// Dev loss after each pass; the train loss where there is no dev part.
  public let devLoss: [Double]
  /// Dev loss of the model that training began from, before any pass; nil for a beginning anew.
  public let initialDevLoss: Double?
  /// nil when there was no dev part.
  public let quantization: Quantization?
  /// Wall time; not stored, so that equal trainings give equal files.
  public let seconds: Double

  package var json: JSON {
    var fields: [String: JSON] = [
      "examples": JSON(examples), "dev_examples": JSON(devExamples), "epochs": JSON(epochs),
      "recipe": recipe.json, "recipes_tried": JSON(recipesTried), "seed": .string("\(seed)"),
      "dev_loss": .array(devLoss.map { JSON(($0 * 1e5).rounded() / 1e5) }),
    ]
    if folds > 1 { fields["folds"] = JSON(folds) }
    if members > 1 { fields["members"] = JSON(members) }
    if let initialDevLoss { fields["initial_dev_loss"] = JSON((initialDevLoss * 1e5).rounded() / 1e5) }
    if let q = quantization {
      fields["dev_accuracy_float"] = JSON(q.floatAccuracy)
      fields["dev_accuracy_int8"] = JSON(q.int8Accuracy)
      fields["largest_logit_difference_int8"] = JSON(q.largestLogitDifference)
      if let without = q.accuracyWithoutEmbeddings {
        fields["dev_accuracy_without_embeddings"] = JSON(without)
      }
    }
    return .object(fields)
  }
}
