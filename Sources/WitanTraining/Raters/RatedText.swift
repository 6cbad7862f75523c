internal import Foundation
internal import Witan

/// A text with what raters said of it, one by one.
public struct RatedText: Sendable, Hashable {
  public var text: String
  /// What `text` answers, if anything.
  public var prompt: String?
  /// At least one.
  public var ratings: [Rating]

  public init(text: String, prompt: String? = nil, ratings: [Rating]) {
    (self.text, self.prompt, self.ratings) = (text, prompt, ratings)
  }

  /// The mean of the ratings. In [0, 1]
  public var mean: Float { ratings.reduce(0) { $0 + $1.degree } / Float(max(1, ratings.count)) }

  /// How far the raters are apart: the standard deviation of their ratings, of yes and no sqrt(p(1 - p)) for a
  /// share p. In [0, 0.5]
  public var disagreement: Double {
    let mean = ratings.reduce(0.0) { $0 + Double($1.degree) } / Double(max(1, ratings.count))
    let squares = ratings.reduce(0.0) { $0 + (Double($1.degree) - mean) * (Double($1.degree) - mean) }
    return (squares / Double(max(1, ratings.count))).squareRoot()
  }

  /// The text as an example without labels.
  var unlabelled: Example { Example(text: text, labels: [:], prompt: prompt) }
}
