# shellcheck shell=bash
# Asks a port on the loopback who is there, in AMQP 0-9-1 spoken by bash alone, because this must work before anything is built.

# amqp_probe PORT prints one word:
#   free       nothing listens
#   other      something listens that does not speak AMQP 0-9-1
#   rabbitmq   an AMQP broker without the house's user or vhost
#   leilao     a broker of a house; how busy it is, it does not say
#   divided    a broker of a partitioned house
#   idle       a broker of a house that nobody consumes from
#   busy       a broker of a house at work
amqp_probe() (
  exec 2>/dev/null
  exec 3<>"/dev/tcp/127.0.0.1/$1" || { echo free; exit; }
  printf 'AMQP\0\0\011\001' >&3
  amqp_expect 000a000a || { echo other; exit; }                                                           # connection.start
  amqp_send 0000 "000a000b00000000$(amqp_short PLAIN)$(amqp_plain ms_lance ms_lance)$(amqp_short en_US)"  # start-ok
  amqp_expect 000a001e || { echo rabbitmq; exit; }                                                        # tune
  amqp_send 0000 "000a001f${arguments}"                                                                   # tune-ok, as offered
  amqp_send 0000 "000a0028$(amqp_short leilao)0000"                                                       # open
  amqp_expect 000a0029 || { echo rabbitmq; exit; }                                                        # open-ok
  amqp_send 0001 0014000a00                                                                               # channel.open
  amqp_expect 0014000b || { echo leilao; exit; }
  amqp_send 0001 "0032000a0000$(amqp_short lance_realizado)0100000000"                                    # queue.declare, passive
  if ! amqp_expect 0032000b; then
    amqp_send 0002 0014000a00
    amqp_expect 0014000b || { echo leilao; exit; }
    amqp_send 0002 "0032000a0000$(amqp_short lance_realizado.0)0100000000"
    if amqp_expect 0032000b; then echo divided; else echo leilao; fi
    exit
  fi
  if [ "${arguments: -8}" = 00000000 ]; then echo idle; else echo busy; fi
  amqp_send 0000 000a003200c80000000000                                                                   # connection.close
  amqp_expect 000a0033 || true
)

# amqp_expect METHOD: reads one frame from descriptor 3 and leaves what follows the method in `arguments`, in hex.
amqp_expect() {
  local header size
  header=$(amqp_read 7)
  [[ $header =~ ^01[0-9a-f]{12}$ ]] || return 1
  size=$((16#${header:6}))
  [ "$size" -le 65536 ] || return 1
  arguments=$(amqp_read $((size + 1)))
  [[ $arguments == "$1"*ce ]] || return 1
  arguments=${arguments:8:-2}
}

amqp_read() { timeout 5 dd bs=1 count="$1" <&3 | amqp_hex; }
amqp_hex() { od -An -v -tx1 | tr -d ' \n'; }
amqp_short() { printf '%02x%s' "${#1}" "$(printf %s "$1" | amqp_hex)"; }
amqp_plain() { printf '%08x00%s00%s' $((${#1} + ${#2} + 2)) "$(printf %s "$1" | amqp_hex)" "$(printf %s "$2" | amqp_hex)"; }

# amqp_send CHANNEL PAYLOAD: one method frame, both in hex.
amqp_send() {
  local frame
  frame=$(printf '01%s%08x%sce' "$1" $((${#2} / 2)) "$2")
  printf '%b' "$(printf %s "$frame" | sed 's/../\\x&/g')" >&3
}
