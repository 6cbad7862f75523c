/// Where the threshold of a model's verdict comes from, and so what it promises.
public enum ThresholdOrigin: String, Sendable, CaseIterable {
  /// Labelled text, or the default of 0.5. No rate was promised.
  case training
  /// Text that was synthesised from a constitution. On real text rates are others, mostly higher.
  case synthetic
  /// A sample of benign text, as `Classifier.promises` tells.
  case conformal
  /// Such a sample, but scores are no longer those of then: the model was compressed since, or has another
  /// table of word-piece vectors, or none.
  case void
}

extension Classifier {
  /// Where the threshold of the verdict comes from: that of `any`, in a model without it of any label.
  public var thresholdOrigin: ThresholdOrigin {
    let decides = promises.filter { !spec.hasAny || $0.output == FalseFlagPromise.any }
    guard decides.isEmpty else {
      let isKept = decides.allSatisfy { $0.isForScores && $0.hadEmbeddings == (embeddings != nil) }
      return isKept ? .conformal : .void
    }
    return metadata["witan.constitution"] == nil ? .training : .synthetic
  }
}
