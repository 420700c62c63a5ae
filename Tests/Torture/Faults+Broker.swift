import AuctionWire
import SuiteTesting

extension Fault {
  static let brokers = [
    Fault("broker-kill", "o broker morre (kill -9) e volta", "the broker dies (kill -9) and comes back") { scene in
      try await scene.moment()
      try await scene.broker.kill9()
      scene.beginMending()
      try await scene.broker.restart()
    },
    Fault("broker-restart", "o broker é reiniciado em ordem", "the broker is restarted in order") { scene in
      try await scene.moment()
      try await scene.broker.stop()
      scene.beginMending()
      try await scene.broker.restart()
    },
    Fault("memory-alarm", "o broker sem memória (alarme)", "the broker out of memory (alarm)") { random in
      var setting = Setting()
      setting.lasting = 45
      let pause = random.interval(500...8_000)
      return (
        setting,
        { scene in
          try await scene.moment()
          try await scene.broker.rabbitmqctl(["set_vm_memory_high_watermark", "0.00001"])
          try await Task.sleep(for: .milliseconds(pause))
          scene.beginMending()
          try await scene.broker.rabbitmqctl(["set_vm_memory_high_watermark", "0.4"])
        }
      )
    },
    Fault("connections-closed", "o operador fecha todas as conexões", "the operator closes every connection") { scene in
      for _ in 0..<scene.draw({ $0.interval(1...3) }) {
        try await scene.moment()
        try await scene.broker.rabbitmqctl(["close_all_connections", "--vhost", "leilao", "tortura"])
      }
    },
    Fault("queue-deleted", "uma fila de um serviço é apagada e refeita", "a service's queue is deleted and made again") {
      random in
      var setting = Setting()
      let queue = random.pick([Queue.lanceRealizado, .notificacao, .msLeilao])
      setting.loses = queue
      return (
        setting,
        { scene in
          try await scene.moment()
          let probe = try BrokerProbe(port: scene.broker.port, user: Tap.user, password: Tap.user, virtualHost: "leilao")
          try probe.deleteQueue(queue.rawValue)
          let pause = scene.draw { $0.interval(200...3_000) }
          try await Task.sleep(for: .milliseconds(pause))
          scene.beginMending()
          try await scene.broker.rabbitmqctl(["import_definitions", PrivateHouse.definitions])
        }
      )
    },
  ]
}
