// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

extension GuardOptions {
  /// Reads the options of a caller; NULL is the defaults.
  init(_ pointer: UnsafePointer<witan_guard_options>?, rewindTokens: Int? = nil) throws(WitanError) {
    guard let options = pointer?.pointee else {
      self.init()
      self.rewindTokens = rewindTokens ?? self.rewindTokens
      return
    }
    guard MemoryLayout<witan_guard_options>.size...4096 ~= Int(options.struct_size) else {
      throw WitanError(
        .invalidValue, "is \(options.struct_size); set it to sizeof", at: "witan_guard_options.struct_size")
    }
    if options.json != nil {
      guard let json = Arguments.string(options.json, options.json_length, limit: 1 << 20) else {
        throw WitanError(.invalidValue, "is above 1 MiB, or has a NUL inside", at: "json")
      }
      try self.init(json: json)
      return
    }
    self.init()
    guard let action = GuardAction(number: options.action) else {
      throw WitanError(.invalidValue, "is no witan_action", at: "action")
    }
    guard let atMaximum = GuardAction(number: options.at_maximum_bytes) else {
      throw WitanError(.invalidValue, "is no witan_action", at: "at_maximum_bytes")
    }
    let debounce = Debounce.of(Int(options.debounce_needed), Int(options.debounce_window))
    defaultRule = DecisionRule(
      on: options.on == 0 ? nil : options.on, off: options.off == 0 ? nil : options.off, debounce: debounce,
      action: action)
    holdWords = Int(options.hold_words)
    self.rewindTokens = Int(options.rewind_tokens)
    maximumWordBytes = Int(options.maximum_word_bytes)
    atMaximumBytes = atMaximum
    maximumHeldBytes = Int(clamping: options.maximum_held_bytes)
    maximumBytes = Int(clamping: options.maximum_bytes)
    guard 0...8 ~= options.window_count, options.windows != nil || options.window_count == 0 else {
      throw WitanError(.invalidValue, "are not up to 8", at: "windows")
    }
    windows = (0..<options.window_count).map { Int(options.windows[$0]) }
  }
}

@c @implementation
public func witan_guard_options_init(_ options: UnsafeMutablePointer<witan_guard_options>?) -> witan_status {
  guard let options else { return failNull("options") }
  let size = options.pointee.struct_size
  let check = Arguments.checkStruct(
    size, minimum: MemoryLayout<witan_guard_options>.size, "witan_guard_options")
  guard check == Status.ok else { return check }
  let defaults = GuardOptions()
  options.pointee = witan_guard_options()
  options.pointee.struct_size = size
  options.pointee.debounce_needed = 1
  options.pointee.debounce_window = 1
  options.pointee.action = DecisionRule().action.number
  options.pointee.hold_words = UInt32(defaults.holdWords)
  options.pointee.rewind_tokens = UInt32(defaults.rewindTokens)
  options.pointee.maximum_word_bytes = UInt32(defaults.maximumWordBytes)
  options.pointee.at_maximum_bytes = defaults.atMaximumBytes.number
  options.pointee.maximum_held_bytes = UInt64(defaults.maximumHeldBytes)
  options.pointee.maximum_bytes = UInt64(defaults.maximumBytes)
  return Status.ok
}
