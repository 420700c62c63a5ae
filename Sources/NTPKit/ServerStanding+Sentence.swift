package import SharedKernel

extension ServerStanding {
  /// For who wants to know why a server's word counts or does not.
  package var sentence: Sentence {
    switch self {
    case .chosen: Sentence("usado", "used")
    case .outvoted: Sentence("não usado: a maioria diz outra hora", "not used: the majority says otherwise")
    case .noMajority: Sentence("não usado: nenhuma maioria concorda", "not used: no majority agrees")
    case .untried: Sentence("ainda não perguntado", "not asked yet")
    case .waitingForTurn:
      Sentence("espera a sua vez: outro programa perguntou há pouco", "waits for its turn: another program asked lately")
    case .unresolved(let reason): reason.within({ "nome sem endereço: \($0)" }, { "name without an address: \($0)" })
    case .sameAsAnother:
      Sentence("não usado: o endereço é o de outro da lista", "not used: its address is another's of the list")
    case .unreachable(let reason): reason.within({ "fora de alcance: \($0)" }, { "out of reach: \($0)" })
    case .noAnswer: Sentence("não respondeu a tempo", "did not answer in time")
    case .refused(let reason): reason.sentence.within({ "resposta recusada: \($0)" }, { "answer refused: \($0)" })
    case .kissed(let code): code.sentence
    }
  }
}

extension ReplyCheck.Reason {
  package var sentence: Sentence {
    switch self {
    case .tooShort: Sentence("curta demais", "too short")
    case .notAServerReply: Sentence("não é a de um servidor", "not a server's")
    case .unknownVersion: Sentence("versão desconhecida do NTP", "unknown version of NTP")
    case .foreignOrigin: Sentence("não é a esta pergunta", "not to this question")
    case .timeMissing: Sentence("não diz a hora", "it states no time")
    case .serverUnsynchronized: Sentence("o servidor mesmo não está sincronizado", "the server itself is not synchronised")
    case .stratumOutOfRange: Sentence("estrato fora de 1 a 15", "stratum outside 1 to 15")
    case .rootDistanceTooLarge: Sentence("a fonte do servidor está longe demais", "the server is too far from its source")
    case .processingImplausible: Sentence("o servidor diz ter demorado demais", "the server says that it took too long")
    case .delayTooLarge: Sentence("a ida e volta demorou demais", "the round trip took too long")
    }
  }
}

extension KissCode {
  package var sentence: Sentence {
    switch self {
    case .deny, .restrict: Sentence("o servidor não nos quer atender", "the server refuses to serve us")
    case .rate: Sentence("o servidor pede menos perguntas", "the server asks for fewer questions")
    }
  }
}
