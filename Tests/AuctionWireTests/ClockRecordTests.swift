import AuctionFacts
import AuctionWire
import SharedKernel
import SuiteTesting
import Testing

@Suite struct `Records of the clock` {
  private let text = """
    {"numero":7,"relogio":{"em_us":1795273260001000,"incerteza_us":1850,"estado":"sincronizado"},"idade_us":9000000,"sistema_us":-3000,\
    "servidores":[{"nome":"a.st1.ntp.br","endereco":"200.160.7.186:123","usado":true,"motivo":"usado","resposta":{"deslocamento_us":-120,\
    "atraso_us":4000,"dispersao_us":30,"incerteza_us":1850,"idade_us":9000000,"estrato":1}},\
    {"nome":"b.st1.ntp.br","endereco":null,"usado":false,"motivo":"sem_resposta","resposta":null}]}
    """

  @Test func `are spelled as docs say, and read as they are spelled`() throws {
    let record = try ClockRecord(payload: Array(text.utf8), kind: .clockSynchronized)
    #expect(record.number == 7 && record.clock.status == .synchronized && record.age == .seconds(9))
    #expect(record.servers.map(\.isUsed) == [true, false] && record.servers[1].word == nil)
    #expect(record.servers[0].word?.offset == .microseconds(-120))
    #expect(String(decoding: record.payload, as: UTF8.self) == text)
  }

  @Test(arguments: [
    ("\"numero\":7", "\"numero\":0"), ("\"usado\":true", "\"usado\":1"), ("\"estrato\":1", "\"estrato\":-1"),
    ("\"sistema_us\":-3000,", ""), ("\"resposta\":null", "\"resposta\":7"),
  ])
  func `are refused otherwise`(old: String, new: String) {
    #expect(throws: WireError.self) {
      try ClockRecord(payload: Array(text.replacing(old, with: new).utf8), kind: .clockSynchronized)
    }
  }
}
