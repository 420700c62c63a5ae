internal import CAMQP
internal import Glibc

/// Starts a thread that runs `body` once and is never joined.
///
/// Its stack is 16 MiB: librabbitmq 0.11 decodes nested header tables recursively, and what fits into one frame
/// (18 000 levels) overflows less than 2 MiB. The pages are taken only when they are touched.
func startOwnerThread(name: String, _ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 16 << 20)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  let box = Unmanaged.passRetained(Box(name: name, body: body))
  var thread = pthread_t()
  let failure = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
      camqp_name_thread(box.name)
      box.body()
      return nil
    }, box.toOpaque())
  precondition(failure == 0, "no thread for a broker connection: \(String(cString: strerror(failure)))")
}
