# shellcheck shell=bash disable=SC2034 # `root` is for those who read this
# What every script shares: where things are, which language it speaks, and how a long step shows that it lives.

# Where it is set, `cd` may go elsewhere, and says where it went.
unset CDPATH
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
# Debian keeps rabbitmq-server and chronyd where an ordinary user's PATH does not look.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# Portuguese unless the locale is English, as the programs do; a script for developers sets `language` to en.
speaks_english() {
  case ${language:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} in en*) return 0 ;; *) return 1 ;; esac
}

# say PORTUGUESE ENGLISH [ARGUMENT…]: one line; both texts are printf formats for the same arguments.
say() {
  local text=$1
  if speaks_english; then text=$2; fi
  shift 2
  # shellcheck disable=SC2059
  printf -- "$text\n" "$@"
}

warn() { say "$@" >&2; }
fail() {
  warn "$@"
  exit 1
}

# with_progress LABEL LOG COMMAND…: runs the command with its output in LOG, and shows meanwhile the seconds and the last [n/m]
# that the log says: a line that is redrawn on a terminal, a line every 20 s elsewhere. After a failure, the end of the log.
with_progress() {
  local label=$1 log=$2 began=$SECONDS status=0 ticker
  shift 2
  : >"$log"
  show_progress "$label" "$log" &
  ticker=$!
  "$@" >>"$log" 2>&1 </dev/null 9>&- || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ "$status" -eq 0 ]; then
    printf '  %s (%d s)\n' "$label" "$((SECONDS - began))"
  else
    warn '  %s: falhou (código %d). Fim de %s:' '  %s: failed (status %d). End of %s:' "$label" "$status" "$log"
    tail -n 40 "$log" | sed 's/^/    | /' >&2
  fi
  return "$status"
}

show_progress() {
  local label=$1 log=$2 second=0 where
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    second=$((second + 1))
    where=$(tail -n 20 "$log" 2>/dev/null | sed -n 's/^\(\[[0-9]*\/[0-9]*\]\).*/\1/p' | tail -n 1)
    if [ -t 1 ]; then
      printf '\r\033[K  %s… %s %d s' "$label" "$where" "$second"
    elif [ $((second % 20)) -eq 0 ]; then
      printf '  %s… %s %d s\n' "$label" "$where" "$second"
    fi
  done
}

# await SECONDS COMMAND…: tries the command about five times a second until it succeeds; fails once the seconds have passed.
await() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$until" ]; then return 1; fi
    sleep 0.2
  done
}
