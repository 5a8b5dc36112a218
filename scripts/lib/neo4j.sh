# shellcheck shell=bash
# A private Neo4j server for one run of a script: its own folder, a free port on loopback, gone at the end.
# Source common.sh and mariadb.sh first (free_port is there). Whoever calls neo4j_start must call neo4j_stop on exit.

neo4j_version=5.26.16

# It keeps nobody out, as the server holds made-up data for one run; it is here so that the tests log in as the gateway
# does. It becomes part of a URL: letters, digits and dashes.
neo4j_password=medimax-test

# neo4j_need: sets neo4j_java to a Java that this Neo4j supports and neo4j_lib to the folder of its jars, and gets what
# is missing. Maven is needed only until the jars are there.
neo4j_need() {
  # Debian's default is one of the two; which one depends on its release.
  neo4j_find_java || debian_install 'Java 17 or 21' default-jre-headless
  neo4j_find_java || die 'Java 17 or 21 is needed: set JAVA_HOME to where it is'
  neo4j_lib=$MEDIMAX_CACHE/neo4j/$neo4j_version/lib
  if [[ -d $neo4j_lib ]]; then return; fi
  has mvn || debian_install Maven maven
  neo4j_fetch
}

# neo4j_find_java: the first Java that Neo4j 5.26 is made for. One that is not the default may be installed beside it.
neo4j_find_java() {
  for neo4j_java in "${JAVA_HOME:-/nowhere}/bin/java" "$(command -v java)" /usr/lib/jvm/*/bin/java; do
    if [[ -x $neo4j_java && $("$neo4j_java" -version 2>&1) =~ \ version\ \"(17|21)[.\"-] ]]; then return; fi
  done
  return 1
}

# Neo4j comes as one dependency of an empty project. Made elsewhere and moved into place when complete, so a run that is
# cut short leaves none half done; in a subshell, whose end removes what is left of it.
neo4j_fetch() (
  mkdir -p "$MEDIMAX_CACHE/neo4j"
  building=$(mktemp -d "$MEDIMAX_CACHE/neo4j/building.XXXXXX")
  trap 'rm -rf "$building"' EXIT
  mkdir "$building/$neo4j_version"
  cat >"$building/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>medimax</groupId>
  <artifactId>neo4j</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.neo4j</groupId>
      <artifactId>neo4j</artifactId>
      <version>$neo4j_version</version>
    </dependency>
  </dependencies>
</project>
XML
  # A repository of its own: a shared one takes harm from two runs at once, and would keep every jar a second time.
  # The plugin is named in full, or its version would depend on Maven's.
  printf 'fetching Neo4j %s from Maven Central\n' "$neo4j_version"
  mvn --batch-mode --quiet --strict-checksums -Dmaven.wagon.http.retryHandler.count=3 \
    -Dmaven.repo.local="$building/repository" --file "$building/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$building/$neo4j_version/lib" </dev/null ||
    die 'Maven could not fetch Neo4j'
  # Another run may have been faster; then its folder is as good.
  mv -T "$building/$neo4j_version" "$MEDIMAX_CACHE/neo4j/$neo4j_version" 2>/dev/null || true
  [[ -d $neo4j_lib ]] || die "could not make $neo4j_lib"
)

# neo4j_start FOLDER OPTION...: starts a server behind the caller's back. Options that begin with a dash are Java's, the
# others are lines of neo4j.conf. Sets neo4j_port and neo4j_pid at once; neo4j_wait tells when it answers.
neo4j_start() {
  neo4j_folder=$1
  shift
  mkdir -p "$neo4j_folder/conf" "$neo4j_folder/tmp"
  neo4j_port=$(free_port)

  # What a killed Java leaves in its folder for temporary files is to go with this one. Out of memory it ends, and is
  # missed, instead of going on in part. The rest is as in Neo4j's own start script.
  local option java=("$neo4j_java" "-Djava.io.tmpdir=$neo4j_folder/tmp" -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError
    -Dfile.encoding=UTF-8 --add-opens=java.base/{java.nio,java.io,sun.nio.ch}"=ALL-UNNAMED")
  {
    # Bolt on loopback and no other door; nothing is reported to Neo4j's makers; a misspelt setting is an error.
    printf '%s\n' server.default_listen_address=127.0.0.1 "server.bolt.listen_address=127.0.0.1:$neo4j_port" \
      server.http.enabled=false server.https.enabled=false \
      dbms.usage_report.enabled=false server.config.strict_validation.enabled=true
    # As in docker-compose.yml: a transaction that its client lost sight of holds its locks no longer than this, which
    # is far more than an honest one takes.
    printf '%s\n' db.transaction.timeout=60s
    for option; do
      if [[ $option != -* ]]; then printf '%s\n' "$option"; fi
    done
  } >"$neo4j_folder/conf/neo4j.conf"
  for option; do
    if [[ $option == -* ]]; then java+=("$option"); fi
  done
  java+=(-cp "$neo4j_lib/*")

  # The leash and the process group: see mariadb_start.
  local leash=()
  if has setpriv; then leash=(setpriv --pdeathsig KILL --); fi
  set -m
  {
    # The password can be set only before the first start: later the server wants it changed at the first log-in.
    NEO4J_HOME=$neo4j_folder NEO4J_CONF=$neo4j_folder/conf \
      "${java[@]}" org.neo4j.cli.AdminTool dbms set-initial-password "$neo4j_password" &&
      kill -0 $$ && # the leash holds from now on, but not backwards
      # Console mode: what it says goes to our log too, not only to its own.
      exec "${leash[@]}" "${java[@]}" org.neo4j.server.CommunityEntryPoint \
        --home-dir="$neo4j_folder" --config-dir="$neo4j_folder/conf" --console-mode
  } </dev/null >"$neo4j_folder/log" 2>&1 &
  neo4j_pid=$!
  set +m
}

# neo4j_wait: returns once a log-in and a query are answered (an open port is not enough).
neo4j_wait() {
  local deadline=$((SECONDS + 240))
  until neo4j_answers; do
    if ! kill -0 "$neo4j_pid" 2>/dev/null; then neo4j_give_up 'did not start'; fi
    if ((SECONDS > deadline)); then neo4j_give_up 'does not answer'; fi
    sleep 0.2
  done
}

# neo4j_answers: logs in and asks `RETURN 1`, over the protocol that the tests use. Spoken by hand, as that takes a few
# bytes: the jars hold no client to run, and one in Java would need seconds of processor time for each try.
neo4j_answers() (
  exec {bolt}<>"/dev/tcp/127.0.0.1/$neo4j_port" || exit 1
  {
    # The magic number, and the versions that would do: 4.4 and no other.
    printf '\x60\x60\xb0\x17\0\0\x04\x04\0\0\0\0\0\0\0\0\0\0\0\0'
    # HELLO, RUN, and PULL all rows. They are sent together: after an error the server ignores what follows.
    bolt_message "\xb1\x01\xa4$(bolt_strings user_agent medimax/0 scheme basic principal neo4j \
      credentials "$neo4j_password")"
    bolt_message "\xb3\x10$(bolt_strings 'RETURN 1')\xa0\xa0"
    bolt_message "\xb1\x3f\xa1$(bolt_strings n)\xff"
  } >&"$bolt"
  # The first of RECORD [1], which is what we wait for, and FAILURE. Messages end in zeros, which are grep's line ends
  # here: it need not wait for the server to hang up.
  record=$'\xb1\x71\x91\x01' failure=$'\xb1\x7f'
  [[ $(LC_ALL=C timeout 10 grep -azom1 -e "$record" -e "$failure" <&"$bolt" | tr -d '\0') == "$record" ]]
) 2>/dev/null

# bolt_strings STRING...: as Bolt writes short ones, in printf's escapes.
bolt_strings() {
  local string
  for string; do printf '\\xd0\\x%02x%s' ${#string} "$string"; done
}

# bolt_message ESCAPES: a message between its length and the two zeros that end it.
bolt_message() {
  local LC_ALL=C message length # characters are bytes
  printf -v message %b "$1"
  printf -v length '\\x%02x' ${#message}
  printf '%b' "\\0$length" "$message" '\0\0'
}

neo4j_give_up() {
  tail -n 40 "$neo4j_folder/log" >&2
  neo4j_stop
  die "the private Neo4j server $1; its last words are above"
}

# neo4j_stop: ends the server, if one was started. It is killed, not shut down: its folder goes with it.
neo4j_stop() {
  if [[ -z ${neo4j_pid:-} ]]; then return 0; fi # the 0, as in a trap it would be the status from before
  kill -KILL -- "-$neo4j_pid" 2>/dev/null || true
  # The shell reports a killed job on standard error; here that is no news.
  { wait "$neo4j_pid" || true; } 2>/dev/null
  neo4j_pid=
}
