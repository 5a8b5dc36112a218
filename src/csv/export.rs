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
    error::Result,
    graphql::model::Entity,
};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{BufWriter, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Rows of one statement.
const ROWS: u32 = 1_000;

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// The rows.
    pub rows: u64,
    /// The cells that a spreadsheet would run as formulas.
    pub formulas: u64,
}

/// Writes the tables of entities. `force` writes over the files of a folder that is not empty. `progress` is told how many rows of how
/// many are written. What was made is removed again if it does not come to its end.
pub async fn write(
    db: &Db,
    entities: &[&'static Entity],
    dir: &Path,
    force: bool,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Written> {
    let mut made = Made::default();
    made.folder(dir)?;
    is_free(dir, force)?;
    let mut tx = Tx::begin_snapshot(db).await?;
    let (mut total, mut written) = (0, Written::default());
    for sheet in sheets(entities) {
        let mut sql = Sql::new(tx.dialect());
        sql.push(format!("SELECT 0, COUNT(*) FROM {}", sheet.entity.table.name));
        total += tx.numbers(sql).await?.first().map_or(0, |(_, count)| *count as u64);
    }
    let mut parts = Vec::new();
    for sheet in sheets(entities) {
        let mut part = Part::new(dir.join(sheet.file()))?;
        table(&mut tx, &sheet, &mut part, &mut |rows, formulas| {
            written.rows += rows;
            written.formulas += formulas;
            progress(written.rows, total);
        })
        .await?;
        parts.push(part);
    }
    tx.commit().await?;
    // Only now, so that nobody takes some of the tables for all.
    parts.iter_mut().try_for_each(Part::sync)?;
    parts.iter().try_for_each(|part| part.rename(&mut made))?;
    made.keep();
    Ok(written)
}

/// What an export made itself; it is removed when this is dropped.
#[derive(Default)]
struct Made {
    /// The innermost first.
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    /// Makes a folder, and those above it that are missing.
    fn folder(&mut self, dir: &Path) -> Result<()> {
        let missing = dir.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        self.folders = missing.take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|error| cannot("make", dir, error))
    }

    fn keep(mut self) {
        self.folders.clear();
        self.files.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        // A folder that has been given something else meanwhile is not empty, and stays.
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn is_free(dir: &Path, force: bool) -> Result<()> {
    let mut entries = fs::read_dir(dir).map_err(|error| cannot("read", dir, error))?;
    match entries.next() {
        Some(_) if !force => Err(cannot("export to", dir, "it is not empty; --force writes over the files in it")),
        _ => Ok(()),
    }
}

async fn table(tx: &mut Tx, sheet: &Sheet, part: &mut Part, written: &mut (dyn FnMut(u64, u64) + Send)) -> Result<()> {
    let (table, columns) = (sheet.entity.table, sheet.entity.stored());
    let mut text = String::new();
    push(columns.iter().map(|column| Some(*column)), &mut text);
    part.write(&text)?;
    let mut after = i32::MIN;
    loop {
        let sql = lists_after(tx.dialect(), table, &columns, after, ROWS);
        let rows = tx.conn().texts(sql).await?;
        let count = rows.len() as u64;
        let mut formulas = 0;
        text.clear();
        for (key, list) in rows {
            let cells = of_list(&list.unwrap_or_default())?;
            formulas += cells.iter().flatten().filter(|cell| is_formula(cell)).count() as u64;
            push(cells.iter().map(Option::as_deref), &mut text);
            after = key;
        }
        part.write(&text)?;
        written(count, formulas);
        if count < u64::from(ROWS) {
            return Ok(());
        }
    }
}

/// Whether a spreadsheet takes a cell for a formula. A number is one in spreadsheets and here.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err()
}

/// A file under a name for the time being, which is removed unless it gets its own.
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

    fn sync(&mut self) -> Result<()> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| cannot("write", &self.part, error))
    }

    /// Gives the file its own name.
    fn rename(&self, made: &mut Made) -> Result<()> {
        let is_new = !self.path.exists();
        fs::rename(&self.part, &self.path).map_err(|error| cannot("write", &self.path, error))?;
        made.files.extend(is_new.then(|| self.path.clone()));
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After `rename` it is no longer there.
        let _ = fs::remove_file(&self.part);
    }
}

#[cfg(test)]
mod tests {
    use super::is_formula;

    #[test]
    fn a_formula_is_what_a_spreadsheet_would_run() {
        for cell in ["=1+1", "+49 30 1", "-x", "@SUM(A1)", "\t=1", "-1-1"] {
            assert!(is_formula(cell), "{cell}");
        }
        for cell in ["", "-5", "+1.5e3", "1-1", " =1", "2024-05-01"] {
            assert!(!is_formula(cell), "{cell}");
        }
    }
}
