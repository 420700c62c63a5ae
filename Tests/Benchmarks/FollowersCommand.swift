import ArgumentParser
import AuctionWire
import MessagingKit
import ServiceKit
import SharedKernel
import SuiteTesting

/// How many deliveries a second many followers of one auction get, and how many the broker alone would bring them.
struct FollowersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seguidores",
    abstract: said(
      "Muitos seguidores de um leilão, ao lado do que o broker sozinho entrega.",
      "Many followers of one auction, beside what the broker alone delivers."),
    discussion: said(
      """
      Cada seguidor tem a sua fila e conta o que chega; um em cada cem verifica as assinaturas. \
      Depois os mesmos blocos são publicados mais uma vez, sem a casa, às mesmas filas: a \
      razão diz quanto a casa custa. Os limites de filas e canais do broker são tirados.
      """,
      """
      Each follower has a queue and counts what comes; one in a hundred verifies signatures. \
      Then the same blocks are published once more, without the house, to the same queues: \
      the ratio tells what the house costs. The broker's limits of queues and channels are \
      lifted.
      """),
    aliases: ["followers"])

  @Option(
    help: ArgumentHelp(said("Quantos seguidores; várias vezes.", "How many followers; several times."), valueName: "N"))
  var followers: [Int] = [1, 100, 1_000]
  @Option(help: ArgumentHelp(said("Lances por medida.", "Bids in a run."), valueName: "N")) var bids: Int = 10_000
  @Option(help: ArgumentHelp(said("Quantas vezes.", "How often."), valueName: "N")) var runs: Int = 5
  @Flag(help: ArgumentHelp(said("Uma linha de JSON por medida.", "A line of JSON for each run."))) var json = false

  func validate() throws {
    try checkRanges(
      [("--bids", bids, 100...90_000), ("--runs", runs, 1...100)]
        + followers.map({ ("--followers", $0, 1...5_000) }))
  }

  func run() async throws {
    let house = try await BenchHouse(bidders: 64, keys: .ed25519)
    try await house.house.broker.rabbitmqctl(["-q", "clear_vhost_limits", "-p", "leilao"])
    try await house.house.broker.rabbitmqctl(["-q", "clear_user_limits", "cliente", "all"])
    for count in followers {
      var ratios: [Double] = []
      for number in 0..<runs {
        let pair = try await BenchOptions.whole { try await measure(house, followers: count, number: number) }
        ratios.append(pair.ratio)
        tell(json ? pair.json : pair.text)
      }
      if !json { tell("  \(count): \(said("mediana das razões", "median of the ratios")) \(hundredths(ratios.median))") }
    }
  }

  /// Once with the house, once the same blocks without it.
  private func measure(_ house: BenchHouse, followers count: Int, number: Int) async throws -> FanOut {
    let load = Load(bids: bids, auctions: 1, bidders: house.voices.count, key: .ed25519, rate: nil)
    let run = LoadRun(load, mode: "seguidores-\(count)", house: house, number: number)
    guard let auction = run.auctions.first else { throw NotWhole(description: "nothing to follow") }
    let audience = try await Audience(house, of: auction, count: count)
    let figure = try await run.measure(before: audience)
    let blocks = audience.blocks
    audience.forget()
    let alone = try await say(blocks, to: audience, of: house)
    await audience.leave()
    return FanOut(
      followers: count, bids: bids, blocks: blocks.count, bytes: blocks.reduce(0) { $0 + $1.count }, seconds: figure.seconds,
      secondsAlone: alone)
  }

  /// Seconds until everybody has had what was published straight to where ms-notificacao publishes.
  private func say(_ blocks: [[UInt8]], to audience: Audience, of house: BenchHouse) async throws -> Double {
    let connection = try await house.connect("sem a casa", as: "ms_notificacao", waiting: blocks.count)
    let messages = blocks.enumerated().map { number, body in
      Publishing(
        exchange: Exchange.notificacoes.rawValue, routingKey: RoutingKey.auction(audience.auction), isMandatory: false,
        properties: MessageProperties(
          contentType: Envelope.contentType, messageID: "\(audience.auction):\(number + 1)",
          correlationID: audience.auction.text, isPersistent: true), body: body)
    }
    let began = ContinuousClock.now
    connection.publish(messages) { _, _ in }
    let ended = try await audience.heard(blocks.count)
    await connection.close(within: .zero)
    return began.duration(to: ended) / .seconds(1)
  }
}

/// What one run with so many followers measured.
private struct FanOut {
  let followers: Int
  let bids: Int
  let blocks: Int
  /// Of all blocks, once.
  let bytes: Int
  let seconds: Double
  let secondsAlone: Double

  /// Deliveries a second with the house, of those that the broker alone brings.
  var ratio: Double { secondsAlone / seconds }
  private var deliveries: Double { Double(blocks * followers) }
  private var megabytes: Double { Double(bytes * followers) / 1_000_000 }

  var text: String {
    func rate(_ seconds: Double) -> String { "\(Int(deliveries / seconds))/s, \(Int(megabytes / seconds)) MB/s" }
    return
      "\(followers) \(said("seguidores", "followers")), \(bids) \(said("lances em", "bids in")) \(blocks) "
      + "\(said("blocos", "blocks")): \(said("entregas", "deliveries")) \(rate(seconds)); "
      + "\(said("só o broker", "the broker alone")) \(rate(secondsAlone)); \(said("razão", "ratio")) \(hundredths(ratio))"
  }

  var json: String {
    var line = JSONLine()
    line.add("mode", "seguidores")
    line.add("followers", Int64(followers))
    line.add("bids", Int64(bids))
    line.add("blocks", Int64(blocks))
    line.add("block_bytes", Int64(bytes))
    line.add("milliseconds", Int64(seconds * 1_000))
    line.add("milliseconds_alone", Int64(secondsAlone * 1_000))
    line.add("ratio_permille", Int64((ratio * 1_000).rounded()))
    return line.text
  }
}
