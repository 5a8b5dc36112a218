//! `medimax backup`: the relational store as one file, while others go on writing.

use super::{
    archive::{Header, Writing},
    database_url, open_filled,
    progress::Progress,
    say, unreachable,
};
use crate::{
    config::Config,
    db::{
        Db, Dialect,
        backup::{Row, Whole},
    },
    error::{Error, Result},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

pub(super) fn command() -> Command {
    Command::new("backup")
        .about("Write every row of the database into a file, while gateways serve")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(clap::value_parser!(PathBuf))
                .required(true)
                .help("Where to; `-` is standard output"),
        )
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help("Take the place of a FILE that exists"))
}

/// What a program that SIGPIPE ends leaves in a shell: whoever read the backup went away before its end.
const CUT_SHORT: u8 = 141;

pub(super) async fn run(config: &Config, args: &ArgMatches) -> Result<ExitCode> {
    let Some(path) = args.get_one::<PathBuf>("file") else { return Err(Error::Internal("no FILE".into())) };
    if path == Path::new("-") {
        return to_standard_output(&open_filled(&config.database(database_url(config)?)).await?).await;
    }
    if path.exists() && !args.get_flag("force") {
        return Err(Error::Setup(format!("{} exists: name another file, or say --force", path.display())));
    }
    if is_store(config, path)? {
        let path = path.display();
        return Err(Error::Setup(format!("{path} is the store that is to be backed up: name another file")));
    }
    let db = open_filled(&config.database(database_url(config)?)).await?;
    let started = std::time::Instant::now();
    let partial = Partial::new(path).map_err(failed(path))?;
    let rows = write(&db, &partial.file, &failed(path)).await?;
    partial.keep(path).map_err(failed(path))?;
    say(&format!("Wrote {rows} rows into {} in {:.1} s.", path.display(), started.elapsed().as_secs_f64()))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a path leads to the embedded store, or to a file beside it that belongs to it.
fn is_store(config: &Config, path: &Path) -> Result<bool> {
    let url = database_url(config)?;
    let Some(file) = url.strip_prefix("sqlite://") else { return Ok(false) };
    let place = |path: &Path| fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
    let stored = ["", "-wal", "-shm"].map(|part| place(Path::new(&format!("{file}{part}"))));
    Ok(place(path).is_some_and(|place| stored.contains(&Some(place))))
}

async fn to_standard_output(db: &Db) -> Result<ExitCode> {
    let gone = AtomicBool::new(false);
    let failed = |error: io::Error| {
        gone.fetch_or(error.kind() == io::ErrorKind::BrokenPipe, Ordering::Relaxed);
        Error::Setup(format!("standard output cannot be written: {error}"))
    };
    match write(db, io::stdout(), &failed).await {
        Ok(_rows) => Ok(ExitCode::SUCCESS),
        Err(_) if gone.load(Ordering::Relaxed) => Ok(ExitCode::from(CUT_SHORT)),
        Err(error) => Err(error),
    }
}

/// Writes a backup, and says how many rows are in it.
async fn write(db: &Db, to: impl Write, failed: &impl Fn(io::Error) -> Error) -> Result<u64> {
    let store = match db.dialect() {
        Dialect::MariaDb => "MariaDB",
        Dialect::Sqlite => "SQLite",
    };
    let mut whole = Whole::reading(db).await.map_err(unreachable)?;
    let (version, tables) = (whole.version().await?, whole.images().await?);
    let header = Header::new(version, store, chrono::Utc::now(), tables);
    let mut writing = Writing::new(to);
    writing.line(&header).map_err(failed)?;
    let (total, mut done) = (header.rows(), 0);
    let progress = Progress::new("Backup", "rows", total);
    for table in &header.tables {
        let end = done + table.rows;
        let page = |rows: Vec<Row>| {
            done += rows.len() as u64;
            progress.at(done, total);
            rows.iter().try_for_each(|row| writing.line(row)).map_err(failed)
        };
        whole.each(table, page).await?;
        if done != end {
            return Err(Error::Internal(format!("the rows of {} changed while they were read", table.name)));
        }
    }
    writing.end().map_err(failed)?;
    Ok(total)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |error| Error::Setup(format!("{} cannot be written: {error}", path.display()))
}

/// A file that is not whole yet, under a name that says so; it is gone when it is dropped.
struct Partial {
    path: PathBuf,
    file: File,
}

impl Partial {
    fn new(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let path = PathBuf::from(name);
        // One that was killed leaves it behind.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Patients' data: for the owner's eyes.
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Partial { path, file })
    }

    /// Gives it its name once it is on the disk, and sees that the name is, too.
    fn keep(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After `keep` there is none.
        let _ = fs::remove_file(&self.path);
    }
}
