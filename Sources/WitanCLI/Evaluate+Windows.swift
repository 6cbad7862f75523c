import Witan
import WitanTraining

extension Evaluate {
  /// Whole texts beside what a guard with windows sees of them, in the same measures.
  func compareWindows(_ opened: any TextModel) throws {
    guard let classifier = opened as? Classifier else {
      throw WitanError(.unsupported, "--windows works with Witan's own models only", at: model)
    }
    let windowed = try WindowedModel(classifier, windows: windows, top: top)
    let (whole, largest): (JSON, JSON)
    let tables: [String]
    if let data {
      let examples = try ExampleReader.all(path: data)
      let both = (
        try Evaluation(classifier, examples, mistakes: mistakes),
        try Evaluation(windowed, examples, mistakes: mistakes)
      )
      (whole, largest) = (both.0.json, both.1.json)
      tables = [table(both.0), table(both.1)]
    } else {
      let both = (try harm(classifier), try harm(windowed))
      (whole, largest) = (both.0.json, both.1.json)
      tables = [table(both.0), table(both.1)]
    }
    let name =
      windows.map(String.init).joined(separator: " and ") + " words"
      + (top > 1 ? ", mean of the \(top) largest grades" : ", largest grade")
    if json {
      let sizes = JSON(windows)
      try Terminal.write(
        JSON.object(["whole": whole, "windows": largest, "sizes": sizes, "top": JSON(top)]).text(indent: true)
          + "\n")
    } else {
      try Terminal.write("whole texts\n\n\(tables[0])\nwindows of \(name)\n\n\(tables[1])")
    }
    try Terminal.flush()
  }
}
