import Foundation

/// A line that one of the programs printed under `--json`; a member that it did not have is nil.
struct Line: Decodable, Hashable, Sendable {
  let evento: String?
  let id: String?
  let servico: String?
  let tipo: String?
  let titulo: String?
  let status: String?
  let situacao: String?
  let motivo: String?
  let termo: String?
  let consultar: String?
  let idLeilao: String?
  let idComando: String?
  let idLance: String?
  let idUsuario: String?
  let edicao: String?
  let hash: String?
  let lider: String?
  let vencedor: String?
  let de: String?
  let para: String?
  let repassadoPara: String?
  let repassadoCentavos: Int64?
  let confere: Bool?
  let por: String?
  let privada: String?
  let publica: String?
  let keyid: String?
  let bloco: Int64?
  let entradas: Int64?
  let emUs: Int64?
  let fimUs: Int64?
  let recebidoUs: Int64?
  let precoCentavos: Int64?
  let valorCentavos: Int64?
  let minimoCentavos: Int64?
  let reservaCentavos: Int64?
  let reservaAtingida: Bool?

  init(_ text: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Line.self, from: Data(text.utf8))
  }
}
