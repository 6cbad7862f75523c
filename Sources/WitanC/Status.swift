internal import CHandles
internal import CWitan
internal import Witan

/// The status codes of the header.
enum Status {
  static var ok: witan_status { witan_status(WITAN_OK) }
  static var argument: witan_status { witan_status(WITAN_ERROR_ARGUMENT) }
  static var handle: witan_status { witan_status(WITAN_ERROR_HANDLE) }
  static var busy: witan_status { witan_status(WITAN_ERROR_BUSY) }
  static var space: witan_status { witan_status(WITAN_ERROR_SPACE) }
  static var limit: witan_status { witan_status(WITAN_ERROR_LIMIT) }
  static var io: witan_status { witan_status(WITAN_ERROR_IO) }
  static var format: witan_status { witan_status(WITAN_ERROR_FORMAT) }
  static var unsupported: witan_status { witan_status(WITAN_ERROR_UNSUPPORTED) }
  static var value: witan_status { witan_status(WITAN_ERROR_VALUE) }

  static func of(_ error: WitanError) -> witan_status {
    switch error.code {
    case .io: io
    case .format: format
    case .unsupported: unsupported
    case .invalidValue, .data, .constitution, .signature: value
    case .limit: limit
    }
  }
}

/// Notes the message for `witan_error_message`, and gives the status back.
@inline(never)
func fail(_ status: witan_status, _ message: String) -> witan_status {
  var message = message
  message.withUTF8 { bytes in
    guard let base = bytes.baseAddress else { return witan_message_set("", 0) }
    base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { witan_message_set($0, bytes.count) }
  }
  return status
}

@inline(never)
func fail(_ error: WitanError) -> witan_status { fail(Status.of(error), error.description) }

/// An argument that is NULL and may not be.
@inline(never)
func failNull(_ name: String) -> witan_status { fail(Status.argument, "\(name) is NULL") }

/// A buffer that is too small.
@inline(never)
func failSpace(_ name: String, _ capacity: Int, _ needed: Int) -> witan_status {
  fail(Status.space, "\(name) has room for \(capacity), but \(needed) are needed")
}
