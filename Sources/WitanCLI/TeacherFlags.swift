import ArgumentParser
import Witan
import WitanTraining

/// A model that another one learns from.
struct TeacherFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Learn from the probabilities of this model too, of Witan or fastText; it has the same labels.",
      valueName: "model"))
  var teacher: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Share of the teacher in what labelled texts teach, 0 to 1 (0.5).", valueName: "share")
  )
  var teacherWeight: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Divides the teacher's logits: above 1 its second choices count for more (1).", valueName: "t"))
  var temperature: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "More texts, which the teacher alone labels: one a line, or examples whose labels are not read.",
      valueName: "file"))
  var unlabelled: String?

  func validate() throws {
    if teacher == nil {
      let given = [
        ("--teacher-weight", teacherWeight != nil), ("--temperature", temperature != nil),
        ("--unlabelled", unlabelled != nil),
      ]
      if let flag = given.first(where: \.1) { throw ValidationError("\(flag.0) needs --teacher.") }
    }
    guard 0...1 ~= teacherWeight ?? 0 else { throw ValidationError("--teacher-weight must be in 0...1.") }
    guard temperature.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--temperature must be above 0.")
    }
  }

  /// The teacher with what is to be learnt from it; nil without. `flags` are those of the student.
  func distillation(_ flags: EmbeddingsFlags) throws(WitanError) -> Distillation? {
    guard let teacher else { return nil }
    var distillation = Distillation(teacher: try model(teacher, flags))
    distillation.weight = teacherWeight ?? distillation.weight
    distillation.temperature = temperature ?? distillation.temperature
    if let unlabelled { distillation.unlabelled = try ExampleReader.texts(path: unlabelled) }
    distillation.source = try Distillation.digest(path: teacher)
    return distillation
  }

  /// The teacher with the table that it was trained with, whichever the student uses.
  private func model(_ path: String, _ flags: EmbeddingsFlags) throws(WitanError) -> any TextModel {
    var own = flags
    let opened = try openModel(path: path)
    if let needed = (opened as? Classifier)?.spec.dense {
      if flags.embeddings == "none" { own.embeddings = nil }
      let table = try own.table()
      if table?.digest != needed.digest { own.embeddings = nil }
    }
    return try own.model(path: path)
  }
}
