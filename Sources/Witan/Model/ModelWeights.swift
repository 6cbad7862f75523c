/// The numbers of a classifier, fresh from training or read from a file. Shapes are those of the
/// `ModelSpec` beside it; `columns` here is the outputs and the hidden units of the first layer.
package struct ModelWeights {
  /// int8 rows; in weighted models the last column is the squared weight. [rows x spec.columns] In 4-bit
  /// tables the bits of pairs of codes. [rows x (spec.columns + 1) / 2]
  package var table: [Int8]
  /// Which buckets have a row, in pruned tables: a bit each, the lowest first. [buckets / 8]
  package var kept: [UInt8] = []
  /// Squared weights that the codes of the last column stand for, in weighted 4-bit tables. [16]
  package var squares: [Int8] = []
  /// Value of one step of each column. [columns]
  package var scale: [Float]
  /// Added after normalisation. [columns]
  package var bias: [Float]
  /// Calibration of each logit: z becomes slope * z + offset. [width]
  package var calibrationSlope: [Float]
  package var calibrationOffset: [Float]
  /// What the unit vector of the word pieces adds to each column. [columns x dimensions]
  package var dense = Matrix()
  /// From the last hidden layer to the logits. [width x units]
  package var output = Matrix()
  /// From the first hidden layer to the second. [units of the second x units of the first]
  package var hidden = Matrix()
  package var hiddenBias: [Float] = []
  /// Value of one step of the units of each hidden layer. [layers]
  package var steps: [Float] = []
  /// Directions in which doubt is measured: what each input adds to each. [inputs x inputs]
  package var doubt: [Float] = []
  /// Variance of each logit along each direction. [width x inputs]
  package var doubtVariance: [Float] = []

  /// An int8 matrix with a scale for each row.
  package struct Matrix {
    package var values: [Int8] = []
    package var scale: [Float] = []

    package init(values: [Int8] = [], scale: [Float] = []) {
      self.values = values
      self.scale = scale
    }

    /// Rounds float rows, each by its largest value. [rows x columns]
    package init(rounding rows: [Float], columns: Int) {
      for start in stride(from: 0, to: rows.count, by: columns) {
        let row = rows[start..<start + columns]
        let step = row.reduce(0) { max($0, $1.magnitude) } / 127
        scale.append(step)
        // Clamped: a step that is no normal number is too coarse, and training may have diverged.
        values += row.map {
          step > 0 ? Int8(min(127, max(-127, ($0 / step).rounded(.toNearestOrEven)))) : 0
        }
      }
    }
  }

  package init(
    table: [Int8], scale: [Float], bias: [Float], calibrationSlope: [Float],
    calibrationOffset: [Float]
  ) {
    self.table = table
    self.scale = scale
    self.bias = bias
    self.calibrationSlope = calibrationSlope
    self.calibrationOffset = calibrationOffset
  }
}
