public import Witan

extension RatedText {
  /// Fields of a row that say nothing of its rater.
  private static let ownFields: Set = [
    "text", "prompt", "label", "labels", "weight", "source", "spans", "id",
  ]

  /// Reads rated texts, one JSON object a line: `text`, optional `prompt`, and `ratings`, a list of objects with
  /// `label` (a number in 0...1, true or false) and fields of the rater (`rater`, `group`, `gender`, any
  /// other); or one rating a line, `label` and the fields beside `text`. Lines of one text and prompt are
  /// joined, in the order of their first line. O(bytes)
  ///
  /// Throws `io` when the file cannot be read, `data` for a line that is not of this form, naming it, and when
  /// there is none.
  public static func read(path: String) throws(WitanError) -> [RatedText] {
    var lines = try LineReader(path: path)
    var out: [RatedText] = []
    var known: [[String?]: Int] = [:]
    while let line = try lines.next() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }  // blank
      let next = try RatedText(jsonLine: line, at: lines.place)
      let key = [next.text, next.prompt]
      if let i = known[key] {
        out[i].ratings += next.ratings
      } else {
        known[key] = out.count
        out.append(next)
      }
    }
    guard !out.isEmpty else { throw WitanError(.data, "has no rated texts", at: lines.name) }
    return out
  }

  /// Reads one line. Throws `data`.
  init(jsonLine line: ArraySlice<UInt8>, at place: String) throws(WitanError) {
    let json: JSON
    do {
      json = try line.withUnsafeBufferPointer { bytes throws(WitanError) in try JSON(parsing: bytes) }
    } catch {
      throw WitanError(.data, error.message, at: place)
    }
    func fault(_ message: String) -> WitanError { WitanError(.data, message, at: place) }
    guard let text = json["text"]?.string else { throw fault("there is no field \"text\" with a string") }
    var prompt: String?
    if let given = json["prompt"], given != .null {
      guard let string = given.string else { throw fault("\"prompt\" is not a string") }
      prompt = string
    }
    var ratings: [Rating] = []
    if let given = json["ratings"] {
      guard let list = given.array, !list.isEmpty else {
        throw fault("\"ratings\" is not a list of one rating or more")
      }
      for (i, item) in list.enumerated() { ratings.append(try Rating(item, "ratings[\(i)].", at: place)) }
    } else {
      guard json["label"] != nil else {
        throw fault("there are no \"ratings\", and no \"label\" with the fields of a rater")
      }
      var fields = json.object ?? [:]
      for field in Self.ownFields where field != "label" { fields[field] = nil }
      ratings = [try Rating(.object(fields), "", at: place)]
    }
    self.init(text: text, prompt: prompt, ratings: ratings)
  }
}

extension Rating {
  /// Reads an object of `label` and the fields of a rater; fields that are null are not known. `prefix`: where
  /// it stands in the line. Throws `data`.
  fileprivate init(_ json: JSON, _ prefix: String, at place: String) throws(WitanError) {
    guard let object = json.object else {
      throw WitanError(.data, "\"\(prefix.dropLast())\" is not an object", at: place)
    }
    let degree: Double? =
      switch object["label"] {
      case .bool(let yes)?: yes ? 1 : 0
      case let given: given?.number
      }
    guard let degree, 0...1 ~= degree else {
      throw WitanError(
        .data,
        "\"\(prefix)label\" is not a number in 0...1, true or false: what a rater says is yes or no, or a "
          + "degree; map names to it first", at: place)
    }
    var fields: [String: String] = [:]
    for (field, value) in object where field != "label" && value != .null {
      switch value {
      case .string(let string): fields[field] = string
      case .number, .bool: fields[field] = value.text()
      default: throw WitanError(.data, "\"\(prefix)\(field)\" is not a string or number", at: place)
      }
      if fields[field] == "" { throw WitanError(.data, "\"\(prefix)\(field)\" is empty", at: place) }
    }
    self.init(degree: Float(degree), fields: fields)
  }
}
