//! Writing every table into a folder, as it stood at one moment.

use super::{
    cannot,
    sheet::{Sheet, sheets},
    text::push,
};
use crate::{
    db::{
        Db, Sql, Tx,
        change::{lists_after, of_list},
    },
    error::{Error, Result},
};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{BufWriter, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Rows of one statement.
const ROWS: u32 = 1_000;

/// Writes the tables; says how many rows there are. `force` writes over the files of a folder that is not empty.
/// `progress` is told how many rows of how many are written.
pub async fn write(db: &Db, dir: &Path, force: bool, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<u64> {
    prepare(dir, force)?;
    let mut tx = Tx::begin_snapshot(db).await?;
    let (mut total, mut done) = (0, 0);
    for sheet in sheets() {
        let mut sql = Sql::new(tx.dialect());
        sql.push(format!("SELECT 0, COUNT(*) FROM {}", sheet.entity.table.name));
        total += tx.numbers(sql).await?.first().map_or(0, |(_, count)| *count as u64);
    }
    let mut parts = Vec::new();
    for sheet in sheets() {
        let mut part = Part::new(dir.join(sheet.file()))?;
        table(&mut tx, &sheet, &mut part, &mut |rows| {
            done += rows;
            progress(done, total);
        })
        .await?;
        parts.push(part);
    }
    tx.commit().await?;
    // Only now, so that nobody takes some of the tables for all.
    for part in parts {
        part.finish()?;
    }
    Ok(done)
}

fn prepare(dir: &Path, force: bool) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| cannot("make", dir, error))?;
    let mut entries = fs::read_dir(dir).map_err(|error| cannot("read", dir, error))?;
    match entries.next() {
        Some(_) if !force => Err(cannot("export to", dir, "it is not empty; --force writes over the files in it")),
        _ => Ok(()),
    }
}

async fn table(tx: &mut Tx, sheet: &Sheet, part: &mut Part, written: &mut (dyn FnMut(u64) + Send)) -> Result<()> {
    let (table, columns) = (sheet.entity.table, sheet.entity.stored());
    let mut text = String::new();
    push(columns.iter().map(|column| Some(*column)), &mut text);
    part.write(&text)?;
    let mut after = i32::MIN;
    loop {
        let sql = lists_after(tx.dialect(), table, &columns, after, ROWS);
        let rows = tx.conn().texts(sql).await?;
        let count = rows.len() as u64;
        text.clear();
        for (key, list) in rows {
            let cells = of_list(&list.unwrap_or_default())?;
            push(cells.iter().map(Option::as_deref), &mut text);
            after = key;
        }
        part.write(&text)?;
        written(count);
        if count < u64::from(ROWS) {
            return Ok(());
        }
    }
}

/// A file under a name for the time being, which is removed unless it is finished.
struct Part {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
}

impl Part {
    fn new(path: PathBuf) -> Result<Self> {
        let part = path.with_extension("csv.part");
        // One that a killed export left may be anybody's to read.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot("remove", &part, error)),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
        let file = file.map_err(|error| cannot("write", &part, error))?;
        Ok(Part { path, part, file: BufWriter::new(file) })
    }

    fn write(&mut self, text: &str) -> Result<()> {
        self.file.write_all(text.as_bytes()).map_err(|error| cannot("write", &self.part, error))
    }

    fn finish(mut self) -> Result<()> {
        let failed = |error: std::io::Error| -> Error { cannot("write", &self.part, error) };
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(failed)?;
        fs::rename(&self.part, &self.path).map_err(|error| cannot("write", &self.path, error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After `finish` it is no longer there.
        let _ = fs::remove_file(&self.part);
    }
}
