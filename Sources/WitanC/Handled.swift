internal import CHandles
internal import CWitan
internal import Witan

/// A class whose instances have handles. Kinds are part of the handle: 1 to 15, each once.
protocol Handled: AnyObject {
  static var kind: UInt32 { get }
}

/// The names of the kinds, by their number.
private let kindNames = [
  "", "witan_context", "witan_model", "witan_scorer", "witan_stream", "witan_pool", "witan_vocabulary",
  "witan_probe", "witan_probe_stream", "witan_panel", "witan_panel_stream", "witan_policy",
]

/// Why a handle cannot be entered.
@inline(never)
private func refuse(_ handle: UInt64, _ kind: UInt32) -> witan_status {
  let name = kindNames[Int(kind)]
  if handle == 0 { return fail(Status.handle, "the \(name) is NULL") }
  switch witan_handle_fault(handle, kind) {
  case Int32(WITAN_HANDLE_KIND):
    return fail(Status.handle, "a \(name) is needed, and this is a \(kindNames[Int(handle >> 60)])")
  case Int32(WITAN_HANDLE_BUSY):
    return fail(Status.busy, "the \(name) is in use by another call; let that return first")
  default:
    return fail(Status.handle, "the \(name) was freed, or never was one")
  }
}

@inline(__always)
private func number(_ handle: OpaquePointer?) -> UInt64 { UInt64(UInt(bitPattern: handle)) }

/// Runs `body` with the object of a handle that belongs to one thread at a time.
@inline(__always)
func alone<Object: Handled>(
  _ handle: OpaquePointer?, _ type: Object.Type, _ body: (Object) throws(WitanError) -> witan_status
) -> witan_status {
  let handle = number(handle)
  guard let raw = witan_handle_enter_alone(handle, Object.kind) else { return refuse(handle, Object.kind) }
  defer { witan_handle_leave_alone(handle) }
  // The table keeps the object while it is entered: no need to retain it here.
  return Unmanaged<Object>.fromOpaque(raw)._withUnsafeGuaranteedRef { (object) -> witan_status in
    do throws(WitanError) { return try body(object) } catch { return fail(error) }
  }
}

/// Runs `body` with the object of a handle that serves many threads at once.
@inline(__always)
func shared<Object: Handled>(
  _ handle: OpaquePointer?, _ type: Object.Type, _ body: (Object) throws(WitanError) -> witan_status
) -> witan_status {
  let handle = number(handle)
  guard let raw = witan_handle_enter_shared(handle, Object.kind) else { return refuse(handle, Object.kind) }
  defer { witan_handle_leave_shared(handle) }
  return Unmanaged<Object>.fromOpaque(raw)._withUnsafeGuaranteedRef { (object) -> witan_status in
    do throws(WitanError) { return try body(object) } catch { return fail(error) }
  }
}

/// A new handle in `out`, which owns the object that `make` gives.
func open<Object: Handled>(
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ make: () throws(WitanError) -> Object
) -> witan_status {
  guard let out else { return failNull("the place for the handle") }
  let object: Object
  do { object = try make() } catch { return fail(error) }
  let owned = Unmanaged.passRetained(object)
  let handle = witan_handle_open(Object.kind, owned.toOpaque())
  guard handle != 0, let opaque = OpaquePointer(bitPattern: UInt(handle)) else {
    owned.release()
    return fail(Status.limit, "2^24 handles are open, or memory is short; free some first")
  }
  out.pointee = opaque
  return Status.ok
}

/// Closes a handle and lets go of its object. NULL is nothing to close.
func free<Object: Handled>(_ handle: OpaquePointer?, _ type: Object.Type) -> witan_status {
  guard let handle else { return Status.ok }
  var raw: UnsafeMutableRawPointer?
  guard witan_handle_close(number(handle), Object.kind, &raw) == 0, let raw else {
    return refuse(number(handle), Object.kind)
  }
  Unmanaged<Object>.fromOpaque(raw).release()
  return Status.ok
}
