import Witan

/// Writes what `witan score` says of each text as bytes; what does not change from text to text is made
/// once.
struct ScoreWriter {
  /// The lines so far, until `take`.
  private var out: [UInt8] = []
  private let spec: ModelSpec
  private let isJSON: Bool
  /// Whether `add` is to be given doubts, which cost time.
  let showsDoubts: Bool
  private let marks: (flagged: [UInt8], clean: [UInt8])
  private let names: [[UInt8]]  // [labels] before the value of a label, in a row
  private let quoted: [[UInt8]]  // [labels] ids as JSON
  private let order: [Int]  // [labels] in which JSON lists them
  private let origin: [UInt8]  // the field "calibration" as JSON
  private let opinions: OpinionGroups?  // of models trained on raters

  private let model: [UInt8]  // the field "model" as JSON, when the model is signed

  init(
    _ spec: ModelSpec, isJSON: Bool, showsDoubts: Bool = false, origin: ThresholdOrigin = .training,
    provenance: ModelProvenance? = nil, opinions: OpinionGroups? = nil
  ) {
    self.opinions = opinions
    self.spec = spec
    model = Array(provenance.map { ",\"model\":\($0.json.text())" }?.utf8 ?? "".utf8)
    self.origin = Array(origin.verdictField.map { "\"calibration\":\"\($0)\"," }?.utf8 ?? "".utf8)
    self.showsDoubts = showsDoubts
    self.isJSON = isJSON
    marks = (
      Array(Terminal.styled("flagged", "31").utf8), Array(Terminal.styled("clean  ", "32").utf8)
    )
    let ids = spec.labels.map(\.id)
    names = ids.map { Array("  \($0) ".utf8) }
    quoted = ids.map { Array(JSON.string($0).text().utf8) }
    order = ids.indices.sorted { ids[$0] < ids[$1] }
  }

  /// What was written since the last `take`.
  mutating func take() -> [UInt8] {
    defer { out = [] }
    return out
  }

  /// Adds the line of a text. [p, doubts, findings: outputs]
  mutating func add(
    _ p: UnsafeBufferPointer<Float>, _ note: BatchScorer.Note, doubts: UnsafeBufferPointer<Float>? = nil,
    findings: [Finding?]? = nil, words: DrivingWords?, views: [TextView] = []
  ) {
    let any = spec.hasAny ? p[spec.labels.count] : nil
    if isJSON {
      object(p, any, note, doubts, findings, words, views)
    } else {
      row(p, any, doubts, findings, words, views)
    }
  }

  private mutating func object(
    _ p: UnsafeBufferPointer<Float>, _ any: Float?, _ note: BatchScorer.Note,
    _ doubts: UnsafeBufferPointer<Float>?, _ findings: [Finding?]?, _ words: DrivingWords?,
    _ views: [TextView]
  ) {
    // Keys in the order of JSON's writer.
    out.append(UInt8(ascii: "{"))
    if let any {
      add("\"any\":")
      add(json: any)
      add(",")
      if let doubts {
        add("\"any_doubt\":")
        add(json: doubts[spec.labels.count])
        add(",")
      }
    }
    out += origin
    if let doubts {
      add("\"doubt\":")
      byLabel(doubts)
      add(",")
    }
    if let evidence = words?.evidence {
      add("\"evidence\":")
      out += evidence.text().utf8
      add(",")
    }
    if let findings { add(findings) }
    if let any { add(any >= spec.anyThreshold ? "\"flagged\":true," : "\"flagged\":false,") }
    var best = 0
    for j in quoted.indices where p[j] > p[best] { best = j }
    add("\"label\":")
    out += quoted[best]
    out += model
    if note.replacements > 0 {
      add(",\"replaced\":")
      out += String(note.replacements).utf8
    }
    add(",\"scores\":")
    byLabel(p)
    if let opinions {
      add(",\"spread\":")
      add(json: opinions.spread(of: p))
    }
    if note.isTruncated { add(",\"truncated\":true") }
    if !views.isEmpty {
      add(",\"view\":")
      out += JSON.string(views.path).text().utf8
    }
    if let words {
      add(",\"words\":")
      out += JSON(words.spans.map(\.text)).text().utf8
    }
    add("}\n")
  }

  /// The finding on `any`, and those on the labels that have sets. [outputs]
  private mutating func add(_ findings: [Finding?]) {
    if spec.hasAny, let finding = findings.last ?? nil {
      out += "\"finding\":\"\(finding.rawValue)\",".utf8
    }
    add("\"findings\":{")
    var separator = ""
    for j in order {
      guard let finding = findings[j] else { continue }
      out += separator.utf8
      out += quoted[j]
      out += ":\"\(finding.rawValue)\"".utf8
      separator = ","
    }
    add("},")
  }

  /// An object of the labels and their values. [values: outputs]
  private mutating func byLabel(_ values: UnsafeBufferPointer<Float>) {
    add("{")
    for (i, j) in order.enumerated() {
      if i > 0 { out.append(UInt8(ascii: ",")) }
      out += quoted[j]
      out.append(UInt8(ascii: ":"))
      add(json: values[j])
    }
    add("}")
  }

  private mutating func row(
    _ p: UnsafeBufferPointer<Float>, _ any: Float?, _ doubts: UnsafeBufferPointer<Float>?,
    _ findings: [Finding?]?, _ words: DrivingWords?, _ views: [TextView]
  ) {
    let start = out.count
    if let any {
      out += any >= spec.anyThreshold ? marks.flagged : marks.clean
      add("  any ")
      add(fixed: any)
    }
    // The three highest, the earlier of equals first; of raters all, since one number would hide the others.
    var taken = (-1, -1, -1)
    if let opinions {
      let highest = opinions.groups.map(\.output).sorted { (p[$1], $0) < (p[$0], $1) }
      for j in [opinions.pooled] + highest {
        out += names[j]
        add(fixed: p[j])
      }
      out += "  spread ".utf8
      add(fixed: opinions.spread(of: p))
    }
    for place in 0..<(opinions == nil ? min(3, names.count) : 0) {
      var next = -1
      for j in names.indices where j != taken.0 && j != taken.1 && (next < 0 || p[j] > p[next]) { next = j }
      if place == 0 { taken.0 = next } else if place == 1 { taken.1 = next }
      out += names[next]
      add(fixed: p[next])
    }
    if let doubts, opinions == nil { out += "  doubt \(WitanCLI.fixed(Double(doubts[taken.0])))".utf8 }
    if let finding = findings?[any == nil ? taken.0 : names.count] {
      out += "  finding: \(finding.words)".utf8
    }
    if !views.isEmpty { out += "  view \(views.path)".utf8 }
    if let words { out += "  [\(words.spans.map(\.text).joined(separator: ", "))]".utf8 }
    // A row without `any` begins with its first label.
    let blanks = out[start...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    if blanks > 0 { out.removeSubrange(start..<start + blanks) }
    out.append(UInt8(ascii: "\n"))
  }

  private mutating func add(_ text: StaticString) {
    out += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Three decimals, as printf rounds: a float times 1000 is exact in a double, and ties go to even.
  private mutating func add(fixed x: Float) {
    guard x >= 0, x <= 1 else {
      out += WitanCLI.fixed(Double(x)).utf8
      return
    }
    let thousandths = Int((Double(x) * 1000).rounded(.toNearestOrEven))
    out.append(UInt8(48 + thousandths / 1000))
    out.append(UInt8(ascii: "."))
    out.append(UInt8(48 + thousandths / 100 % 10))
    out.append(UInt8(48 + thousandths / 10 % 10))
    out.append(UInt8(48 + thousandths % 10))
  }

  /// As `JSON(x).text()` says it: between 0 and 1 the shortest decimals of a float are those of the double
  /// that they name.
  private mutating func add(json x: Float) {
    out += x > 0 && x < 1 ? x.description.utf8 : JSON(x).text().utf8
  }
}
