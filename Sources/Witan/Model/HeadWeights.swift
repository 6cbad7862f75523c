/// What a model's head is made of, as its file has it; `Head` says what is computed of it.
package struct HeadWeights {
  let width: Int  // outputs
  let units: Int  // of the first hidden layer
  let isWeighted: Bool
  let scale: [Float]  // [width + units]
  let bias: [Float]  // [width + units]
  /// nil without a table of word-piece vectors, also when a model that has one is not given it.
  let dense: Layer?
  let denseScale: [Float]  // [dimensions] of the table
  let hidden: Layer?
  let hiddenBias: [Float]
  let output: Layer?
  /// Value of one step of the units of each hidden layer.
  let steps: [Float]
  /// Calibration of each logit: z becomes slope * z + offset. [width]
  let slope: [Float]
  let offset: [Float]

  var columns: Int { width + units }
}
