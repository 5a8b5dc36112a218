# shellcheck shell=bash
# A private MariaDB server for one run of a script: its own folder, a free port on loopback, gone at the end.
# Source common.sh first. Whoever calls mariadb_start must call mariadb_stop on exit.

# mariadb_find: sets mariadb_server and mariadb_install_db to the programs' paths; fails where there are none.
mariadb_find() {
  mariadb_server=$(command -v mariadbd) && mariadb_install_db=$(command -v mariadb-install-db)
}

# mariadb_need: finds the server and its client, and installs them when they are missing.
mariadb_need() {
  if mariadb_find && has mariadb; then return; fi
  # The core packages: the programs alone, without the service that the full package would set up and start.
  debian_install 'MariaDB' mariadb-server-core mariadb-client-core
  mariadb_find || die 'MariaDB is installed, but mariadbd or mariadb-install-db is not on the PATH'
}

# mariadb_start FOLDER OPTION...: starts a server behind the caller's back. Sets mariadb_port and mariadb_pid at once;
# mariadb_wait tells when it answers.
mariadb_start() {
  mariadb_folder=$1
  shift
  mkdir -p "$mariadb_folder"
  mariadb_port=$(free_port)

  # MariaDB refuses to run as root unless told to.
  local as_user=()
  if ((EUID == 0)); then as_user=(--user=root); fi

  # Where the kernel offers it: a script that is killed outright, and so runs no trap, takes its server along.
  local leash=()
  if has setpriv; then leash=(setpriv --pdeathsig KILL --); fi

  # Job control gives the server a process group of its own: Ctrl-C in the terminal does not reach it before the trap
  # does, and one kill ends all of it, be it still in the hands of mariadb-install-db.
  set -m
  {
    # The "normal" way in: root from loopback, without a password. Force: even where no host name can be looked up.
    "$mariadb_install_db" --no-defaults "${as_user[@]}" --datadir="$mariadb_folder/data" \
      --auth-root-authentication-method=normal --skip-test-db --force &&
      kill -0 $$ && # the leash holds from now on, but not backwards
      # The socket's path is relative to the data folder: an absolute one may exceed the 107 bytes that sockets allow.
      # A server that starts removes what it takes for its own leftovers: others' temporary tables in the same folder.
      exec "${leash[@]}" "$mariadb_server" --no-defaults "${as_user[@]}" --datadir="$mariadb_folder/data" \
        --tmpdir="$mariadb_folder" \
        --bind-address=127.0.0.1 --port="$mariadb_port" --socket=server.sock --pid-file=server.pid \
        --skip-name-resolve --skip-log-bin --lower-case-table-names=0 \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci "$@"
  } </dev/null >"$mariadb_folder/log" 2>&1 &
  mariadb_pid=$!
  set +m
}

# mariadb_wait: returns once a query answers (an open port is not enough).
mariadb_wait() {
  local deadline=$((SECONDS + 180))
  until mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --port="$mariadb_port" --user=root --password= \
    --execute='DO 1' </dev/null >/dev/null 2>&1; do
    if ! kill -0 "$mariadb_pid" 2>/dev/null; then mariadb_give_up 'did not start'; fi
    if ((SECONDS > deadline)); then mariadb_give_up 'does not answer'; fi
    sleep 0.2
  done
}

mariadb_give_up() {
  tail -n 40 "$mariadb_folder/log" >&2
  mariadb_stop
  die "the private MariaDB server $1; its last words are above"
}

# mariadb_stop: ends the server, if one was started. It is killed, not shut down: its folder goes with it.
mariadb_stop() {
  if [[ -z ${mariadb_pid:-} ]]; then return; fi
  kill -KILL -- "-$mariadb_pid" 2>/dev/null || true
  # The shell reports a killed job on standard error; here that is no news.
  { wait "$mariadb_pid" || true; } 2>/dev/null
  mariadb_pid=
}

# free_port: a port that nothing listens on, below the range from which the kernel hands out ports by itself.
free_port() {
  local port
  while port=$((10000 + RANDOM % 20000)); do
    if ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  done
  printf '%s\n' "$port"
}
