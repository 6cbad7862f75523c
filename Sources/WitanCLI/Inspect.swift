import ArgumentParser
import Foundation
import Witan
import WitanSigning

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a model, or what this machine offers (--system).")

  @Argument(help: "The model.")
  var model: String?
  @Flag(name: .long, help: "Show instruction set, BLAS provider and threads.")
  var system = false
  @OptionGroup var embeddings: EmbeddingsFlags
  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (model != nil) != system else { throw ValidationError("Give a model, or --system.") }
  }

  func run() throws {
    var report = try model.map(describe) ?? systemReport()
    // What signatures and verdicts name the file by.
    if let model { report["sha256"] = .string(try ContentDigest(file: model).hex) }
    if json {
      try Terminal.write(JSON.object(report).text(indent: true) + "\n")
    } else {
      try Terminal.write(lines(report, indent: ""))
    }
    try Terminal.flush()
  }

  private func describe(_ path: String) throws(WitanError) -> [String: JSON] {
    if let report = try probeReport(path) { return report }
    let opened = try embeddings.model(path: path)
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    guard let classifier = opened as? Classifier else {
      return describe(opened as? FastTextModel).merging(["bytes": JSON(size ?? 0)]) { $1 }
    }
    let spec = classifier.spec
    var report = spec.json.object ?? [:]
    report["bytes"] = JSON(size ?? 0)
    report["outputs"] = JSON(spec.width)
    report["thresholds_from"] = .string(classifier.thresholdOrigin.rawValue)
    for (key, value) in classifier.metadata where key != "witan.spec" {
      let name = key.hasPrefix("witan.") ? String(key.dropFirst(6)) : key
      report[name] = value.hasPrefix("{") ? (try? JSON(parsing: value)) ?? .string(value) : .string(value)
    }
    return report
  }

  /// nil when the file is no probe.
  private func probeReport(_ path: String) throws(WitanError) -> [String: JSON]? {
    let file = try MappedFile(path: path)
    guard ProbeFile.isProbe(file.bytes) else { return nil }
    let probe = try ActivationProbe(path: path)
    var report = probe.spec.json.object ?? [:]
    report["format"] = .string(ProbeFile.format)
    report["bytes"] = JSON(file.bytes.count)
    for (key, value) in probe.metadata where key.hasPrefix("witan.") {
      let name = String(key.dropFirst(6))
      guard name != "probe", name != "format" else { continue }
      report[name] = value.hasPrefix("{") ? (try? JSON(parsing: value)) ?? .string(value) : .string(value)
    }
    return report
  }

  private func describe(_ model: FastTextModel?) -> [String: JSON] {
    guard let model else { return [:] }
    return [
      "format": "fastText", "arguments": model.arguments.json, "words": JSON(model.wordCount),
      "labels": JSON(model.labels.map(\.id)),
    ]
  }

  private func systemReport() -> [String: JSON] {
    let blas = BLASProvider.current
    return [
      "version": .string(Version.text),
      "instruction_set": .string(Backend.active),
      "instruction_sets_supported": JSON(Backend.supported),
      "unicode": .string(Normalizer.unicodeVersion),
      "cores": JSON(ProcessInfo.processInfo.activeProcessorCount),
      "blas": [
        "library": .string(blas.library), "threads": JSON(blas.threads),
        "description": blas.description.map(JSON.string) ?? .null,
        "sgemm_gflops": JSON((measureSgemm() * 10).rounded() / 10),
      ],
    ]
  }

  /// Billions of floating-point operations a second of one 512 x 64 x 64 product, best of 20.
  private func measureSgemm() -> Double {
    let (m, n, k) = (512, 64, 64)
    let a = [Float](repeating: 0.5, count: m * k)
    let b = [Float](repeating: 0.25, count: k * n)
    var best = Double.infinity
    for _ in 0..<20 {
      let start = DispatchTime.now().uptimeNanoseconds
      _ = matrixProduct(a, b, m: m, n: n, k: k)
      best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start))
    }
    return 2 * Double(m * n * k) / best
  }

  /// What tells an object of a list from the others.
  private func name(_ item: JSON) -> String {
    if let output = item["output"]?.string, let promise = item["promise"]?.string {
      return "\(output): \(promise)"
    }
    return item["id"]?.string ?? item.text()
  }

  /// `key: value` lines; long texts are cut to their first line.
  private func lines(_ report: [String: JSON], indent: String) -> String {
    report.sorted { $0.key < $1.key }.map { key, value in
      switch value {
      case .object(let fields): return "\(indent)\(key):\n" + lines(fields, indent: indent + "  ")
      case .array(let items) where items.contains(where: { $0.object != nil }):
        return "\(indent)\(key):\n"
          + items.map { "\(indent)  - \(name($0))\n" }.joined()
      case .string(let s):
        let first = s.split(whereSeparator: \.isNewline).first.map { String($0) } ?? ""
        return
          "\(indent)\(key): \(first)\(first.count < s.count ? " … (\(s.utf8.count) bytes; --json)" : "")\n"
      default: return "\(indent)\(key): \(value.text())\n"
      }
    }.joined()
  }
}
