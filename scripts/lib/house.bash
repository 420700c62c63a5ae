# shellcheck shell=bash disable=SC2034 # what stands here is for the scripts
# One house on this machine: its folders, its lock, its processes and its broker. A house is its data folder: two houses with
# different LEILAO_DATA and LEILAO_KEYS can run from the same clone.

lib=$(dirname -- "${BASH_SOURCE[0]}")
# shellcheck source=scripts/lib/common.bash
. "$lib/common.bash"
# shellcheck source=scripts/lib/packages.bash
. "$lib/packages.bash"
# shellcheck source=scripts/lib/ports.bash
. "$lib/ports.bash"
# shellcheck source=scripts/lib/processes.bash
. "$lib/processes.bash"
# shellcheck source=scripts/lib/amqp-probe.bash
. "$lib/amqp-probe.bash"
# shellcheck source=scripts/lib/broker.bash
. "$lib/broker.bash"

absolute() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s/%s\n' "$PWD" "$1" ;; esac; }

default_keys=$root/keys
LEILAO_KEYS=$(absolute "${LEILAO_KEYS:-$default_keys}")
default_data=$(dirname -- "$LEILAO_KEYS")/.leilao
LEILAO_DATA=$(absolute "${LEILAO_DATA:-$default_data}")
export LEILAO_KEYS LEILAO_DATA
run=$LEILAO_DATA/run
logs=$LEILAO_DATA/log
bin=$(absolute "${LEILAO_BIN:-$root/.build/release}")
bidders=(cliente_alpha cliente_beta)

# How many partitions the house has, from its first start on; empty where it is not partitioned. Each has a ms-lance, under its number.
partitions=''
partitions_file=$LEILAO_DATA/partitions
name_services() {
  local number
  partitions=''
  if [ -e "$partitions_file" ]; then
    partitions=$(cat -- "$partitions_file")
    [[ $partitions =~ ^([2-9]|[1-5][0-9]|6[0-4])$ ]] || fail '%s diz “%s”; aceito: de 2 a 64.' '%s says “%s”; accepted: 2 to 64.' "$partitions_file" "$partitions"
  fi
  services=(ms-leilao)
  if [ -z "$partitions" ]; then services+=(ms-lance); fi
  for ((number = 0; number < ${partitions:-0}; number++)); do services+=("ms-lance.$number"); done
  services+=(ms-notificacao)
}
name_services

# program_of SERVICE: the service's executable, after which its user at the broker is named too.
program_of() { printf '%s\n' "${1%%.*}"; }

# The house is changed by one script at a time; descriptor 9 holds the lock until the script ends.
lock_house() {
  (umask 077 && mkdir -p "$LEILAO_DATA")
  mkdir -p "$run" "$logs"
  exec 9>"$run/lock"
  if ! flock -w 1 9; then
    say 'Outro scripts/up ou scripts/down trabalha nesta casa; à espera dele.' 'Another scripts/up or scripts/down is at work on this house; waiting for it.'
    flock -w 1800 9 || fail 'O outro não terminou em 30 minutos.' 'The other one did not end within 30 minutes.'
  fi
  # what the one before has made of it
  name_services
}

# as_user USER COMMAND…: runs a program of the house under the broker's user of that name.
as_user() {
  local url
  url=$(broker_url "$1")
  shift
  RABBITMQ_URL=$url "$@" 9>&-
}

client() { as_user cliente "$bin/cliente-tui" "$@"; }
operator() { as_user operador "$bin/ms-leilao" "$@"; }

# open_auctions: prints the id and the minimum in centavos of each auction that can be bid on; fails when the house does not answer.
open_auctions() {
  local line
  client leiloes --json 2>>"$logs/up.log" </dev/null >"$run/auctions" || return 1
  while read -r line; do
    if [[ $line =~ \"status\"\ *:\ *\"ativo\" ]]; then
      printf '%s %s\n' "$(member id_leilao "$line")" "$(member minimo_centavos "$line")"
    fi
  done <"$run/auctions"
}

# member NAME OBJECT: the first value of that name in a line of JSON, without quotes.
member() {
  if [[ $2 =~ \"$1\"\ *:\ *\"?([a-z0-9-]+) ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# The tmux session that belongs to this house, if there is one: other houses and other people have theirs.
session=leilao
our_session() {
  command -v tmux >/dev/null && [ "$(tmux show-options -v -t "=$session:" @leilao_data 2>/dev/null)" = "$LEILAO_DATA" ]
}
