package import SharedKernel

extension Topology {
  /// The definitions file that RabbitMQ (3.10 and 4.x) imports at boot: JSON, the same bytes each time, for people to read.
  ///
  /// - Parameters:
  ///   - password: a user's.
  ///   - salt: four bytes for a user's password hash, which RabbitMQ writes as `base64(salt ‖ SHA-256(salt ‖ password))`.
  package func definitions(password: (String) -> String, salt: (String) -> [UInt8], hash: Hash) -> [UInt8] {
    let document = JSONWriter.object(pretty: true) { json in
      json.array("users") {
        for user in users {
          let salt = salt(user.name)
          $0.element { $0.user(user, passwordHash: salt + hash(salt + Array(password(user.name).utf8)).bytes) }
        }
      }
      json.array("vhosts") { $0.element { $0.member("name", virtualHost) } }
      json.array("permissions") {
        for user in users {
          $0.element {
            $0.member("user", user.name)
            $0.member("vhost", virtualHost)
            $0.member("configure", user.configure)
            $0.member("write", user.write)
            $0.member("read", user.read)
          }
        }
      }
      json.array("topic_permissions") {
        for user in users {
          for topic in user.topics {
            $0.element {
              $0.member("user", user.name)
              $0.member("vhost", virtualHost)
              $0.member("exchange", topic.exchange.rawValue)
              $0.member("write", topic.write)
              $0.member("read", topic.read)
            }
          }
        }
      }
      json.array("parameters") {
        $0.element {
          $0.member("vhost", virtualHost)
          $0.member("component", "vhost-limits")
          $0.member("name", "limits")
          $0.object("value") { $0.member("max-queues", maximumQueues) }
        }
      }
      json.array("policies") {
        for policy in policies { $0.element { $0.policy(policy, virtualHost) } }
      }
      json.array("exchanges") {
        for exchange in exchanges {
          $0.element {
            $0.member("name", exchange.rawValue)
            $0.member("vhost", virtualHost)
            $0.member("type", "topic")
            $0.member("durable", true)
            $0.member("auto_delete", false)
            $0.member("internal", false)
            $0.object("arguments") { _ in }
          }
        }
      }
      json.array("queues") {
        for queue in queues { $0.element { $0.queue(queue, virtualHost) } }
      }
      json.array("bindings") {
        for binding in bindings {
          $0.element {
            $0.member("source", binding.exchange.rawValue)
            $0.member("vhost", virtualHost)
            $0.member("destination", binding.queue)
            $0.member("destination_type", "queue")
            $0.member("routing_key", binding.key)
            $0.object("arguments") { _ in }
          }
        }
      }
    }
    return document + [UInt8(ascii: "\n")]
  }

  /// Salts that are the same for everyone, so that the file in the repository can be generated again and compared. They
  /// guard nothing, and need not: a development password is its user's name, on loopback.
  package static func developmentSalt(_ hash: @escaping Hash) -> (String) -> [UInt8] {
    { user in Array(hash(Array(user.utf8)).bytes.prefix(4)) }
  }
}

extension JSONWriter {
  fileprivate mutating func user(_ user: BrokerUser, passwordHash: [UInt8]) {
    member("name", user.name)
    member("password_hash", Base64.encode(passwordHash))
    member("hashing_algorithm", "rabbit_password_hashing_sha256")
    array("tags") {
      for tag in user.tags { $0.element(tag) }
    }
    object("limits") {
      $0.member("max-connections", user.maximumConnections)
      $0.member("max-channels", user.maximumChannels)
    }
  }

  fileprivate mutating func policy(_ policy: Policy, _ virtualHost: String) {
    member("vhost", virtualHost)
    member("name", policy.name)
    member("pattern", policy.pattern)
    member("apply-to", "queues")
    member("priority", 0)
    object("definition") {
      $0.member("expires", policy.expiresMilliseconds)
      $0.member("max-length", policy.maximumLength)
      $0.member("max-length-bytes", policy.maximumBytes)
      $0.member("overflow", QueueDeclaration.Overflow.dropHead.rawValue)
    }
  }

  fileprivate mutating func queue(_ queue: QueueDeclaration, _ virtualHost: String) {
    member("name", queue.name)
    member("vhost", virtualHost)
    member("durable", true)
    member("auto_delete", false)
    object("arguments") {
      for argument in queue.arguments {
        switch argument.value {
        case .text(let text): $0.member(Name(stringLiteral: argument.name), text)
        case .integer(let number): $0.member(Name(stringLiteral: argument.name), number)
        case .boolean(let flag): $0.member(Name(stringLiteral: argument.name), flag)
        }
      }
    }
  }
}
