import TerminalKit
import Testing

@testable import BidderClient

/// The drawings of the design, cell for cell. Lot codes are slugs and so in lower case here; how far the chain is whole was added, and
/// at 100x30 a chart with its axis stands where the design had a line of blocks and one bid more.
@Suite("The drawings of the design")
struct DesignTests {
  @Test("are what is drawn", arguments: Drawing.all)
  func drawings(_ drawing: Drawing) {
    var model = drawnModel()
    if drawing.hasBox { model.press(.character("b")) }
    // For five seconds a notice takes the place of the tiny layout's minimum.
    if drawing.rows.count < 10 { model.live.notices = Notices() }
    let size = Size(width: drawing.rows.first?.count ?? 0, height: drawing.rows.count)
    let drawn = view(model, size: size).text.map { $0.replacing("\u{a0}", with: " ") }
    for (row, (seen, wanted)) in zip(drawn, drawing.rows).enumerated() { #expect(seen == wanted, "row \(row)") }
    #expect(drawn.count == drawing.rows.count)
  }

  struct Drawing: CustomTestStringConvertible, Sendable {
    let rows: [String]
    let hasBox: Bool
    var testDescription: String { "\(rows.first?.count ?? 0)x\(rows.count)" }
    static let all = [wide, normal, narrow, tiny]

    private init(_ text: String, hasBox: Bool) {
      (rows, self.hasBox) = (text.split(separator: "\n").map { String($0.dropLast()) }, hasBox)
    }
    // Each row ends in a bar, so that blanks at its end are seen.
    static let wide = Drawing(
      """
       cliente-tui  alice                                ● conectado  fila 12 ms  relógio ±8 ms  14:32:07 |
       [1 Abertos 6, 1 aguarda]  2 Meus 4  3 Encerrados 9                  filtro: —   ordem: fecha antes |
         LOTE TÍTULO               LANCE ATUAL      TEMPO SITUAÇÃO  │ l-03 Violão Giannini 1978           |
       ★ l-01 Bicicleta Caloi 10     R$ 480,00      00:09 LIDERA    │ LANCE ATUAL        R$ 1.250,00  ▲   |
      >▼ l-03 Violão Giannini 1…   R$ 1.250,00▲     00:42 COBERTO   │ de bruno, há 3 s     (+R$ 50,00)    |
       ★ l-07 Câmera Zenit 122       R$ 310,00      03:18 LIDERA    │ TEMPO  00:42  [#######...]          |
       · l-11 Mesa de jacarandá…  R$ 12.400,00      12:55 -         │ fecha às 14:32:49                   |
       · l-12 Relógio Technos         R$ 95,00▲     47:03 -         │ Mínimo agora       R$ 1.300,00      |
       ▼ l-15 Moto CG 125 1983     R$ 3.900,00       2h14 COBERTO   │ Incremento            R$ 50,00      |
       ○ l-20 Coleção de selos …     R$ 200,00  ini 15:00 AGUARDA   │ Seu último lance   R$ 1.200,00      |
                                                                    │ Situação      ▼ COBERTO por bruno   |
                                                                    │                                     |
                                                                    │ 12 lances cadeia íntegra até 12     |
                                                                    │ 1.250,00                         ⢀⡼ |
                                                                    │                        ⢀⣀⣀⣠⠤⠤⠖⠒⠒⠒⠚  |
                                                                    │   900,00 ⣀⣀⣀⡤⠤⠤⠖⠒⠒⠒⠒⠚⠉⠉⠉            |
                                                                    │          14:17:07          14:32:04 |
                                                                    │ 14:32:04 bruno      R$ 1.250,00     |
                                                                    │ 14:31:40 você       R$ 1.200,00     |
                                                                    │ 14:31:12 carla      R$ 1.150,00     |
      ── AVISOS (6 não lidos) ──────────────────────────────────────────────────────────── n: ver todos ──|
       14:32:04 ▼ COBERTO    l-03 Violão Giannini 1978: bruno deu R$ 1.250,00 (você: R$ 1.200,00)         |
       14:31:58 ★ LIDERA     l-01 Bicicleta Caloi 10: seu lance de R$ 480,00 foi aceito                   |
       14:31:40 ★ LIDERA     l-03 Violão Giannini 1978: seu lance de R$ 1.200,00 foi aceito               |
       14:30:00 ✗ PERDIDO    l-09 Rádio Philco: arrematado por dora, R$ 260,00                            |
       14:28:11 ✓ ARREMATADO l-05 Máquina de escrever: é seu por R$ 175,00                                |
       14:25:02 i CONEXÃO    reconectado após 4 s; 3 leilões atualizados                                  |
      ────────────────────────────────────────────────────────────────────────────────────────────────────|
       Lance l-03: R$ [1.300,00_______]  = R$ 1.300,00 (mínimo)      +/- incremento  Enter envia  Esc sai |
       ↑↓ mover  b lance  + rápido  / filtrar  s ordem  f seguir  n avisos         m som  ? ajuda  q sair |
      """, hasBox: true)
    static let normal = Drawing(
      """
       cliente-tui alice                         ● conectado  relógio ±8 ms  14:32:07 |
       [1 Abertos 6, 1 aguarda] 2 Meus 4  3 Encerrados 9           ordem: fecha antes |
         LOTE TÍTULO                             LANCE ATUAL      TEMPO SITUAÇÃO      |
       ★ l-01 Bicicleta Caloi 10                   R$ 480,00      00:09 LIDERA        |
      >▼ l-03 Violão Giannini 1978               R$ 1.250,00▲     00:42 COBERTO       |
       ★ l-07 Câmera Zenit 122                     R$ 310,00      03:18 LIDERA        |
       · l-11 Mesa de jacarandá, 6 lugares      R$ 12.400,00      12:55 -             |
       · l-12 Relógio Technos                       R$ 95,00▲     47:03 -             |
       ▼ l-15 Moto CG 125 1983                   R$ 3.900,00       2h14 COBERTO       |
       ○ l-20 Coleção de selos (1900-60)           R$ 200,00  ini 15:00 AGUARDA       |
                                                                                      |
                                                                                      |
      ── l-03 Violão Giannini 1978 ────────────────────────── cadeia íntegra até 12 ──|
       LANCE ATUAL R$ 1.250,00 ▲ de bruno há 3 s             TEMPO 00:42 [#######...] |
       Mínimo agora R$ 1.300,00  inc. R$ 50,00      seu último R$ 1.200,00  ▼ COBERTO |
       Preço ▁▁▂▂▃▃▄▅▅▆▇█            14:32:04 bruno 1.250,00 | 14:31:40 você 1.200,00 |
      ── AVISOS (6 não lidos) ──────────────────────────────────────── n: ver todos ──|
       14:32:04 ▼ COBERTO l-03 Violão: bruno deu R$ 1.250,00 (você: R$ 1.200,00)      |
       14:31:58 ★ LIDERA  l-01 Bicicleta: seu lance de R$ 480,00 foi aceito           |
       14:31:40 ★ LIDERA  l-03 Violão: seu lance de R$ 1.200,00 foi aceito            |
       14:30:00 ✗ PERDIDO l-09 Rádio Philco: arrematado por dora, R$ 260,00           |
      ────────────────────────────────────────────────────────────────────────────────|
       Lance l-03: R$ [1.300,00____] = R$ 1.300,00 (mínimo)      Enter envia  Esc sai |
       ↑↓ mover  b lance  + rápido  / filtrar  s ordem  n avisos      ? ajuda  q sair |
      """, hasBox: true)
    static let narrow = Drawing(
      """
       alice                    ● ok 14:32:07 |
       1/6 abertos, 1 aguarda     6 não lidos |
       ★ l-01 Bicicleta …     480,00   00:09  |
      >▼ l-03 Violão Gia…   1.250,00▲  00:42  |
       ★ l-07 Câmera Zen…     310,00   03:18  |
       · l-11 Mesa de ja…  12.400,00   12:55  |
       · l-12 Relógio Te…      95,00▲  47:03  |
      ── l-03 ────────────────────────────────|
       R$ 1.250,00 ▲ 00:42          ▼ COBERTO |
       mín R$ 1.300,00        seu R$ 1.200,00 |
       14:32 ▼ COBERTO l-03 bruno R$ 1.250,00 |
       b lance  + rápido        ? ajuda q sai |
      """, hasBox: false)
    static let tiny = Drawing(
      """
      ● l-03 ▼ COBERTO    |
      R$ 1.250,00 ▲       |
      00:42               |
      mín 1.300,00        |
      b lance          ? q|
      """, hasBox: false)
  }
}
