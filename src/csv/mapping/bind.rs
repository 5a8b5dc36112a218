//! A mapping and a folder: which file and which column is which. What the mapping does not take is told.

use super::{
    check::{MappedColumn, MappedTable, Mapping},
    form::{LookUp, OneOrMore, Steps, ValueForm},
    recipe::{Found, From, Make, Recipe},
    spelling::Spelling,
};
use crate::{
    csv::{
        cannot,
        folder::{Folder, Input, Source, csv_files},
        row::kind_of_slot,
        sheet::{Sheet, Slot, plain, table_of},
        text::fields,
        theirs::{Mark, Theirs, canonical},
    },
    error::{Error, Result},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::Arc,
};

/// The files of a folder, and what a mapping takes of them.
struct Binding {
    /// By the name of their table.
    files: BTreeMap<String, Arc<Input>>,
    /// The columns that are taken.
    used: BTreeSet<(String, usize)>,
    looked_up: BTreeMap<LookUp, Arc<Found>>,
    wrong: Vec<(usize, String)>,
    notes: Vec<String>,
}

impl Folder {
    /// Looks at a folder's files for the tables that a mapping names, and reads their first lines.
    pub fn mapped(dir: &Path, mapping: Mapping) -> Result<Self> {
        let named: BTreeSet<String> = mapping
            .tables
            .iter()
            .flat_map(|table| {
                let lookups = table.columns.iter().flat_map(|column| lookups(&column.steps));
                [plain_name(&table.from)].into_iter().chain(lookups.map(|lookup| plain_name(&lookup.file)))
            })
            .collect();
        let mut binding = Binding {
            files: BTreeMap::new(),
            used: BTreeSet::new(),
            looked_up: BTreeMap::new(),
            wrong: Vec::new(),
            notes: Vec::new(),
        };
        let mut unread = Vec::new();
        for (path, name) in csv_files(dir)? {
            match table_of(&name).map(plain).filter(|table| named.contains(table)) {
                Some(table) => {
                    if let Some(other) = binding.files.get(&table) {
                        let why = format!("{} and {name} are the same table: keep one of them", other.name);
                        return Err(Error::Setup(why));
                    }
                    binding.files.insert(table, Arc::new(Input::open(&path, name)?));
                }
                None => {
                    let left =
                        mapping.leave.iter().find(|(left, _)| Some(plain_name(left)) == table_of(&name).map(plain));
                    unread.push(match left {
                        Some((_, why)) => format!("Not read: {name} ({why})"),
                        None => format!("Not read: {name} (the mapping names no such file)"),
                    });
                }
            }
        }
        let mut sources = Vec::new();
        for table in &mapping.tables {
            if let (Some(input), Some(sheet)) =
                (binding.files.get(&plain_name(&table.from)).cloned(), mapping.sheets.get(table.sheet))
            {
                sources.extend(binding.source(input, table, sheet, &mapping)?);
            }
        }
        if sources.is_empty() && binding.wrong.is_empty() {
            let names: BTreeSet<&str> = mapping.tables.iter().map(|table| table.from.as_str()).collect();
            let names: Vec<String> = names.into_iter().map(|name| format!("{name}.csv")).collect();
            return Err(cannot(
                "import",
                dir,
                format!("no file that the mapping names is in it ({})", names.join(", ")),
            ));
        }
        binding.wrong.sort();
        binding.wrong.dedup();
        let wrong: Vec<String> =
            binding.wrong.iter().map(|(line, why)| format!("{}, line {line}: {why}", mapping.name)).collect();
        if !wrong.is_empty() {
            return Err(Error::Setup(wrong.join("\n")));
        }
        // Several tables may take the same column.
        let mut told = BTreeSet::new();
        unread.extend(binding.notes.drain(..).filter(|note| told.insert(note.clone())));
        unread.extend(binding.unused(&mapping.leave));
        let mut files: Vec<Arc<Input>> = Vec::new();
        for source in &sources {
            if !files.iter().any(|file| Arc::ptr_eq(file, &source.input)) {
                files.push(source.input.clone());
            }
        }
        let theirs = Theirs::of(mapping.keys);
        Ok(Folder { files, sources, sheets: mapping.sheets, theirs, unread, clock: None })
    }
}

impl Binding {
    fn source(
        &mut self,
        input: Arc<Input>,
        table: &MappedTable,
        sheet: &Sheet,
        mapping: &Mapping,
    ) -> Result<Option<Source>> {
        let known = self.wrong.len();
        // Without these columns there is nothing that could come.
        let (mut only, mut each, mut lacking) = (Vec::new(), None, Vec::new());
        for (column, texts) in &table.only {
            match self.place(&input, column) {
                Some(at) => only.push((at, texts.clone())),
                None => lacking.push(column),
            }
        }
        if let Some((column, paths)) = &table.each {
            each = self.place(&input, column).map(|at| (at, paths.clone()));
            lacking.extend(each.is_none().then_some(column));
        }
        if let Some(column) = lacking.first() {
            self.notes.push(format!("Not filled: {} ({} has no column {column})", sheet.entity.table.name, input.name));
            return Ok(None);
        }
        let (mut columns, mut values, mut key) = (Vec::new(), Vec::new(), 0);
        for column in &table.columns {
            let ours = sheet.column(column.slot);
            let names = theirs(&column.steps);
            let lacks = |name: &&&str| !input.header.iter().any(|known| plain(known.trim()) == plain(name.trim()));
            let lacking: Vec<&str> = names.iter().filter(lacks).copied().collect();
            let (ours_in_full, file) = (format!("{}.{ours}", sheet.entity.table.name), &input.name);
            let Some(make) = self.make(&input, column, &column.steps)? else {
                if sheet.needed().any(|needed| needed.contains(&ours)) {
                    for name in lacking {
                        self.column(&input, name, column.line);
                    }
                } else {
                    let names = lacking.join(", ");
                    self.notes.push(format!("Not filled: {ours_in_full} ({file} has no column {names})"));
                }
                continue;
            };
            if !lacking.is_empty() {
                let names = lacking.join(", ");
                self.notes.push(format!("Filled without {names}: {ours_in_full} ({file} has no such column)"));
            }
            if matches!(column.slot, Slot::Key) {
                key = values.len();
            }
            let list = || each.as_ref().and_then(|(at, _)| input.header.get(*at)).cloned();
            let is_item = column.steps.item.is_some() || matches!(column.slot, Slot::Key);
            let spelled = list().filter(|_| is_item).unwrap_or_else(|| match theirs(&column.steps).join(", ") {
                names if names.is_empty() => ours.to_owned(),
                names => names,
            });
            columns.push((spelled, column.slot));
            values.push(make);
        }
        if self.wrong.len() > known {
            return Ok(None);
        }
        let recipe =
            Recipe { table: table.keys, once: table.once, only, each, key, values, zone: mapping.zone.clone() };
        Ok(Some(Source { input, at: table.sheet, sheet: sheet.clone(), columns, recipe: Some(recipe) }))
    }

    /// How a value is made; `None` where the file has no column for it.
    fn make(&mut self, input: &Arc<Input>, column: &MappedColumn, steps: &Steps) -> Result<Option<Make>> {
        let from = match (&steps.constant, &steps.item) {
            (Some(text), _) => From::Constant(text.clone()),
            (None, Some(OneOrMore(paths))) => From::Item(paths.clone()),
            (None, None) => {
                let names = steps.column.iter().chain(steps.join.iter().flatten());
                let columns = names.filter_map(|name| self.place(input, name)).collect();
                From::Columns(columns, steps.with.clone().unwrap_or_else(|| " ".to_owned()))
            }
        };
        let otherwise = match &steps.otherwise {
            Some(form) => self.make(input, column, &form.0)?.map(Box::new),
            None => None,
        };
        if let (From::Columns(columns, _), None) = (&from, &otherwise)
            && columns.is_empty()
        {
            return Ok(None);
        }
        let mut lookups = Vec::new();
        for lookup in steps.lookup.iter().flat_map(|lookups| &lookups.0) {
            lookups.extend(self.look_up(lookup, column.line)?);
        }
        let words = |words: &BTreeMap<String, String>| {
            words.iter().map(|(theirs, ours)| (theirs.trim().to_lowercase(), ours.clone())).collect()
        };
        Ok(Some(Make {
            from,
            paths: steps.path.as_ref().map(|OneOrMore(paths)| paths.clone()).unwrap_or_default(),
            lookups,
            words: steps.values.as_ref().map(words),
            shape: steps.shape,
            digits: steps.digits.unwrap_or(2),
            country: steps.country.clone(),
            spelling: kind_of_slot(column.slot).map_or(Spelling::Same, Spelling::of_kind),
            otherwise,
            table: column.keys,
        }))
    }

    /// The place of a column that must be there.
    fn column(&mut self, input: &Arc<Input>, name: &str, line: usize) -> Option<usize> {
        let place = self.place(input, name);
        if place.is_none() {
            let hint = super::near(name, input.header.iter().map(String::as_str));
            self.wrong.push((line, format!("{} has no column {name:?}{hint}", input.name)));
        }
        place
    }

    fn place(&mut self, input: &Arc<Input>, name: &str) -> Option<usize> {
        let place = input.header.iter().position(|known| plain(known.trim()) == plain(name.trim()))?;
        self.used.insert((input.name.clone(), place));
        Some(place)
    }

    /// A column of another file, by another of its columns: read once, however many values ask for it.
    fn look_up(&mut self, lookup: &LookUp, line: usize) -> Result<Option<Arc<Found>>> {
        if let Some(found) = self.looked_up.get(lookup) {
            return Ok(Some(found.clone()));
        }
        let Some(input) = self.files.get(&plain_name(&lookup.file)).cloned() else {
            self.wrong.push((line, format!("there is no file {}.csv, in which this is looked up", lookup.file)));
            return Ok(None);
        };
        let places = (self.column(&input, &lookup.by, line), self.column(&input, &lookup.take, line));
        let (Some(by), Some(take)) = places else { return Ok(None) };
        let (mut rows, mut record) = (HashMap::new(), Vec::new());
        let mut records = input.records()?;
        records.next(&mut record).map_err(|error| input.unreadable(error))?;
        while let Some(at) = records.next(&mut record).map_err(|error| input.unreadable(error))? {
            let fields = fields(&record).ok_or_else(|| input.misquoted(at.line))?;
            let text =
                |place: usize| fields.get(place).and_then(Option::as_deref).and_then(|text| str::from_utf8(text).ok());
            if let Some(Ok(Some(key))) = text(by).map(canonical) {
                let taken = text(take).map(str::trim).filter(|text| !text.is_empty());
                rows.insert(Mark::of(&key), taken.map(Box::from));
            }
        }
        let found = Arc::new(Found { file: input.name.clone(), rows });
        self.looked_up.insert(lookup.clone(), found.clone());
        Ok(Some(found))
    }

    /// The columns that the mapping does not take.
    fn unused(&self, leave: &BTreeMap<String, String>) -> Vec<String> {
        let mut notes = Vec::new();
        for (table, input) in &self.files {
            for (at, column) in input.header.iter().enumerate() {
                if self.used.contains(&(input.name.clone(), at)) {
                    continue;
                }
                let is_left = |left: &&String| {
                    left.rsplit_once('.')
                        .is_some_and(|(of, name)| plain(of) == *table && plain(name) == plain(column.trim()))
                };
                let why = leave.keys().find(is_left).and_then(|left| leave.get(left));
                let why = why.map_or("the mapping takes it nowhere", String::as_str);
                notes.push(format!("Not read: {}, column {column} ({why})", input.name));
            }
        }
        notes
    }
}

fn plain_name(name: &str) -> String {
    plain(table_of(name.trim()).unwrap_or(name.trim()))
}

/// The columns of theirs that a value comes from.
fn theirs(steps: &Steps) -> Vec<&str> {
    let mut names: Vec<&str> = steps.column.iter().chain(steps.join.iter().flatten()).map(String::as_str).collect();
    if let Some(ValueForm(steps)) = steps.otherwise.as_deref() {
        names.extend(theirs(steps));
    }
    names
}

/// What values are looked up in.
fn lookups(steps: &Steps) -> Vec<&LookUp> {
    let mut found: Vec<&LookUp> = steps.lookup.iter().flat_map(|lookups| &lookups.0).collect();
    if let Some(ValueForm(steps)) = steps.otherwise.as_deref() {
        found.extend(lookups(steps));
    }
    found
}
