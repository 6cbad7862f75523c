import ArgumentParser
import Foundation
import Witan
import WitanTraining

extension Train {
  /// Refuses what probes do not know, by name.
  func validateProbe() throws {
    let strangers = [
      ("--autotune", training.autotune != nil), ("--dropout", training.dropout != nil),
      ("--word-rate", !training.wordRate.isEmpty), ("--log2-buckets", training.log2Buckets != nil),
      ("--characters", training.characters != nil), ("--phrases", training.phrases != nil),
      ("--weighted", training.weighted != nil), ("--folds", training.folds != nil),
      ("--ensemble", training.ensemble != nil), ("--balance", training.balance),
      ("--doubt", training.doubt), ("--teacher", teaching.teacher != nil),
      ("--warm-start", start.model != nil), ("--task", task.task != nil),
      ("--format", format != nil), ("--report", pictures.report != nil),
    ]
    if let flag = strangers.first(where: \.1) {
      throw ValidationError("\(flag.0) does not go with --activations.")
    }
    guard try training.units()?.count ?? 0 <= 1 else {
      throw ValidationError("--hidden: a probe has one hidden layer at most.")
    }
    let texts = probe.devActivations == nil ? data : dev
    guard (activations.textModel != nil) == (texts != nil), probe.devActivations == nil || data == nil,
      probe.devActivations != nil || dev == nil
    else {
      throw ValidationError(
        "--text-model needs the texts of the sequences that are judged, and nothing else does: in --dev with "
          + "--dev-activations, in --data without.")
    }
    guard probe.probeWeight == nil || activations.textModel != nil else {
      throw ValidationError("--probe-weight needs --text-model.")
    }
  }

  func trainProbe() throws {
    let set = try activations.set()
    let devSet = try probe.devActivations.map { path throws(WitanError) in
      try ActivationSet(path: path, names: activations.labelNames.isEmpty ? nil : activations.labelNames)
    }
    var options = ProbeTrainingOptions()
    options.loss = probe.loss ?? options.loss
    options.window = probe.smoothing.window ?? options.window
    if probe.smoothing.rate != nil { options.smoothing = probe.smoothing.smoothing }
    options.temperature = probe.softmaxTemperature ?? options.temperature
    options.units = try training.units()?.first ?? options.units
    options.maximumEpochs = training.epochs ?? options.maximumEpochs
    options.patience = training.patience ?? options.patience
    options.learningRate = training.learningRate.map { Double($0) } ?? options.learningRate
    options.seed = seed
    options.combinedWeight = probe.probeWeight
    let textLogits = try activations.textLogits(
      devSet == nil ? data : dev, labels: set.labels, embeddings)

    var trainer = ProbeTrainer(options: options)
    trainer.onProgress = progressReporter()
    let (made, summary) = try trainer.train(
      set, dev: devSet, textLogits: textLogits, metadata: ["witan.program": Version.text])
    Terminal.endProgress()
    let bytes = made.bytes
    try writeFile(bytes, to: output)
    if json {
      var fields = summary.json.object ?? [:]
      fields["model"] = .string(output)
      fields["bytes"] = JSON(bytes.count)
      fields["probe"] = made.spec.json
      fields["train_loss"] = .array(summary.trainLoss.map { JSON(($0 * 1e5).rounded() / 1e5) })
      try Terminal.write(JSON.object(fields).text(indent: true) + "\n")
    } else {
      try Terminal.write(
        "\(output): \(bytes.count / 1000) kB from \(summary.tokens) tokens of \(summary.sequences) sequences in "
          + "\(fixed(summary.seconds, 1)) s, \(summary.epochs) epochs, loss \(summary.loss.rawValue)\n"
          + "dev loss \(fixed(summary.devLoss.min() ?? 0, 4)) on \(summary.devSequences) sequences\n")
      for (label, both) in zip(made.spec.labels, made.spec.combination) {
        try Terminal.write(
          "\(label.id): \(fixed(Double(both.weight), 2)) probe + \(fixed(Double(1 - both.weight), 2)) text "
            + "\(both.offset < 0 ? "-" : "+") \(fixed(Double(both.offset.magnitude), 2))\n")
      }
    }
    try Terminal.flush()
  }
}
