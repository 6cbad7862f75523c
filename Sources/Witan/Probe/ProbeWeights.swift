/// The numbers of a probe; row-major.
package struct ProbeWeights: Sendable, Hashable {
  package var hidden: [Float]  // [units x dimensions]; empty without a hidden layer
  package var hiddenBias: [Float]  // [units]
  package var output: [Float]  // [labels x units], or [labels x dimensions] without a hidden layer
  package var bias: [Float]  // [labels]
  package var slope: [Float]  // [labels]
  package var offset: [Float]  // [labels]

  package init(
    hidden: [Float] = [], hiddenBias: [Float] = [], output: [Float], bias: [Float], slope: [Float],
    offset: [Float]
  ) {
    (self.hidden, self.hiddenBias) = (hidden, hiddenBias)
    (self.output, self.bias, self.slope, self.offset) = (output, bias, slope, offset)
  }
}
