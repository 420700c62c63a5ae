import AuctionCore
import AuctionFacts
import AuctionSigning
import AuctionWire
import JournalKit
import ServiceKit
import SharedKernel
import SigningKit

/// Checks ms-leilao's journal against itself: all entries are replayed, each under the signature of the one who may say it.
struct CalendarAudit {
  private let journal: JournalReader
  private let keys: KeyRing
  private var recorded = RecordedCalendar(Calendar(scribe: .unsigned))
  private var commands: Int64 = 0
  private var statements: Int64 = 0
  private var strangers: Int64 = 0
  private var compacted: Int64 = 0

  init(_ journal: JournalReader, keys: KeyRing) { (self.journal, self.keys) = (journal, keys) }

  mutating func run(progress: (Int64) -> Void) throws -> JournalTally {
    let (entries, turns) = try journal.forEachTurn(progress: progress) { try replay($0) }
    let pending = try OutboxAudit(journal, keys: keys, speaker: HousePrincipal.msLeilao).run()
    var tally = JournalTally()
    tally.add("entradas", said("entradas relidas", "entries replayed"), entries)
    tally.add("turnos", said("turnos", "turns"), turns)
    tally.add("comandos_assinados", said("comandos com a assinatura de um operador", "commands signed by an operator"), commands)
    tally.add(
      "sem_chave", said("comandos de chaves que já não estão na pasta", "commands under keys that are no longer in the folder"),
      strangers)
    tally.add("comandos_compactados", said("comandos de que ficou a resposta", "commands of which the answer is left"), compacted)
    tally.add("avisos", said("avisos com a assinatura de ms-lance", "statements signed by ms-lance"), statements)
    tally.add("por_enviar", said("mensagens por enviar", "messages to be sent"), pending)
    return tally
  }

  private mutating func replay(_ turn: RecordedTurn) throws {
    for entry in turn.entries {
      try check(entry, at: turn.clock)
      do {
        _ = try recorded.replay(entry, at: turn.clock)
      } catch {
        let reason = Sentence(of: error)
        throw journalProblem(
          "a entrada \(entry.number) não se lê (\(reason.portuguese))", "entry \(entry.number) cannot be read (\(reason.english))"
        )
      }
    }
  }

  private mutating func check(_ entry: Entry, at turn: ClockReading) throws {
    switch try CalendarInput(entry) {
    case .command(let evidence, _, _):
      let envelope = try Envelope(evidence)
      // Operators' keys are not in this journal: one whose public half is gone from the folder cannot be asked any more.
      guard keys.members[envelope.keyID] != nil else { return strangers += 1 }
      guard let member = keys.check(envelope.keyID, envelope.signature, over: envelope.preAuthenticationEncoding),
        member.owner.role == .operator
      else { throw notSigned(entry) }
      guard member.stood(at: turn) else {
        throw journalProblem(
          "a entrada \(entry.number) é um comando sob uma chave que já não valia quando ele foi aceito",
          "entry \(entry.number) is a command under a key that did not stand any more when it was taken")
      }
      commands += 1
    case .statement(let evidence):
      guard HouseStatement(recorded: evidence.bytes, by: HousePrincipal.msLance, keys: keys) != nil else {
        throw notSigned(entry)
      }
      statements += 1
    case .answeredBefore: compacted += 1
    case .filed, .tick, .restored, .resumed, .closed: break
    }
  }

  private func notSigned(_ entry: Entry) -> Failure {
    journalProblem(
      "a entrada \(entry.number) não tem a assinatura de quem podia dizer isso",
      "entry \(entry.number) is not signed by one who may say that")
  }
}

extension CalendarScribe {
  /// For who only reads a journal: statements have their digests, and nobody's signature.
  static var unsigned: CalendarScribe {
    @Sendable func spell(_ statement: some WireValue) -> Sealed {
      // The scheduling travels in the opening, which must be readable: enveloped, but under no signature.
      statement.enveloped(keyID: SHA256.of([])) { _ in [UInt8](repeating: 0, count: 64) }.sealed { SHA256.of($0) }
    }
    return CalendarScribe(
      scheduling: { spell($0) }, opening: { spell($0) }, notice: { spell($0) }, answer: { spell($0) }, reserve: { spell($0) },
      passedOn: { spell($0) }, commitment: { $0.reserveDigest(to: $1, nonce: $2) })
  }
}
