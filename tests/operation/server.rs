//! A MariaDB server of a test's own: it may be stopped, killed and set up in any way.

use crate::support::{
    options,
    process::{self, free_port, leashed, program},
    scratch, unique,
};
use medimax::{
    cli::seed,
    db::{self, Db, migrate},
};
use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// A server that is gone, with its folder, when it is dropped.
pub(crate) struct Server {
    /// Its data and its log; other files may be put there.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    options: Vec<String>,
    child: Option<Child>,
}

impl Server {
    /// Starts a server with these options besides the usual ones, and waits until it answers.
    pub(crate) async fn start(options: &[&str]) -> Self {
        let mut server = Self::prepare(options);
        server.run().await;
        server
    }

    /// A server that is not started yet.
    pub(crate) fn prepare(options: &[&str]) -> Self {
        let folder = scratch(&unique("server"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        copy(&installed(), &folder.join("data"));
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Server { folder, port: free_port(), options, child: None }
    }

    /// Starts it, again or for the first time, and waits until it answers.
    pub(crate) async fn run(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut command = leashed(&program("MEDIMAX_TEST_MARIADBD"));
        command
            .arg("--no-defaults")
            .args(as_root(&self.folder))
            .arg(format!("--datadir={}", self.folder.join("data").display()))
            .args(["--bind-address=127.0.0.1", &format!("--port={}", self.port)])
            // Relative to the data folder: an absolute path may exceed the 107 bytes that sockets allow.
            .args(["--socket=server.sock", "--pid-file=server.pid", "--skip-name-resolve", "--skip-log-bin"])
            .args(["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M", "--innodb-doublewrite=0"])
            .args(["--innodb-flush-log-at-trx-commit=2", "--performance-schema=0"])
            .args(&self.options)
            // A server that starts removes what it takes for its own leftovers: other servers' temporary tables.
            .env("TMPDIR", &self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.child = Some(command.spawn().unwrap());
        let since = Instant::now();
        while let Err(error) = db::open(&options(&self.url("information_schema"))).await {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            if ended.is_some() || since.elapsed() > process::PATIENCE {
                let log = fs::read_to_string(self.folder.join("log")).unwrap();
                panic!("the server does not answer ({error}); its log: {log}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a migrated database with demo patients, and answers its URL.
    pub(crate) async fn database(&self, patients: u64) -> String {
        let admin = db::open(&options(&self.url("information_schema"))).await.unwrap();
        admin.run("CREATE DATABASE medimax CHARACTER SET utf8mb4").await.unwrap();
        let url = self.url("medimax");
        let db: Db = db::open(&options(&url)).await.unwrap();
        migrate::up(&db, |_, _| {}).await.unwrap();
        seed::fill(&db, 794, patients, crate::support::today()).await.unwrap();
        url
    }

    /// Sends it a signal, named as `kill` names it.
    pub(crate) fn signal(&self, name: &str) {
        process::signal(self.child.as_ref().unwrap(), name);
    }

    /// Sends it a signal that ends it, and waits until it has.
    pub(crate) fn end(&mut self, name: &str) {
        self.signal(name);
        process::wait(self.child.as_mut().unwrap());
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

/// MariaDB does not run as root unless it is told to.
fn as_root(ours: &Path) -> Option<&'static str> {
    (ours.metadata().unwrap().uid() == 0).then_some("--user=root")
}

/// A fresh data folder, to be copied. It takes seconds to make, so it is kept for each version of the server; it is
/// made elsewhere and moved into place when complete.
fn installed() -> PathBuf {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let version = Command::new(program("MEDIMAX_TEST_MARIADBD")).arg("--version").output().unwrap().stdout;
        let version = String::from_utf8(version).unwrap();
        let version = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap();
        let place = scratch(&format!("mariadb-{version}"));
        if !place.is_dir() {
            let building = scratch(&unique("installing"));
            let data = building.join("data");
            fs::create_dir_all(&data).unwrap();
            let output = Command::new(program("MEDIMAX_TEST_MARIADB_INSTALL_DB"))
                .arg("--no-defaults")
                .args(as_root(&building))
                .arg(format!("--datadir={}", data.display()))
                .args(["--auth-root-authentication-method=normal", "--skip-test-db", "--force"])
                .arg("--innodb-log-file-size=4M")
                .env("TMPDIR", &building)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            // Another run may have been faster; then its folder is as good.
            let _ = fs::rename(&data, &place);
            fs::remove_dir_all(&building).unwrap();
        }
        place
    };
    PLACE.get_or_init(make).clone()
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-R").args([from, to]).status().unwrap().success());
}
