package import SharedKernel

/// How the clock stands, for logs, screens and the signed record of what the time rests on.
package struct ClockReport: Sendable, Hashable {
  package var status: Reading.Status
  /// As a reading would state it now.
  package var uncertaintyMicroseconds: Int64
  /// What a reading would say now, in Unix microseconds.
  package var unixMicroseconds: Int64
  /// The system's clock minus this one: told, and used for nothing.
  package var systemOffsetMicroseconds: Int64
  /// Since servers last agreed; nil if they never have.
  package var ageMicroseconds: Int64?
  /// In the order they were named.
  package var servers: [ServerReport]
  /// Why the anchor could not be kept, if it could not.
  package var anchorProblem: Sentence?

  package init(
    status: Reading.Status, uncertaintyMicroseconds: Int64, unixMicroseconds: Int64 = 0, systemOffsetMicroseconds: Int64 = 0,
    ageMicroseconds: Int64?, servers: [ServerReport], anchorProblem: Sentence?
  ) {
    (self.unixMicroseconds, self.systemOffsetMicroseconds) = (unixMicroseconds, systemOffsetMicroseconds)
    (self.status, self.uncertaintyMicroseconds, self.ageMicroseconds) = (status, uncertaintyMicroseconds, ageMicroseconds)
    (self.servers, self.anchorProblem) = (servers, anchorProblem)
  }

  /// What a reading would say now.
  package var reading: Reading {
    Reading(unixMicroseconds: unixMicroseconds, uncertaintyMicroseconds: uncertaintyMicroseconds, status: status)
  }
}

/// What is known of one server.
package struct ServerReport: Sendable, Hashable {
  package var server: NTPServer
  /// Numeric, with the port; nil until the name was resolved.
  package var address: String?
  /// The last eight polls, newest in the lowest bit, set where answered well.
  package var reachability: UInt8
  /// Its best sample of those; nil where it has none.
  package var sample: SampleReport?
  package var standing: ServerStanding

  package init(server: NTPServer, address: String?, reachability: UInt8, sample: SampleReport?, standing: ServerStanding) {
    (self.server, self.address, self.reachability, self.sample, self.standing) = (server, address, reachability, sample, standing)
  }
}

/// One server's word in numbers.
package struct SampleReport: Sendable, Hashable {
  /// The server's time minus this clock's.
  package var offsetMicroseconds: Int64
  package var delayMicroseconds: Int64
  package var dispersionMicroseconds: Int64
  /// Half-width of what it claims, grown since.
  package var uncertaintyMicroseconds: Int64
  /// Since the answer came.
  package var ageMicroseconds: Int64
  package var stratum: UInt8

  package init(
    offsetMicroseconds: Int64, delayMicroseconds: Int64, dispersionMicroseconds: Int64, uncertaintyMicroseconds: Int64,
    ageMicroseconds: Int64, stratum: UInt8
  ) {
    (self.offsetMicroseconds, self.delayMicroseconds) = (offsetMicroseconds, delayMicroseconds)
    (self.dispersionMicroseconds, self.uncertaintyMicroseconds) = (dispersionMicroseconds, uncertaintyMicroseconds)
    (self.ageMicroseconds, self.stratum) = (ageMicroseconds, stratum)
  }
}

/// Whether a server's word counts, and why not.
package enum ServerStanding: Sendable, Hashable {
  case chosen
  /// A majority of the servers says otherwise.
  case outvoted
  /// No majority agrees on anything.
  case noMajority
  /// Not asked yet.
  case untried
  /// Not asked yet, because another program of this user asked there lately, or was told to ask less.
  case waitingForTurn
  /// Its name has no address: the resolver's reason.
  case unresolved(Sentence)
  /// All its addresses are other servers' too; nobody votes twice.
  case sameAsAnother
  /// The system could not send to it or was told that nobody listens: the system's reason.
  case unreachable(Sentence)
  /// It did not answer in time.
  case noAnswer
  /// Its answer was of no use.
  case refused(ReplyCheck.Reason)
  /// It told us to stop, or to slow down.
  case kissed(KissCode)
}

extension ServerStanding {
  /// For machines, and never another for the same.
  package var code: String {
    switch self {
    case .chosen: "usado"
    case .outvoted: "vencido"
    case .noMajority: "sem_maioria"
    case .untried: "nao_perguntado"
    case .waitingForTurn: "espera_vez"
    case .unresolved: "sem_endereco"
    case .sameAsAnother: "repetido"
    case .unreachable: "fora_de_alcance"
    case .noAnswer: "sem_resposta"
    case .refused(let reason): "recusado:\(reason.code)"
    case .kissed(.deny): "kod:DENY"
    case .kissed(.restrict): "kod:RSTR"
    case .kissed(.rate): "kod:RATE"
    }
  }
}

extension ReplyCheck.Reason {
  fileprivate var code: String {
    switch self {
    case .tooShort: "curta"
    case .notAServerReply: "modo"
    case .unknownVersion: "versao"
    case .foreignOrigin: "origem"
    case .timeMissing: "sem_hora"
    case .serverUnsynchronized: "sem_sincronia"
    case .stratumOutOfRange: "estrato"
    case .rootDistanceTooLarge: "distancia"
    case .processingImplausible: "processamento"
    case .delayTooLarge: "atraso"
    }
  }
}
