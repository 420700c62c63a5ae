# shellcheck shell=bash
# TCP ports of the loopback. Needs common.bash.

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: prints a port where nothing listens, below the range that the system hands out by itself.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 10000))
    if port_is_free "$port"; then
      echo "$port"
      return
    fi
  done
  warn 'nenhuma porta livre entre 20000 e 29999' 'no free port between 20000 and 29999'
  return 1
}

# listener_on PORT: names who listens there, as far as this user may see it.
listener_on() {
  local line=''
  if command -v ss >/dev/null; then line=$(ss -Hltnp "sport = :$1" 2>/dev/null | head -n 1); fi
  if [[ $line =~ \(\(\"([^\"]+)\",pid=([0-9]+) ]]; then
    printf '%s, pid %s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  else
    say 'um processo de outro usuário' 'a process of another user'
  fi
}
