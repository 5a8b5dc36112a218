//! A folder of files to import: which file is which table, and which of its columns is which. What is wrong here is wrong with
//! every row, so it is refused before a row is read.

use super::{
    cannot,
    sheet::{Sheet, Slot, of_file, sheets},
    text::{At, Records, fields},
};
use crate::{
    error::{Error, Result},
    graphql::model::Entity,
};
use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

/// The files of a folder.
pub struct Folder {
    /// For each table its file, if there is one.
    pub(super) sources: Vec<Option<Source>>,
    /// The tables.
    pub(super) sheets: Vec<Sheet>,
    /// Files that are no table's.
    pub unread: Vec<String>,
}

/// A table's file.
pub(super) struct Source {
    /// Its name.
    pub(super) name: String,
    pub(super) file: File,
    pub(super) bytes: u64,
    pub(super) sheet: Sheet,
    /// Its columns as it spells them, and what they are.
    pub(super) columns: Vec<(String, Slot)>,
}

impl Folder {
    /// Looks at a folder's files for the tables of entities, and reads their first lines.
    pub fn open(dir: &Path, entities: &[&'static Entity]) -> Result<Self> {
        let sheets = sheets(entities);
        let mut folder = Folder { sources: sheets.iter().map(|_| None).collect(), sheets, unread: Vec::new() };
        for entry in fs::read_dir(dir).map_err(|error| cannot("read", dir, error))? {
            let path = entry.map_err(|error| cannot("read", dir, error))?.path();
            let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
            let name = name.to_string_lossy().into_owned();
            let Some(at) = of_file(&folder.sheets, &name) else {
                folder.unread.push(name);
                continue;
            };
            let (Some(sheet), Some(source)) = (folder.sheets.get(at), folder.sources.get_mut(at)) else { continue };
            if let Some(other) = source {
                return Err(Error::Setup(format!("{} and {name} are the same table: keep one of them", other.name)));
            }
            *source = Some(Source::open(&path, name, sheet.clone())?);
        }
        folder.unread.sort();
        if folder.sources.iter().all(Option::is_none) {
            let names: Vec<String> = folder.sheets.iter().map(Sheet::file).collect();
            return Err(cannot("import", dir, format!("no file of a table is in it ({})", names.join(", "))));
        }
        Ok(folder)
    }

    /// How many bytes there are to read.
    pub(super) fn bytes(&self) -> u64 {
        self.sources.iter().flatten().map(|source| source.bytes).sum()
    }
}

impl Source {
    fn open(path: &Path, name: String, sheet: Sheet) -> Result<Self> {
        let file = File::open(path).map_err(|error| cannot("read", path, error))?;
        let bytes = file.metadata().map_err(|error| cannot("read", path, error))?.len();
        let mut source = Source { name, file, bytes, sheet, columns: Vec::new() };
        let mut header = Vec::new();
        if source.records()?.next(&mut header).map_err(|error| source.unreadable(error))?.is_some() {
            source.columns = source.header(&header)?;
        }
        let lacking =
            |columns: &Vec<&str>| !source.columns.iter().any(|(_, slot)| columns.contains(&source.sheet.column(*slot)));
        let lacked = source.sheet.needed().find(lacking);
        match lacked {
            Some(columns) => Err(Error::Setup(format!("{} lacks the column {}", source.name, columns.join(" or ")))),
            None => Ok(source),
        }
    }

    fn header(&self, header: &[u8]) -> Result<Vec<(String, Slot)>> {
        let names = fields(header).ok_or_else(|| self.misquoted(1))?;
        let mut columns: Vec<(String, Slot)> = Vec::with_capacity(names.len());
        for name in names {
            let name = String::from_utf8_lossy(&name.unwrap_or_default()).into_owned();
            let known = self.sheet.entity.stored();
            let Some(slot) = self.sheet.slot(&name) else {
                let near = |column: &&&str| strsim::jaro_winkler(column, &name.to_lowercase());
                let nearest = known.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
                let hint = nearest.map(|column| format!("; did you mean {column}?")).unwrap_or_default();
                return Err(Error::Setup(format!("{} has a column that the table has not: {name:?}{hint}", self.name)));
            };
            if let Some((other, _)) = columns.iter().find(|(_, s)| self.sheet.column(*s) == self.sheet.column(slot)) {
                return Err(Error::Setup(format!("{}: {other:?} and {name:?} are the same column", self.name)));
            }
            columns.push((name, slot));
        }
        Ok(columns)
    }

    /// Its records from the first line on.
    pub(super) fn records(&self) -> Result<Records<BufReader<ReadFrom<'_>>>> {
        let input = BufReader::with_capacity(1 << 16, ReadFrom { file: &self.file, offset: 0 });
        Records::new(input).map_err(|error| self.unreadable(error))
    }

    /// One of its records again.
    pub(super) fn record(&self, at: At, length: u32) -> Result<Vec<u8>> {
        let mut record = vec![0; length as usize];
        let read = std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut record, at.offset);
        read.map_err(|error| self.unreadable(error))?;
        Ok(record)
    }

    /// How the file spells a column.
    pub(super) fn spelled(&self, column: &'static str) -> &str {
        let found = self.columns.iter().find(|(_, slot)| self.sheet.column(*slot) == column);
        found.map_or(column, |(name, _)| name)
    }

    pub(super) fn unreadable(&self, error: std::io::Error) -> Error {
        cannot("read", Path::new(&self.name), error)
    }

    /// Where records end is not known beyond a quote that is out of place, so whose the following rows are is not either.
    pub(super) fn misquoted(&self, line: u32) -> Error {
        Error::Setup(format!(
            "{}, line {line}: a quote is out of place, so it cannot be told where rows end. A field that holds a quote stands \
             in quotes, and the quote in it twice",
            self.name
        ))
    }
}

/// A file read from a place of its own.
pub(super) struct ReadFrom<'a> {
    file: &'a File,
    offset: u64,
}

impl std::io::Read for ReadFrom<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
