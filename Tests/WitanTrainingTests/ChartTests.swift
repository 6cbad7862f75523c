import Foundation
import Testing
import WitanTraining

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Charts are well-formed, hold the numbers that they show, and have an answer for odd data.
struct ChartTests {
  /// Counts elements, collects text, and fails on anything that is not well-formed.
  private final class Reader: NSObject, XMLParserDelegate {
    var classes: [String] = []
    var texts: [String] = []
    var numbers: [String] = []
    var ids: [String: String] = [:]
    private var open: [(name: String, id: String?, text: String)] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String] = [:]
    ) {
      open.append((name, attributes["id"], ""))
      classes += (attributes["class"] ?? "").split(separator: " ").map(String.init)
      for key in ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "viewBox", "d"] {
        if let value = attributes[key] { numbers.append(value) }
      }
    }
    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if !open.isEmpty { open[open.count - 1].text += string }
    }
    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      let last = open.removeLast()
      if name == "text" || name == "title" { texts.append(last.text) }
      if let id = last.id { ids[id] = last.text }
    }
  }

  private func read(_ chart: Chart, sourceLocation: SourceLocation = #_sourceLocation) -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(chart.svg.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))", sourceLocation: sourceLocation)
    // Coordinates are numbers, none far outside of the drawing.
    for value in reader.numbers {
      for part in value.split(whereSeparator: { "ML ".contains($0) }) {
        let number = Double(part)
        #expect(
          number.map { -50...800 ~= $0 } ?? false, "\(part) in \(value)", sourceLocation: sourceLocation)
      }
    }
    for word in ["nan", "inf"] {
      #expect(!reader.texts.contains { $0.lowercased().contains(word) }, sourceLocation: sourceLocation)
    }
    #expect(!chart.svg.contains("script") && !chart.svg.contains("href"), sourceLocation: sourceLocation)
    #expect(chart.svg.contains("prefers-color-scheme:dark"), sourceLocation: sourceLocation)
    #expect(reader.ids["title"]?.isEmpty == false && reader.ids["desc"]?.isEmpty == false)
    return reader
  }

  private let bins = [
    ReliabilityBin(lower: 0, upper: 0.25, mean: 0.1, observed: 0.05, count: 12_345),
    ReliabilityBin(lower: 0.25, upper: 0.5, mean: 0.375, observed: 0, count: 0),
    ReliabilityBin(lower: 0.5, upper: 0.75, mean: 0.6, observed: 0.8, count: 100),
    ReliabilityBin(lower: 0.75, upper: 1, mean: 1, observed: 1, count: 1),
  ]

  @Test("learning curves name the best epoch, its losses and the last ones")
  func learningCurves() {
    let chart = read(.learningCurves(train: [0.9, 0.5, 0.25, 0.125], dev: [0.8, 0.6, 0.625, 0.75]))
    #expect(chart.texts.contains("best epoch 2"))
    #expect(chart.texts.contains("Least dev loss 0.6 after epoch 2 of 4; train loss there 0.5"))
    #expect(chart.texts.contains("train 0.125") && chart.texts.contains("dev 0.75"))
    #expect(chart.texts.contains("epoch 2: dev loss 0.6"))
    #expect(["1", "2", "3", "4"].allSatisfy(chart.texts.contains))
    #expect(chart.classes.count { $0 == "line" } == 2)
  }

  @Test("without a dev part the train loss decides; of equals the first epoch does")
  func trainOnly() {
    let chart = read(.learningCurves(train: [3, 2, 2, 2.5]))
    #expect(chart.texts.contains("Least train loss 2 after epoch 2 of 4"))
    #expect(!chart.classes.contains("dev"))
  }

  @Test(
    "odd losses: none, one, equal, tiny, huge, not finite",
    arguments: [
      ([], []), ([0.5], []), ([0.5], [0.5]), ([0, 0, 0], [0, 0, 0]), ([0.7, 0.7], [0.7, 0.7]),
      ([1e-12, 2e-12], []), ([1e90, 2e90], [1, 2]), ([.nan, .infinity], [-.infinity]),
      ([1, .nan, 2], [.nan, 1]),
      ([1e300, 1], [-1e-300, 1]), ([5, 5 + 1e-14], []), ((0..<5000).map { 1 / Double($0 + 1) }, []),
    ] as [([Double], [Double])])
  func oddLosses(_ train: [Double], _ dev: [Double]) {
    let chart = read(.learningCurves(train: train, dev: dev))
    let isEmpty = !(train + dev).contains { $0.isFinite && $0.magnitude < 1e100 }
    #expect(chart.texts.contains("No epochs to show.") == isEmpty)
    for characters in [TerminalChart.Characters.unicode, .ascii] {
      for (width, height) in [(0, 0), (40, 4), (80, 12), (200, 40)] {
        expectFits(
          .learningCurves(train: train, dev: dev, width: width, height: height, characters: characters),
          max(width, 40), characters)
      }
    }
  }

  /// Lines fit, and ASCII is ASCII.
  private func expectFits(
    _ chart: TerminalChart, _ width: Int, _ characters: TerminalChart.Characters,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let lines = chart.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(chart.text.hasSuffix("\n"), sourceLocation: sourceLocation)
    for line in lines {
      #expect(line.count <= width, "\(line)", sourceLocation: sourceLocation)
      #expect(!line.hasSuffix(" "), sourceLocation: sourceLocation)
    }
    if characters == .ascii {
      #expect(chart.text.utf8.allSatisfy { $0 < 128 }, sourceLocation: sourceLocation)
    }
    let words = chart.text.lowercased()
    #expect(!words.contains("nan") && !words.contains("inf"), sourceLocation: sourceLocation)
  }

  @Test("reliability has a mark for each bin that has predictions, their counts and the error")
  func reliability() {
    let chart = read(.reliability(bins, note: "a note"))
    // (12345 x 0.05 + 100 x 0.2) / 12446 = 0.0512
    #expect(chart.texts.contains("Calibration error (ECE) 5.1 %, 12,446 predictions in 4 bins"))
    #expect(chart.texts.contains("a note") && chart.texts.contains("12k") && chart.texts.contains("100"))
    #expect(chart.texts.contains("50.0 % to 75.0 %: predicted 60.0 %, observed 80.0 %, 100 predictions"))
    #expect(chart.classes.count { $0 == "bar" } == 3)
    #expect(chart.classes.count { $0 == "dot" } == 3 + 1)  // and the key's
    let other = read(.reliability(bins, calibrationError: 0.25))
    #expect(other.texts.contains { $0.hasPrefix("Calibration error (ECE) 25.0 %") })
  }

  @Test("odd bins: none, all empty, one, not finite, outside")
  func oddBins() {
    let odd = [
      [], [bins[1]], [bins[0]],
      [ReliabilityBin(lower: 0, upper: 1, mean: .nan, observed: 0.5, count: 3)],
      [ReliabilityBin(lower: 0, upper: 1, mean: 0.5, observed: 7, count: 3)],
      [ReliabilityBin(lower: 0.5, upper: 0.5, mean: 0.5, observed: 0.5, count: .max)],
      [ReliabilityBin(lower: 0.5, upper: 0.5, mean: 0.5, observed: 0.5, count: 3_000)],
      [ReliabilityBin(lower: 0, upper: 1, mean: 0.5, observed: 0.5, count: -3)],
    ]
    for bins in odd {
      let chart = read(.reliability(bins))
      let isEmpty = bins.first?.count != 12_345 && bins.first?.count != 3_000
      #expect(chart.texts.contains("No predictions to show.") == isEmpty, "\(bins)")
      for characters in [TerminalChart.Characters.unicode, .ascii] {
        for (width, height) in [(0, 0), (40, 4), (80, 14)] {
          expectFits(
            .reliability(bins, width: width, height: height, characters: characters), max(40, width),
            characters)
        }
      }
    }
  }

  @Test("titles are escaped, cut to their place, and whole for readers")
  func titles() {
    let title = "<a b='x'>&\"\u{0}\u{1B}\u{FFFE}\n" + String(repeating: "é", count: 100)
    for chart in [
      Chart.learningCurves(train: [1], title: title), .reliability(bins, title: title, note: title),
    ] {
      let read = read(chart)
      #expect(read.ids["title"]?.hasSuffix("ééé") == true)
      #expect(read.texts.contains { $0.hasSuffix("é…") })
    }
  }

  @Test("bins of predictions make up the calibration error")
  func metrics() {
    let confidence: [Float] = [0.95, 0.95, 0.95, 0.95, 0.5, 0.5, 0, 1]
    let isRight = [true, true, true, false, true, false, false, true]
    let bins = Metrics.reliability(confidence, isRight)
    #expect(bins.count == 15 && bins.reduce(0) { $0 + $1.count } == 8)
    let error = bins.reduce(0) { $0 + Double($1.count) * abs($1.mean - $1.observed) } / 8
    #expect(abs(error - Metrics.calibrationError(confidence, isRight)) < 1e-12)
    #expect(bins[7] == ReliabilityBin(lower: 7.0 / 15, upper: 8.0 / 15, mean: 0.5, observed: 0.5, count: 2))
    #expect(bins[3].count == 0 && bins[3].observed == 0 && abs(bins[3].mean - 3.5 / 15) < 1e-12)
    #expect(Metrics.reliability([], []).allSatisfy { $0.count == 0 })
  }

  @Test("the terminal's learning curves, character by character")
  func terminal() {
    let chart = TerminalChart.learningCurves(
      train: [4, 2, 1], dev: [4, 3, 3.5], width: 40, height: 4, characters: .ascii)
    #expect(
      chart.text == """
        4 +*******              ******** dev 3.5
        3 +      .*******O******
        2 +            .  .  .
        1 +                     .  .  .. train 1
          ++-------------+-------------+
           1             2             3
           epoch
        dev *, train ., best O. Least dev loss 3
        after epoch 2 of 3; train loss there 2

        """, "\n\(chart.text)")
  }
}
