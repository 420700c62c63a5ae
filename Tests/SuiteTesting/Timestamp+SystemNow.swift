internal import Glibc
package import SharedKernel

extension Timestamp {
  /// This machine's clock.
  package static var systemNow: Timestamp {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1_000)
  }
}
