# shellcheck shell=bash disable=SC2154 # `root`, `run` and `logs` come from house.bash
# The house's broker: the container of docker-compose.yml where a Docker engine answers, otherwise a RabbitMQ node of the
# house's own in its data folder. `run/broker` remembers its kind (docker, node, or found: somebody else's) and its AMQP port.

broker_kind=''
broker_port=''

broker_recall() { { read -r broker_kind broker_port <"$run/broker"; } 2>/dev/null; }
broker_remember() {
  broker_kind=$1
  broker_port=$2
  printf '%s %s\n' "$1" "$2" >"$run/broker"
}

# What the broker imports: a partitioned house's are made by its ms-leilao.
definitions=$root/scripts/broker/definitions.json
make_definitions() {
  definitions=$LEILAO_DATA/definitions.json
  "$bin/ms-leilao" topologia --particoes "$partitions" >"$definitions.new" && mv -f -- "$definitions.new" "$definitions"
}

# broker_ready PORT: whether a broker is there that is made for this house: whole, or partitioned.
broker_ready() {
  case $(amqp_probe "$1") in
    leilao | idle | busy) [ -z "$partitions" ] ;;
    divided) [ -n "$partitions" ] ;;
    *) return 1 ;;
  esac
}

# broker_url USER: where a program finds the broker; a development user's password is its name.
broker_url() {
  if [ -n "${given_url:-}" ]; then
    printf '%s\n' "$given_url"
  else
    printf 'amqp://%s:%s@127.0.0.1:%s/leilao\n' "$1" "$1" "$broker_port"
  fi
}

docker_answers() { [ "${LEILAO_BROKER:-}" != node ] && docker info >/dev/null 2>&1; }

compose() {
  local command
  read -r -a command <<<"$(compose_command)"
  LEILAO_DEFINITIONS=$definitions LEILAO_PORT=$broker_port LEILAO_MANAGEMENT_PORT=$((broker_port + 10000)) "${command[@]}" --project-directory "$root" -f "$root/docker-compose.yml" "$@"
}

# broker_start: finds or starts a broker, and leaves broker_kind and broker_port set.
broker_start() {
  local wanted=${LEILAO_PORT:-5672} found
  if [ -n "${RABBITMQ_URL:-}" ]; then
    given_url=$RABBITMQ_URL
    broker_kind=given
    say 'Broker: o de RABBITMQ_URL; nada foi iniciado.' 'Broker: the one of RABBITMQ_URL; nothing was started.'
    return
  fi
  if broker_recall; then
    if broker_ready "$broker_port"; then
      say 'Broker: já roda na porta %s (%s).' 'Broker: runs already on port %s (%s).' "$broker_port" "$broker_kind"
      return
    fi
    # what still runs of the house knows the broker by its port
    wanted=$broker_port
  fi

  found=$(amqp_probe "$wanted")
  # of a broker that does not say whether it is in use, only this clone's own container is taken
  # and none for a partitioned house, which nobody else's broker is made for
  if [ -z "$partitions" ] && { [ "$found" = idle ] || { [ "$found" = leilao ] && container_exists; }; }; then
    broker_remember found "$wanted"
    say 'Broker: o que já está na porta %s é de uma casa, e ninguém o usa; fica com esta.' \
      'Broker: the one on port %s is made for a house, and nobody uses it; this house takes it.' "$wanted"
    return
  fi
  if [ "$found" != free ]; then
    say 'A porta %s está ocupada: %s (%s).' 'Port %s is taken: %s (%s).' "$wanted" "$(listener_on "$wanted")" "$(found_words "$found")"
    wanted=$(free_port)
    say 'O broker desta casa usa a porta %s.' 'The broker of this house uses port %s.' "$wanted"
  fi
  # a container that somebody started by hand is not moved to another port
  if docker_answers && { [ "$broker_kind" = docker ] || ! container_exists; } && start_container "$wanted"; then return; fi
  start_node "$wanted"
}

found_words() {
  case $1 in
    other) say 'não fala AMQP' 'does not speak AMQP' ;;
    rabbitmq) say 'um RabbitMQ sem o vhost ou os usuários da casa' 'a RabbitMQ without the vhost or the users of a house' ;;
    leilao | idle | busy | divided) say 'o broker de outra casa' 'the broker of another house' ;;
  esac
}

container_exists() { docker_answers && compose_command >/dev/null && [ -n "$(compose ps -q 2>/dev/null)" ]; }

start_container() {
  ensure_packages "$logs/apt.log" docker-compose
  broker_port=$1
  if with_progress "RabbitMQ (docker-compose)" "$logs/docker.log" compose up -d && await 180 broker_ready "$1"; then
    broker_remember docker "$1"
    say 'Broker: contêiner, porta %s.' 'Broker: container, port %s.' "$1"
  else
    warn 'O contêiner não ficou pronto (%s); a casa tenta com um nó próprio.' 'The container did not get ready (%s); trying a node of its own.' "$logs/docker.log"
    compose down >>"$logs/docker.log" 2>&1 || true
    return 1
  fi
}

start_node() {
  local distribution epmd
  ensure_packages "$logs/apt.log" rabbitmq-server
  distribution=$(free_port)
  epmd=$(free_port)
  # the bounds of the container's broker are this one's too; ports and paths are its own
  grep -vE '^(listeners|management|load_definitions|loopback_users)' "$root/scripts/broker/rabbitmq.conf" >"$run/rabbitmq.conf"
  # remembered first: what fails half way is stopped by scripts/down too
  broker_remember node "$1"
  with_progress "RabbitMQ" "$logs/broker.log" "$root/scripts/broker/private-node" start "$LEILAO_DATA/broker" --port "$1" \
    --dist-port "$distribution" --epmd-port "$epmd" --definitions "$definitions" --config "$run/rabbitmq.conf"
  await 60 broker_ready "$1" || fail 'O nó não aceita a casa na porta %s; veja %s.' 'The node does not take the house on port %s; see %s.' "$1" "$LEILAO_DATA/broker"
  say 'Broker: nó próprio em %s, porta %s.' 'Broker: a node of its own in %s, port %s.' "$LEILAO_DATA/broker" "$1"
}

# broker_stop: stops what broker_start started; messages stay where they are. Fails when there was nothing to stop, ends the script
# when it does not stop.
broker_stop() {
  broker_recall || return 1
  case $broker_kind in
    found)
      rm -f "$run/broker"
      return 1
      ;;
    docker) with_progress "RabbitMQ (docker-compose down)" "$logs/docker.log" compose down || broker_stays ;;
    node) with_progress "RabbitMQ" "$logs/broker.log" "$root/scripts/broker/private-node" stop "$LEILAO_DATA/broker" || broker_stays ;;
  esac
  rm -f "$run/broker"
}

broker_stays() {
  fail 'O broker não parou; o resto sim. Chame scripts/down de novo.' 'The broker has not stopped; everything else has. Call scripts/down again.'
}
