// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CWitan
internal import Witan

// Guards and pools over panels: handles of streams and pools, which all their functions take.

@c @implementation
public func witan_panel_guard_create(
  _ panel: OpaquePointer?, _ options: UnsafePointer<witan_guard_options>?,
  _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  shared(panel, PanelHandle.self) { handle in
    open(stream) { () throws(WitanError) in
      StreamHandle(try StreamGuard(handle.panel, GuardOptions(options)))
    }
  }
}

@c @implementation
public func witan_panel_pool_create(
  _ panel: OpaquePointer?, _ options: UnsafePointer<witan_guard_options>?, _ capacity: Int,
  _ pool: UnsafeMutablePointer<OpaquePointer?>?
) -> witan_status {
  shared(panel, PanelHandle.self) { handle in
    open(pool) { () throws(WitanError) in
      let options = try GuardOptions(options, rewindTokens: 0)
      return PoolHandle(try StreamPool(handle.panel, options, capacity: capacity))
    }
  }
}

@c @implementation
public func witan_pool_use_panel(
  _ pool: OpaquePointer?, _ panel: OpaquePointer?, _ options: UnsafePointer<witan_guard_options>?
) -> witan_status {
  shared(panel, PanelHandle.self) { handle in
    alone(pool, PoolHandle.self) { (pool) throws(WitanError) in
      try pool.pool.use(handle.panel, options == nil ? nil : GuardOptions(options, rewindTokens: 0))
      return Status.ok
    }
  }
}
