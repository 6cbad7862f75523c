/// One classifier among those of a `Head`: what it computes, and where its numbers stand.
package struct HeadPart {
  let spec: ModelSpec
  let weights: HeadWeights
  /// Its first column in the sums: logits, hidden units, the squared weight.
  var firstColumn = 0
  /// Which of the numbers of features of a text is its own.
  var features = 0
  /// Which of the tables of word-piece vectors is its own.
  var table = 0
}
