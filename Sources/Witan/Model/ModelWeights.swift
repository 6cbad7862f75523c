/// The numbers of a classifier, in memory of whoever owns it: mapped from a file, or fresh from
/// training. Shapes are those of the `ModelSpec` beside it.
package struct ModelWeights {
  /// int8 rows. [buckets x width]
  package var table: [Int8]
  /// Value of one step of each column. [width]
  package var scale: [Float]
  /// Added after normalisation. [width]
  package var bias: [Float]
  /// Calibration of each output: z becomes slope * z + offset. [width]
  package var calibrationSlope: [Float]
  package var calibrationOffset: [Float]

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
