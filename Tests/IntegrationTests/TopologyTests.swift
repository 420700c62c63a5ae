import SuiteTesting
import Testing

/// A broker that has lost a part of the house's topology.
@Suite(.serialized) struct TopologyTests {
  private func remove(_ house: PrivateHouse, _ expression: String) async throws {
    let here = "R = fun(K, N) -> rabbit_misc:r(<<\"leilao\">>, K, N) end, "
    try await house.broker.rabbitmqctl(["eval", here + expression])
  }

  @Test func `An operator reads what is missing, and a service waits for its exchange and then goes on`() async throws {
    let house = try await PrivateHouse(running: [])
    let export = house.folder + "/export.json"
    try await house.broker.rabbitmqctl(["export_definitions", export])
    let whole = try await house.operator(["topologia", "--conferir", export])
    #expect(whole.status == 0, "\(whole)")

    try await remove(
      house,
      """
      rabbit_binding:remove({binding, R(exchange, <<"leilao">>), <<"leilao.iniciado">>, R(queue, <<"lance_realizado">>), []},
        <<"t">>).
      """)
    try await remove(house, #"rabbit_exchange:delete(R(exchange, <<"sigilo">>), false, <<"t">>)."#)
    try await house.broker.rabbitmqctl(["export_definitions", export])
    let lacking = try await house.shell("\(PrivateHouse.executables)/ms-leilao topologia --conferir - --json <\(export)")
    #expect(lacking.status == 78)
    #expect(
      lacking.output == [
        #"{"tipo":"diferenca","parte":"exchanges","nome":"sigilo","o_que":"falta"}"#,
        #"{"tipo":"diferenca","parte":"bindings","nome":"leilao lance_realizado leilao.iniciado","o_que":"falta"}"#,
        #"{"tipo":"diferenca","parte":"bindings","nome":"sigilo lance_realizado leilao.reserva","o_que":"falta"}"#,
      ], "\(lacking)")

    let (service, _) = try house.launch(.calendar)
    let told = try await service.errors.first { $0.contains("faltam no broker exchanges") ? $0 : nil }
    #expect(told.contains("WARNING") && told.contains("sigilo (404"), "\(told)")
    #expect(!service.errors.values.contains { $0.contains("pronto") })

    try await house.broker.rabbitmqctl(["import_definitions", PrivateHouse.definitions])
    _ = try await service.errors.first { $0.contains("pronto") ? $0 : nil }
    #expect(service.errors.values.count { $0.contains("faltam no broker exchanges") } == 1)
    #expect(try await house.terminate(.calendar) == .code(0))

    try await house.broker.rabbitmqctl(["export_definitions", export])
    let mended = try await house.operator(["topologia", "--conferir", export, "--definicoes", PrivateHouse.definitions])
    #expect(mended.status == 0, "\(mended)")
    let nothing = try await house.shell(
      "echo '{}' | \(PrivateHouse.executables)/ms-leilao topologia --conferir \(export) --definicoes -")
    #expect(nothing.status == 64 && nothing.errors.contains { $0.contains("nenhum vhost") }, "\(nothing)")
    let unreadable = try await house.operator(["topologia", "--conferir", "/nenhum"])
    #expect(unreadable.status == 64, "\(unreadable)")
  }
}
