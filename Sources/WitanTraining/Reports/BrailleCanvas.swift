/// A grid of dots, 2 x 4 to a character (Unicode block U+2800); plain characters where that is not to
/// be had.
struct BrailleCanvas {
  let columns: Int
  let rows: Int
  private let isASCII: Bool
  private var dots: [UInt8]  // [rows x columns] bits of the braille patterns
  private var marks: [Character?]  // [rows x columns] what covers the dots

  init(columns: Int, rows: Int, isASCII: Bool) {
    (self.columns, self.rows, self.isASCII) = (columns, rows, isASCII)
    dots = [UInt8](repeating: 0, count: columns * rows)
    marks = [Character?](repeating: nil, count: columns * rows)
  }

  /// Dots across and down; a character each without braille.
  var width: Int { isASCII ? columns : 2 * columns }
  var height: Int { isASCII ? rows : 4 * rows }

  /// The dot of a place from (0, 0) at the lower left to (1, 1) at the upper right.
  private func dot(_ x: Double, _ y: Double) -> (x: Int, y: Int) {
    func place(_ share: Double, _ count: Int) -> Int {
      Int((min(max(share, 0), 1) * Double(count - 1)).rounded())
    }
    return (place(x, width), place(1 - y, height))
  }

  /// A straight line; of its dots every `spacing`th. `ink` is its character without braille.
  mutating func line(
    from a: (x: Double, y: Double), to b: (x: Double, y: Double), spacing: Int, ink: Character
  ) {
    let (from, to) = (dot(a.x, a.y), dot(b.x, b.y))
    let steps = max(abs(to.x - from.x), abs(to.y - from.y), 1)
    for i in 0...steps {
      let x = from.x + (2 * i * (to.x - from.x) + steps) / (2 * steps)
      let y = from.y + Int((Double(i * (to.y - from.y)) / Double(steps)).rounded())
      // Counted along the axis, so that it goes on evenly in the next line.
      if (abs(to.x - from.x) == steps ? x : y) % spacing == 0 { set(x, y, ink) }
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ ink: Character) {
    if isASCII {
      marks[y * columns + x] = ink
    } else {
      let bits: [UInt8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
      dots[y / 4 * columns + x / 2] |= bits[x % 2 * 4 + y % 4]
    }
  }

  /// A character over the dots of a place; `overMarks` false leaves other characters alone.
  mutating func mark(_ x: Double, _ y: Double, _ character: Character, overMarks: Bool = true) {
    let (x, y) = dot(x, y)
    let cell = isASCII ? y * columns + x : y / 4 * columns + x / 2
    if overMarks || marks[cell] == nil { marks[cell] = character }
  }

  /// The row of characters that holds `y`.
  func row(_ y: Double) -> Int { dot(0, y).y / (isASCII ? 1 : 4) }

  /// The column of characters that holds `x`.
  func column(_ x: Double) -> Int { dot(x, 0).x / (isASCII ? 1 : 2) }

  /// One line of text.
  func text(_ row: Int) -> String {
    String(
      (row * columns..<(row + 1) * columns).map { cell -> Character in
        if let mark = marks[cell] { return mark }
        return dots[cell] == 0 ? " " : Character(Unicode.Scalar(0x2800 + UInt32(dots[cell]))!)
      })
  }
}
