package import MessagingKit
package import SharedKernel

/// How bidders are known to the broker.
package enum IdentityProfile: String, Sendable, CaseIterable {
  /// One broker user for each bidder: the message's `user_id` must be the bidder.
  case own = "propria"
  /// All bidders of a development house share one broker user: `user_id` must be there (the broker checked it), whoever's.
  case shared = "compartilhada"
}

/// The way to the broker, and who we are there.
package struct BrokerAccess: Sendable {
  package let url: BrokerURL
  package let tls: TLSOptions?
  /// The broker's name for us: what it compares a message's `user_id` with.
  package let user: String
  package let profile: IdentityProfile

  /// - Parameter defaultUser: who we are where the address names nobody, since a certificate does.
  package init(url: BrokerURL, tls: TLSOptions?, defaultUser: String, profile: IdentityProfile) {
    (self.url, self.tls, self.profile) = (url, tls, profile)
    user = url.user.isEmpty ? defaultUser : url.user
  }

  /// Host and port.
  package var place: String { "\(url.host):\(url.port)" }

  /// What to do where nothing answers.
  package var advice: Sentence {
    let isHere = url.host.hasPrefix("127.") || ["localhost", "::1"].contains(url.host)
    return isHere
      ? Sentence(
        "Nada responde em \(place): docker compose up -d, ou scripts/up, abre uma casa aqui",
        "Nothing answers at \(place): docker compose up -d, or scripts/up, opens a house here")
      : Sentence(
        "Nada responde em \(place): é a casa certa (--broker, RABBITMQ_URL, --casa)?",
        "Nothing answers at \(place): is it the right house (--broker, RABBITMQ_URL, --house)?")
  }

  /// - Parameters:
  ///   - name: what the broker's tools show.
  ///   - exchanges: what must be there for the connection to be one.
  package func options(_ name: String, publishingTo exchanges: [String] = []) -> ConnectionOptions {
    var options = ConnectionOptions(url: url, tls: tls, name: name, language: .current)
    options.exchanges = exchanges
    return options
  }
}

extension Failure {
  /// There is no connection to the broker, for that reason.
  /// - Parameter broker: the one that was tried, for who may be about to start it or has named another; nil: not to be told.
  package static func noBroker(_ reason: String, at broker: BrokerAccess? = nil) -> Failure {
    Failure(
      .unavailable,
      said("sem contato com o broker: \(reason)", "the broker cannot be reached: \(reason)")
        + (broker.map { ". \(said($0.advice))" } ?? ""))
  }

  /// The broker was reached and would not have us, or not let us do this.
  package static func refusedByBroker(_ reason: String) -> Failure {
    Failure(.unavailable, said("o broker recusou: \(reason)", "the broker refused: \(reason)"))
  }
}
