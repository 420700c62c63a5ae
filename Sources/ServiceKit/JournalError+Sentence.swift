import JournalKit

extension JournalError {
  /// For the person at the terminal.
  var sentence: String {
    switch kind {
    case .held(let pid):
      said(
        "\(path): em uso pelo processo \(pid.map(String.init) ?? "?"); um diário tem um só escritor. Pare-o antes.",
        "\(path): in use by process \(pid.map(String.init) ?? "?"); one journal has one writer. Stop it first.")
    case .present:
      said(
        "\(path) já existe e nada é sobrescrito: mova-o antes, por exemplo: mv \(path) \(path).antigo",
        "\(path) exists already and nothing is overwritten: move it first, for example: mv \(path) \(path).old")
    case .absent: said("\(path) não existe", "\(path) does not exist")
    case .corrupt, .newer, .notDurable, .duplicate, .exposed, .io, .closed: description
    }
  }

  var status: ExitStatus {
    switch kind {
    case .held, .present: .configuration
    case .absent: .usage
    case .corrupt, .newer, .notDurable, .duplicate, .exposed, .io, .closed: .ioError
    }
  }
}
