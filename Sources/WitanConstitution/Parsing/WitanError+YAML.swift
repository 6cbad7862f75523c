internal import Witan
internal import Yams

extension WitanError {
  /// What the YAML parser found wrong in `file`, with line and column.
  init(_ code: Code, yaml error: any Error, file: String) {
    func fault(_ problem: String, _ line: Int, _ column: Int) -> WitanError {
      WitanError(code, "not YAML: \(problem)", at: "\(file):\(line):\(column)")
    }
    switch error as? YamlError {
    case .parser(_, let problem, let mark, _)?, .scanner(_, let problem, let mark, _)?,
      .composer(_, let problem, let mark, _)?:
      self = fault(problem, mark.line, mark.column)
    case .duplicatedKeysInMapping(let keys, let context)?:
      self = fault(
        "'\(keys.joined(separator: "', '"))' stands twice in one mapping", context.mark.line,
        context.mark.column)
    case .reader(let problem, let offset, _, let yaml)?:
      let before = yaml.unicodeScalars.prefix(offset ?? 0)
      let line = before.count { $0 == "\n" } + 1
      let column = before.reversed().prefix { $0 != "\n" }.count + 1
      self = fault(problem, line, column)
    default: self = WitanError(code, "not YAML: \(error)", at: file)
    }
  }
}
