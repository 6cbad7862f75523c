// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CHandles
public import CWitan

@c @implementation
public func witan_abi_version() -> UInt32 { WITAN_ABI_VERSION }

@c @implementation
public func witan_version() -> UnsafePointer<CChar>? { Names.version.cString }

@c @implementation
public func witan_status_name(_ status: witan_status) -> UnsafePointer<CChar>? {
  (Names.statuses.indices ~= Int(status) ? Names.statuses[Int(status)] : Names.unknown).cString
}

@c @implementation
public func witan_error_message() -> UnsafePointer<CChar>? { witan_message_get() }

/// Words that never go away.
private enum Names {
  static let version: StaticString = "0.1.0"
  static let unknown: StaticString = "unknown"
  /// By status.
  static let statuses: [StaticString] = [
    "ok", "argument", "handle", "busy", "space", "limit", "io", "format", "unsupported", "value",
  ]
}

extension StaticString {
  /// Literals end with a NUL.
  fileprivate var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
