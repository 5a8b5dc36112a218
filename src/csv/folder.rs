//! A folder of files to import: which file is which table, and which of its columns is which. What is wrong here is wrong with
//! every row, so it is refused before a row is read.

use super::{
    cannot,
    mapping::recipe::Recipe,
    sheet::{Sheet, Slot, of_file, sheets},
    text::{At, Records, fields},
    theirs::Theirs,
};
use crate::{
    error::{Error, Result},
    graphql::{clock::Clock, model::Entity},
};
use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
    sync::Arc,
};

/// The files of a folder.
pub struct Folder {
    /// The files that rows come from.
    pub(super) files: Vec<Arc<Input>>,
    /// What rows come from: in the order of the tables, those of each in the order in which they are to be read.
    pub(super) sources: Vec<Source>,
    /// The tables.
    pub(super) sheets: Vec<Sheet>,
    /// The keys of another system, where the files are another system's.
    pub(super) theirs: Theirs,
    /// When it is, where that is known.
    pub(super) clock: Option<Clock>,
    /// Files and columns that are not read and columns of ours that stay empty, each in words with the reason.
    pub unread: Vec<String>,
}

/// A file.
pub(super) struct Input {
    /// Its name.
    pub(super) name: String,
    file: File,
    pub(super) bytes: u64,
    /// Its columns.
    pub(super) header: Vec<String>,
}

/// Rows of one of our tables, in a file.
pub(super) struct Source {
    pub(super) input: Arc<Input>,
    /// The table, as a place in the list of tables.
    pub(super) at: usize,
    pub(super) sheet: Sheet,
    /// Columns of the rows as the file spells them, and what they are.
    pub(super) columns: Vec<(String, Slot)>,
    /// How rows are made of records of another system. Without, a record is a row, and has these columns.
    pub(super) recipe: Option<Recipe>,
}

impl Folder {
    /// Looks at a folder's files for the tables of entities, and reads their first lines.
    pub fn open(dir: &Path, entities: &[&'static Entity]) -> Result<Self> {
        let sheets = sheets(entities);
        let (mut sources, mut unread): (Vec<Source>, Vec<String>) = (Vec::new(), Vec::new());
        for (path, name) in csv_files(dir)? {
            let Some((at, sheet)) = of_file(&sheets, &name).and_then(|at| Some((at, sheets.get(at)?))) else {
                unread.push(format!("Not read: {name} (not a file of a table)"));
                continue;
            };
            if let Some(other) = sources.iter().find(|source| source.at == at) {
                return Err(Error::Setup(format!(
                    "{} and {name} are the same table: keep one of them",
                    other.input.name
                )));
            }
            sources.push(Source::of_ours(Arc::new(Input::open(&path, name)?), at, sheet)?);
        }
        sources.sort_by_key(|source| source.at);
        if sources.is_empty() {
            let names: Vec<String> = sheets.iter().map(Sheet::file).collect();
            return Err(cannot("import", dir, format!("no file of a table is in it ({})", names.join(", "))));
        }
        let files = sources.iter().map(|source| source.input.clone()).collect();
        Ok(Folder { files, sources, sheets, theirs: Theirs::default(), unread, clock: None })
    }

    /// How many bytes there are to read.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// The files of a folder with their names, by name.
pub(super) fn csv_files(dir: &Path) -> Result<Vec<(std::path::PathBuf, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| cannot("read", dir, error))? {
        let path = entry.map_err(|error| cannot("read", dir, error))?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
        files.push((path.clone(), name.to_string_lossy().into_owned()));
    }
    files.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok(files)
}

impl Input {
    /// Opens a file and reads its first line.
    pub(super) fn open(path: &Path, name: String) -> Result<Self> {
        let file = File::open(path).map_err(|error| cannot("read", path, error))?;
        let bytes = file.metadata().map_err(|error| cannot("read", path, error))?.len();
        let mut input = Input { name, file, bytes, header: Vec::new() };
        let mut header = Vec::new();
        if input.records()?.next(&mut header).map_err(|error| input.unreadable(error))?.is_some() {
            let names = fields(&header).ok_or_else(|| input.misquoted(1))?.into_iter();
            input.header = names.map(|name| String::from_utf8_lossy(&name.unwrap_or_default()).into_owned()).collect();
        }
        Ok(input)
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

impl Source {
    /// A file that has our columns.
    fn of_ours(input: Arc<Input>, at: usize, sheet: &Sheet) -> Result<Self> {
        let mut source = Source { input, at, sheet: sheet.clone(), columns: Vec::new(), recipe: None };
        source.columns = source.header()?;
        let lacking =
            |columns: &Vec<&str>| !source.columns.iter().any(|(_, slot)| columns.contains(&source.sheet.column(*slot)));
        let lacked = source.sheet.needed().find(lacking);
        match lacked {
            Some(columns) => {
                Err(Error::Setup(format!("{} lacks the column {}", source.input.name, columns.join(" or "))))
            }
            None => Ok(source),
        }
    }

    fn header(&self) -> Result<Vec<(String, Slot)>> {
        let file = &self.input.name;
        let mut columns: Vec<(String, Slot)> = Vec::with_capacity(self.input.header.len());
        for name in &self.input.header {
            let known = self.sheet.entity.stored();
            let Some(slot) = self.sheet.slot(name) else {
                let near = |column: &&&str| strsim::jaro_winkler(column, &name.to_lowercase());
                let nearest = known.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
                let hint = nearest.map(|column| format!("; did you mean {column}?")).unwrap_or_default();
                return Err(Error::Setup(format!("{file} has a column that the table has not: {name:?}{hint}")));
            };
            if let Some((other, _)) = columns.iter().find(|(_, s)| self.sheet.column(*s) == self.sheet.column(slot)) {
                return Err(Error::Setup(format!("{file}: {other:?} and {name:?} are the same column")));
            }
            columns.push((name.clone(), slot));
        }
        Ok(columns)
    }

    /// How the file spells a column.
    pub(super) fn spelled(&self, column: &'static str) -> &str {
        let found = self.columns.iter().find(|(_, slot)| self.sheet.column(*slot) == column);
        found.map_or(column, |(name, _)| name)
    }

    /// How many fields a record has.
    pub(super) fn width(&self) -> usize {
        self.input.header.len()
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
