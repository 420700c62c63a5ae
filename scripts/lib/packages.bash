# shellcheck shell=bash disable=SC2034,SC2154 # `root` comes from common.bash, `build_packages` goes to the scripts
# What the project needs of the system, by the names that Debian and Ubuntu give it.

build_packages=(librabbitmq-dev libssl-dev libsodium-dev libncurses-dev libsqlite3-dev pkg-config)

# has_package NAME: is what this package brings here, wherever it came from?
has_package() {
  case $1 in
    librabbitmq-dev) has_library librabbitmq "$1" ;;
    libssl-dev) has_library libcrypto "$1" ;;
    libsodium-dev) has_library libsodium "$1" ;;
    libncurses-dev) has_library ncursesw "$1" ;;
    libsqlite3-dev) has_library sqlite3 "$1" ;;
    python3-yaml) has_python_module yaml ;;
    python3-*) has_python_module "${1#python3-}" ;;
    chrony) command -v chronyd >/dev/null ;;
    locales) [ -e /usr/share/i18n/locales/pt_BR ] && command -v localedef >/dev/null ;;
    docker-compose) compose_command >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

has_library() {
  if command -v pkg-config >/dev/null; then pkg-config --exists "$1"; else dpkg-query -L "$2" >/dev/null 2>&1; fi
}

# The Python that the system's packages extend, not one that a version manager put before it.
python() {
  if [ -x /usr/bin/python3 ]; then /usr/bin/python3 "$@"; else python3 "$@"; fi
}
has_python_module() { python -c "import $1" >/dev/null 2>&1; }

# compose_command: prints how Docker Compose is called here.
compose_command() {
  if docker compose version >/dev/null 2>&1; then
    echo 'docker compose'
  elif command -v docker-compose >/dev/null; then
    echo docker-compose
  else
    return 1
  fi
}

# ensure_packages LOG NAME…: installs those that are missing; root is asked for only then.
ensure_packages() {
  local log=$1 package missing=() as_root=()
  shift
  for package in "$@"; do
    if ! has_package "$package"; then missing+=("$package"); fi
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi

  say 'Faltam: %s' 'Missing: %s' "${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    fail 'Aqui não há apt-get. Instale o que falta (os nomes são os do Debian) e chame de novo.' \
      'There is no apt-get here. Install what is missing (the names are Debian'\''s) and call again.'
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      fail 'Como root: %s %s' 'As root: %s %s' "$root/scripts/lib/apt-install" "${missing[*]}"
    fi
    say 'A instalação precisa de root (sudo).' 'Installing needs root (sudo).'
    sudo -v
    as_root=(sudo)
  fi
  with_progress "apt-get install ${missing[*]}" "$log" "${as_root[@]}" "$root/scripts/lib/apt-install" "${missing[@]}"

  for package in "${missing[@]}"; do
    has_package "$package" || fail '%s foi instalado e ainda falta.' '%s was installed and is still missing.' "$package"
  done
}
