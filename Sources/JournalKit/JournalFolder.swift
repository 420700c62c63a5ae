import Glibc
import SharedKernel

/// The folder that holds a journal: 0700 when it is made here, never one that others may write to.
enum JournalFolder {
  static func prepare(_ path: String) throws(JournalError) {
    try make(path, mode: 0o700)
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("examinar a pasta", "look at the folder", path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw JournalError(.io(Sentence("não é uma pasta", "this is not a folder")), path)
    }
    guard status.st_mode & 0o022 == 0 else {
      throw JournalError(
        .exposed(
          Sentence(
            "outros além do dono podem gravar nele: chmod 700 \(path)", "others than its owner may write to it: chmod 700 \(path)"
          )),
        path)
    }
  }

  private static func make(_ path: String, mode: mode_t) throws(JournalError) {
    if mkdir(path, mode) == 0 {
      try sync(parent(path))
      return
    }
    switch errno {
    case EEXIST: return
    case ENOENT:
      guard parent(path) != path, parent(path) != "." else { throw .system("criar a pasta", "make the folder", path, ENOENT) }
      try make(parent(path), mode: 0o755)
      guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .system("criar a pasta", "make the folder", path) }
      try sync(parent(path))
    default: throw .system("criar a pasta", "make the folder", path)
    }
  }

  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// An empty file that only its owner may read, before SQLite makes it otherwise (its WAL takes over the mode); an old file
  /// loses what rights others had.
  static func reserve(_ file: String) throws(JournalError) {
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system("abrir", "open", file) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else { throw .system("reservá-lo ao dono", "keep it to its owner", file) }
  }

  /// Makes a file's contents durable, and answers with their size in bytes.
  static func sync(file: String) throws(JournalError) -> Int64 {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("abrir", "open", file) }
    defer { close(descriptor) }
    var status = stat()
    guard fsync(descriptor) == 0, fstat(descriptor, &status) == 0 else { throw .system("sincronizar", "sync", file) }
    return Int64(status.st_size)
  }

  /// Makes names in the folder durable.
  static func sync(_ folder: String) throws(JournalError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("abrir", "open", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("sincronizar", "sync", folder) }
  }
}
