import Glibc
import Synchronization

/// Tells, on a thread of its own, that something changed in a key folder's `public`; the listener then reads it anew.
///
/// One call stands for any number of changes: it comes when 50 ms passed without another, or after a second of unrest.
/// The folder, or the root above it, may be removed and put back: that too is a change.
package final class KeyFolderWatcher: Sendable {
  private struct Running {
    let thread: pthread_t
    /// Shutting this end of a socket pair is what ends the thread.
    let lifeline: Int32
  }
  private let running: Mutex<Running?>

  /// Makes the folder if it is missing. Changes after this returns are told.
  package init(_ folder: KeyFolder, onChange: @escaping @Sendable () -> Void) throws(KeyFolderError) {
    try folder.makeFolder(folder.publicFolder, mode: 0o755)
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .system("vigiar", "watch", folder.publicFolder)
    }
    let watch: FolderWatch
    do throws(KeyFolderError) {
      watch = try FolderWatch(folder, lifeline: ends[0], onChange: onChange)
    } catch {
      Glibc.close(ends[1])
      throw error
    }
    var thread = pthread_t()
    let body = Unmanaged.passRetained(watch)
    let code = pthread_create(
      &thread, nil,
      { body in
        if let body { Unmanaged<FolderWatch>.fromOpaque(body).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      Glibc.close(ends[1])
      throw .system("criar a thread que vigia", "start a thread to watch", folder.publicFolder, code)
    }
    running = Mutex(Running(thread: thread, lifeline: ends[1]))
  }

  deinit { close() }

  /// Ends the thread; when it returns, no call is under way or to come (except the one it may have been called from).
  package func close() {
    let ended = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let ended else { return }
    shutdown(ended.lifeline, Int32(SHUT_RDWR))
    Glibc.close(ended.lifeline)
    if pthread_equal(ended.thread, pthread_self()) != 0 { pthread_detach(ended.thread) } else { pthread_join(ended.thread, nil) }
  }
}
