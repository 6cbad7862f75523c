import ArgumentParser
import Foundation
import Witan
import WitanTraining

/// The options of pictures that `train` and `evaluate` share.
struct ReportFlags: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("Where charts go as SVG files; made when missing.", valueName: "folder"))
  var report: String?
  @Flag(name: .long, help: "Draw charts, also when the output is no terminal.")
  var chart = false

  /// Writes the charts as files.
  func write(_ charts: [(name: String, chart: Chart)]) throws(WitanError) {
    guard let report else { return }
    do {
      try FileManager.default.createDirectory(atPath: report, withIntermediateDirectories: true)
    } catch {
      throw WitanError(.io, "cannot be made: \(error.localizedDescription)", at: report)
    }
    for (name, chart) in charts {
      try writeFile(chart.svg.utf8, to: "\(report)/\(name).svg")
    }
  }

  /// Whether charts are drawn among the results.
  func draws(json: Bool) -> Bool { !json && (chart || Terminal.outputIsTerminal) }

  func validate(json: Bool) throws {
    guard !(json && chart) else { throw ValidationError("Give either --json or --chart.") }
  }
}

extension Terminal {
  /// Columns of the terminal behind a descriptor; COLUMNS, else 80, when there is none.
  private static func width(_ descriptor: Int32) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) ?? 80
  }

  /// What the locale lets the terminal show (POSIX: the first that is set and not empty decides).
  static var characters: TerminalChart.Characters {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    let encoding = (locale ?? "").uppercased()
    return encoding.contains("UTF-8") || encoding.contains("UTF8") ? .unicode : .ascii
  }

  /// The width of a chart: what fits, and no more than reads well.
  static var chartWidth: Int { min(100, max(40, width(STDOUT_FILENO))) }

  /// Columns for lines of progress.
  static var errorWidth: Int { max(20, width(STDERR_FILENO)) }
}

extension Evaluation {
  /// What the caption of its reliability has to add.
  var reliabilityNote: String {
    confusion.isEmpty && labels.count > 1 ? "error: mean over labels; points: all labels together; " : ""
  }
}

/// The file's name without its folders.
func lastComponent(_ path: String) -> String {
  path == "-" ? "standard input" : URL(fileURLWithPath: path).lastPathComponent
}
