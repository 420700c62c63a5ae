# shellcheck shell=bash disable=SC2154 # `run` and `logs` come from house.bash
# Processes that outlive the script which starts them. Each is remembered by its number, its start time and the boot it was
# started in, so that a number that the system has given to another process since is never taken for it.
# `run` holds what is remembered, `logs` what they say.

# process_identity PID: what tells this process from every other one; fails when it does not run.
process_identity() {
  local stat fields boot
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # the command's name stands in parentheses and may hold anything: what counts starts after the last one (proc(5))
  read -r -a fields <<<"${stat##*) }"
  if [ "${fields[0]}" = Z ]; then return 1; fi
  read -r boot </proc/sys/kernel/random/boot_id
  printf '%s %s %s\n' "$1" "${fields[19]}" "$boot"
}

# remember_process NAME PID
remember_process() {
  process_identity "$2" >"$run/$1.pid" || rm -f "$run/$1.pid"
}

# process_of NAME: prints the number of the process that was started under this name; fails when that one no longer runs.
process_of() {
  local known pid
  { read -r known <"$run/$1.pid"; } 2>/dev/null || return 1
  pid=${known%% *}
  if [ "$(process_identity "$pid")" != "$known" ]; then return 1; fi
  printf '%s\n' "$pid"
}

process_ended() { ! process_of "$1" >/dev/null; }

# start_process NAME COMMAND…: in a session of its own, output to its log.
start_process() {
  local name=$1
  shift
  # one older log is kept, so that a house that runs for months does not fill the disk
  if [ "$(stat -c %s "$logs/$name.log" 2>/dev/null || echo 0)" -gt 50000000 ]; then mv "$logs/$name.log" "$logs/$name.log.1"; fi
  setsid "$@" >>"$logs/$name.log" 2>&1 </dev/null 9>&- &
  remember_process "$name" $!
}

# stop_process NAME SECONDS: asks it to end, waits that long, then ends it. Fails when nothing ran under this name.
stop_process() {
  local name=$1 pid
  if ! pid=$(process_of "$name"); then
    rm -f "$run/$name.pid"
    return 1
  fi
  kill -TERM "$pid" 2>/dev/null || true
  if await "$2" process_ended "$name"; then
    say '  %s (pid %s) terminou' '  %s (pid %s) has ended' "$name" "$pid"
  else
    kill -KILL "$pid" 2>/dev/null || true
    await 5 process_ended "$name" || warn '  %s (pid %s) não termina' '  %s (pid %s) does not end' "$name" "$pid"
    say '  %s (pid %s) não terminou em %d s e foi morto' '  %s (pid %s) did not end within %d s and was killed' "$name" "$pid" "$2"
  fi
  rm -f "$run/$name.pid"
}
