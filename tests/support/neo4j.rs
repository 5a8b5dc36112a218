//! A Neo4j server of a test's own: it may be killed, frozen and started again.

use super::{
    process::{self, PATIENCE, free_port, leashed, program},
    scratch, unique,
};
use medimax::{
    graph::neo4j::{Neo4j, Options},
    schema::SHAPES,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// It becomes part of a URL.
pub(crate) const PASSWORD: &str = "medimax-test";

/// A server that is gone, with its folder, when it is dropped.
pub(crate) struct Server {
    /// Its configuration, its data and its log.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    /// How this process reaches it.
    scheme: &'static str,
    child: Option<Child>,
}

/// Lines of its configuration that let nobody in without TLS, with `private.key` and `public.crt` in its folder `certificates`.
const TLS: [&str; 6] = [
    "server.bolt.tls_level=REQUIRED",
    "dbms.ssl.policy.bolt.enabled=true",
    "dbms.ssl.policy.bolt.base_directory=certificates",
    "dbms.ssl.policy.bolt.private_key=private.key",
    "dbms.ssl.policy.bolt.public_certificate=public.crt",
    "dbms.ssl.policy.bolt.client_auth=NONE",
];

impl Server {
    /// Starts a server, set up as `scripts/lib/neo4j.sh` does it, and waits until it answers.
    pub(crate) async fn start() -> Self {
        let mut server = Self::prepare("bolt", &[]);
        server.run().await;
        server
    }

    /// The same, and nobody speaks to it without TLS; `certify` puts its key and certificate into the folder that it is given.
    pub(crate) async fn start_with_tls(certify: impl FnOnce(&Path)) -> Self {
        let mut server = Self::prepare("bolt+ssc", &TLS);
        let certificates = server.folder.join("certificates");
        fs::create_dir_all(&certificates).unwrap();
        certify(&certificates);
        server.run().await;
        server
    }

    fn prepare(scheme: &'static str, besides: &[&str]) -> Self {
        let folder = scratch(&unique("neo4j"));
        let _ = fs::remove_dir_all(&folder);
        for part in ["conf", "tmp"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        let server = Server { folder, port: free_port(), scheme, child: None };
        let conf = [
            "server.default_listen_address=127.0.0.1",
            &format!("server.bolt.listen_address=127.0.0.1:{}", server.port),
            "server.http.enabled=false",
            "server.https.enabled=false",
            "dbms.usage_report.enabled=false",
            "server.config.strict_validation.enabled=true",
            "db.transaction.timeout=60s",
            "server.memory.pagecache.size=64m",
            "db.tx_log.preallocate=false",
        ];
        let conf = [&conf[..], besides].concat();
        fs::write(server.folder.join("conf/neo4j.conf"), conf.join("\n")).unwrap();
        // Only before the first start: later the server wants the password changed at the first log-in.
        let mut command = server.java("org.neo4j.cli.AdminTool");
        command.args(["dbms", "set-initial-password", PASSWORD]);
        let set = command.env("NEO4J_HOME", &server.folder).env("NEO4J_CONF", server.folder.join("conf")).status();
        assert!(set.unwrap().success(), "{}", server.log());
        server
    }

    /// Starts it, again or for the first time, and waits until it lets us in.
    pub(crate) async fn run(&mut self) {
        let mut command = self.java("org.neo4j.server.CommunityEntryPoint");
        command.arg(format!("--home-dir={}", self.folder.display()));
        command.arg(format!("--config-dir={}", self.folder.join("conf").display())).arg("--console-mode");
        self.child = Some(command.spawn().unwrap());
        let options = Options {
            url: self.url(),
            prefix: String::new(),
            timeout: Duration::from_secs(10),
            max_connections: 1,
            ca_file: None,
            max_rows: 1,
        };
        let store = Neo4j::connect(&options, &SHAPES);
        let (store, since) = (store.unwrap(), Instant::now());
        while let Err(error) = store.state().await {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && since.elapsed() < PATIENCE, "no answer ({error}); its log: {}", self.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn java(&self, class: &str) -> Command {
        let log = File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut command = leashed(&program("MEDIMAX_TEST_JAVA"));
        command
            .arg(format!("-Djava.io.tmpdir={}", self.folder.join("tmp").display()))
            .args(["-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC"])
            // A server that is started this often is not worth the best code.
            .args(["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"])
            .args(["java.nio", "java.io", "sun.nio.ch"].map(|name| format!("--add-opens=java.base/{name}=ALL-UNNAMED")))
            .arg("-cp")
            .arg(PathBuf::from(program("MEDIMAX_TEST_NEO4J_LIB")).join("*"))
            .arg(class)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        command
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://neo4j:{PASSWORD}@127.0.0.1:{}", self.scheme, self.port)
    }

    /// Sends it a signal, named as `kill` names it.
    pub(crate) fn signal(&self, name: &str) {
        process::signal(self.child.as_ref().unwrap(), name);
    }

    /// Stops it as operators do, and waits until it has.
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        process::wait(self.child.as_mut().unwrap());
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.signal("KILL");
        process::wait(self.child.as_mut().unwrap());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
