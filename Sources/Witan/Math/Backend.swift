internal import CKernels

/// The instruction set that the kernels run on.
public enum Backend {
  /// The names of those that this machine can run, slowest first.
  public static var supported: [String] {
    (0..<Int32(WITAN_BACKEND_COUNT)).filter { witan_backend_supported($0) == 1 }.map(name)
  }

  /// The one in use. `WITAN_BACKEND` in the environment forces another.
  public static var active: String { name(witan_backend_active()) }

  /// Replaces the one in use; false when the machine cannot run it. For tests and benchmarks, while
  /// nothing else scores.
  @discardableResult
  package static func select(_ wanted: String) -> Bool {
    let index = (0..<Int32(WITAN_BACKEND_COUNT)).first {
      witan_backend_supported($0) == 1 && name($0) == wanted
    }
    return index.map { witan_backend_select($0) == 0 } ?? false
  }

  private static func name(_ i: Int32) -> String {
    witan_backend_name(i).map { String(cString: $0) } ?? "none"
  }
}
