//! The file of a backup: what it says of itself, a line a row, and a digest over all of it.
//!
//! 1. A line of JSON: the version of this form, the schema's, when and from which store it was made, and each table with its
//!    columns and number of rows.
//! 2. The rows, table after table as the first line names them, each a JSON array of texts and nulls.
//! 3. `{"sha256":"…"}`: the digest of every byte before it.

use crate::{
    db::backup::{Image, Row},
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// The version of the form.
const FORM: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    medimax_backup: u32,
    /// The version of the schema.
    pub(super) schema: i32,
    /// Which kind of store it was made from.
    store: String,
    /// When it was made.
    made: String,
    /// The tables, those that others refer to first.
    pub(super) tables: Vec<Image>,
}

impl Header {
    pub(super) fn new(schema: i32, store: &str, made: DateTime<Utc>, tables: Vec<Image>) -> Self {
        let made = made.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Header { medimax_backup: FORM, schema, store: store.to_owned(), made, tables }
    }

    /// How many rows there are in all.
    pub(super) fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// What must be known of the first line before the rest of it means anything.
#[derive(Deserialize)]
struct Form {
    medimax_backup: u32,
}

/// A backup that is being written.
pub(super) struct Writing<W: Write> {
    to: BufWriter<W>,
    digest: Sha256,
    line: Vec<u8>,
}

impl<W: Write> Writing<W> {
    pub(super) fn new(to: W) -> Self {
        Writing { to: BufWriter::new(to), digest: Sha256::new(), line: Vec::new() }
    }

    /// Adds a line: the header, or a row.
    pub(super) fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.digest.update(&self.line);
        self.to.write_all(&self.line)
    }

    /// Adds the digest.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.to.write_all(end(self.digest).as_bytes())?;
        self.to.flush()
    }
}

/// The last line; every digest makes it as long.
fn end(digest: Sha256) -> String {
    format!("{{\"sha256\":\"{:x}\"}}\n", digest.finalize())
}

/// The rows of a backup.
pub(super) struct Rows {
    file: BufReader<File>,
    path: PathBuf,
    /// Where they begin.
    start: u64,
    line: Vec<u8>,
}

/// Opens a backup and reads it to its end, so that no row is taken from one that was cut short or changed.
pub(super) fn read(path: &Path) -> Result<(Header, Rows)> {
    let failed = |error| unreadable(path, &error);
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let mut line = Vec::new();
    // Something else may be one endless line.
    file.by_ref().take(1 << 20).read_until(b'\n', &mut line).map_err(failed)?;
    match serde_json::from_slice(&line) {
        Ok(Form { medimax_backup: FORM }) => {}
        Ok(_newer) => return Err(wrong(path, "this backup was made by a newer medimax: use that one")),
        Err(_other) => return Err(wrong(path, "this is no backup made by medimax")),
    }
    let damaged = || wrong(path, "the backup was cut short or changed: use another one");
    let length = file.get_ref().metadata().map_err(failed)?.len();
    let around = line.len() + end(Sha256::new()).len();
    let rows = length.checked_sub(around as u64).ok_or_else(damaged)?;
    let digest = digest_of(Sha256::new_with_prefix(&line), file.by_ref().take(rows)).map_err(failed)?;
    let mut last = Vec::new();
    file.read_to_end(&mut last).map_err(failed)?;
    if last != end(digest).as_bytes() {
        return Err(damaged());
    }
    let header = serde_json::from_slice(&line).map_err(|_other| damaged())?;
    Ok((header, Rows { file, path: path.to_owned(), start: line.len() as u64, line }))
}

impl Rows {
    /// Goes to the first row.
    pub(super) fn rewind(&mut self) -> Result<()> {
        self.file.seek(SeekFrom::Start(self.start)).map(drop).map_err(|error| unreadable(&self.path, &error))
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Row> {
        self.line.clear();
        self.file.read_until(b'\n', &mut self.line).map_err(|error| unreadable(&self.path, &error))?;
        serde_json::from_slice(&self.line).map_err(|_other| wrong(&self.path, "it is not what it was a moment ago"))
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    wrong(path, &format!("cannot be read ({error})"))
}

fn wrong(path: &Path, why: &str) -> Error {
    Error::Setup(format!("{}: {why}", path.display()))
}

fn digest_of(mut digest: Sha256, mut from: impl BufRead) -> io::Result<Sha256> {
    loop {
        let bytes = from.fill_buf()?;
        if bytes.is_empty() {
            return Ok(digest);
        }
        digest.update(bytes);
        let read = bytes.len();
        from.consume(read);
    }
}
