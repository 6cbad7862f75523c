import ArgumentParser
import Witan
import WitanTraining

/// What `train` asks of a probe.
struct ProbeFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "States for early stopping and calibration (safetensors); by default 15 % of the sequences.",
      valueName: "file"))
  var devActivations: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Loss of a probe: \(ProbeLoss.allCases.map(\.rawValue).joined(separator: ", ")) (window-softmax).",
      valueName: "loss"),
    transform: probeLoss)
  var loss: ProbeLoss?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of the softmax over tokens; small looks at the largest logits only (1).", valueName: "t"))
  var softmaxTemperature: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Share of the probe when it is combined with --text-model, 0 to 1; by default fitted.",
      valueName: "share"))
  var probeWeight: Float?
  @OptionGroup var smoothing: SmoothingFlags

  func validate() throws {
    guard softmaxTemperature ?? 1 > 0 else {
      throw ValidationError("--softmax-temperature must be above 0.")
    }
    guard 0...1 ~= probeWeight ?? 0 else { throw ValidationError("--probe-weight must be in 0...1.") }
  }

  /// For trainings without --activations.
  func validateAbsence() throws {
    let given = [
      ("--dev-activations", devActivations != nil), ("--loss", loss != nil),
      ("--softmax-temperature", softmaxTemperature != nil), ("--probe-weight", probeWeight != nil),
      ("--window", smoothing.window != nil), ("--rate", smoothing.rate != nil),
    ]
    if let flag = given.first(where: \.1) { throw ValidationError("\(flag.0) needs --activations.") }
  }
}

private func probeLoss(_ name: String) throws -> ProbeLoss {
  guard let loss = ProbeLoss(rawValue: name) else {
    throw ValidationError(
      "--loss must be one of \(ProbeLoss.allCases.map(\.rawValue).joined(separator: ", ")).")
  }
  return loss
}
