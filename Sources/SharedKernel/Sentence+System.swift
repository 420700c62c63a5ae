extension Sentence {
  /// Why the system would not, from what the C library says of it in English (`strerror`, `gai_strerror`). What is not known
  /// here is said in those words.
  package init(system words: String) { self.init(Self.systemWords[words] ?? words, words) }

  /// As glibc words them (errno(3), getaddrinfo(3)).
  private static let systemWords = [
    "Operation not permitted": "operação não permitida",
    "No such file or directory": "o arquivo ou a pasta não existe",
    "Input/output error": "erro de entrada e saída",
    "Permission denied": "permissão negada",
    "File exists": "já existe",
    "Not a directory": "uma parte do caminho não é uma pasta",
    "Is a directory": "é uma pasta",
    "Too many open files": "arquivos abertos demais",
    "Too many open files in system": "arquivos abertos demais no sistema",
    "No space left on device": "não há mais espaço no disco",
    "Disk quota exceeded": "a cota do disco acabou",
    "Read-only file system": "o disco só permite leitura",
    "File name too long": "nome de arquivo longo demais",
    "Too many levels of symbolic links": "atalhos (links) demais no caminho",
    "Cannot allocate memory": "falta memória",
    "Inappropriate ioctl for device": "não é um terminal",
    "Network is unreachable": "a rede está fora de alcance",
    "No route to host": "não há caminho até lá",
    "Connection refused": "conexão recusada",
    "Connection timed out": "a conexão não respondeu a tempo",
    "Name or service not known": "o nome não é conhecido",
    "No address associated with hostname": "o nome não tem endereço",
    "Temporary failure in name resolution": "a resolução de nomes não respondeu",
  ]
}
