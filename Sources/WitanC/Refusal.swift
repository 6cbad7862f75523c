internal import CWitan

/// A check that failed; its message is noted already.
struct Refusal: Error {
  let status: witan_status
}
