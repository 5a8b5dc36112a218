//! Whether a mapping fits our tables. All that is wrong with it is told at once, each with its line, before a file is read.

use super::{
    super::{
        row::stored,
        sheet::{Sheet, Slot, of_name, plain, sheets},
        theirs::KeysOf,
    },
    form::{MappingForm, OneOrMore, Shape, Steps, TableForm, ValueForm},
    near,
    spelling::Zone,
};
use crate::{
    db::{Table, ValueKind, imported::FromTable},
    error::{Error, Result},
    graphql::{model::Entity, rules::ColumnRule},
    write::reach::has_numbers,
};
use std::{collections::BTreeMap, ops::Range};
use toml::Spanned;

/// A mapping that fits our tables.
pub struct Mapping {
    /// What it is called in messages.
    pub(super) name: String,
    pub(super) zone: Zone,
    /// Files and columns that are left where they are, and why.
    pub(super) leave: BTreeMap<String, String>,
    pub(super) sheets: Vec<Sheet>,
    pub(super) tables: Vec<MappedTable>,
    /// What keys are of, and our tables to which they lead.
    pub(super) keys: Vec<(KeysOf, &'static Table, usize)>,
}

/// Rows of one of their files that become rows of one of our tables.
pub(super) struct MappedTable {
    pub(super) from: String,
    pub(super) sheet: usize,
    /// The table that its keys are of.
    pub(super) keys: u8,
    pub(super) once: bool,
    pub(super) only: BTreeMap<String, Vec<String>>,
    pub(super) each: Option<(String, Vec<String>)>,
    pub(super) columns: Vec<MappedColumn>,
}

/// A column of ours, and where its values come from.
pub(super) struct MappedColumn {
    pub(super) line: usize,
    pub(super) slot: Slot,
    pub(super) steps: Steps,
    /// The table that a key is of.
    pub(super) keys: u8,
}

/// The most tables of a mapping: each is a number in 8 bits.
const TABLES: usize = 200;

impl Mapping {
    /// Reads a mapping for the tables of entities. `name` is what messages call it.
    pub fn read(name: &str, text: &str, entities: &[&'static Entity]) -> Result<Self> {
        let line = |span: Range<usize>| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
        let form: MappingForm = toml::from_str(text).map_err(|error| {
            let line = line(error.span().unwrap_or_default());
            Error::Setup(format!("{name}, line {line}: {}", error.message().trim().replace('\n', " ")))
        })?;
        let mut check = Check { line: &line, sheets: sheets(entities), wrong: Vec::new() };
        let mapping = check.mapping(name, form);
        let Check { mut wrong, .. } = check;
        wrong.sort_by_key(|(line, _)| *line);
        let lines: Vec<String> = wrong.iter().map(|(line, why)| format!("{name}, line {line}: {why}")).collect();
        mapping.filter(|_| lines.is_empty()).ok_or_else(|| Error::Setup(lines.join("\n")))
    }
}

struct Check<'a> {
    line: &'a dyn Fn(Range<usize>) -> usize,
    sheets: Vec<Sheet>,
    wrong: Vec<(usize, String)>,
}

impl Check<'_> {
    fn wrong(&mut self, span: Range<usize>, why: impl Into<String>) {
        self.wrong.push(((self.line)(span), why.into()));
    }

    fn mapping(&mut self, name: &str, form: MappingForm) -> Option<Mapping> {
        let source = form.source.get_ref().trim().to_owned();
        if source.is_empty() || source.chars().count() > 100 {
            self.wrong(form.source.span(), "source must be a name of at most 100 characters");
        }
        let zone = match &form.time_zone {
            None => Some(Zone::default()),
            Some(zone) => Zone::named(zone.get_ref()).or_else(|| {
                self.wrong(zone.span(), "time_zone must be the name of a time zone, as Asia/Kolkata");
                None
            }),
        };
        if form.table.is_empty() || form.table.len() > TABLES {
            self.wrong(0..0, format!("a mapping needs [[table]], and at most {TABLES} of them"));
        }
        // Tables of ours that every reference may lead to are known before a reference is looked at.
        let mut keys: Vec<(KeysOf, &'static Table, usize)> = Vec::new();
        let mut placed: Vec<(usize, u8, Spanned<TableForm>)> = Vec::new();
        for table in form.table.into_iter().take(TABLES) {
            let (to, from) = (&table.get_ref().to, &table.get_ref().from);
            let Some(sheet) = of_name(&self.sheets, to.get_ref()) else {
                let hint = near(to.get_ref(), self.sheets.iter().map(|sheet| sheet.entity.table.name));
                self.wrong(to.span(), format!("there is no table {:?}{hint}", to.get_ref()));
                continue;
            };
            let each = table.get_ref().each.as_ref().map(|each| format!(".{}", each.get_ref())).unwrap_or_default();
            let label = table_name(from.get_ref()) + &each;
            if from.get_ref().trim().is_empty() || label.chars().count() > 200 {
                self.wrong(from.span(), "from must be the name of a file, without .csv, of at most 200 characters");
            }
            let Some(ours) = self.sheets.get(sheet).map(|sheet| sheet.entity.table) else { continue };
            let of = KeysOf::Table(FromTable { source: source.clone(), from: label, to: ours.name });
            let at = place(&mut keys, (of, ours, sheet));
            placed.push((sheet, at, table));
        }
        // What hangs below or points to other rows comes after them.
        placed.sort_by_key(|(sheet, ..)| *sheet);
        let mut tables = Vec::with_capacity(placed.len());
        for (sheet, at, table) in placed {
            tables.extend(self.table(sheet, at, table, &mut keys));
        }
        let (leave, sheets) = (form.leave, self.sheets.clone());
        Some(Mapping { name: name.to_owned(), zone: zone?, leave, sheets, tables, keys })
    }

    fn table(
        &mut self,
        at: usize,
        of: u8,
        table: Spanned<TableForm>,
        keys: &mut Vec<(KeysOf, &'static Table, usize)>,
    ) -> Option<MappedTable> {
        let span = table.span();
        let form = table.into_inner();
        let sheet = self.sheets.get(at)?.clone();
        let has_items = form.each.is_some();
        if let (None, Some(_)) = (&form.each, &form.each_key) {
            self.wrong(span.clone(), "each_key needs each, the column with the list");
        }
        let key = form.key.into_inner();
        let key_line = (self.line)(span.clone());
        self.steps(&span, &key.0, has_items, None);
        let mut columns = vec![MappedColumn { line: key_line, slot: Slot::Key, steps: key.0, keys: of }];
        for (name, value) in form.columns {
            let Some(slot) = sheet.slot(name.get_ref()) else {
                let hint = near(name.get_ref(), sheet.entity.stored().into_iter());
                let table = sheet.entity.table.name;
                self.wrong(name.span(), format!("{table} has no column {:?}{hint}", name.get_ref()));
                continue;
            };
            let ours = sheet.column(slot);
            if matches!(slot, Slot::Key) {
                self.wrong(
                    name.span(),
                    format!("{ours} is the key: rows are given new keys, and `key` says what theirs is"),
                );
                continue;
            }
            if columns.iter().any(|known| sheet.column(known.slot) == ours) {
                self.wrong(name.span(), format!("{ours} is filled twice: keep one of both lines"));
                continue;
            }
            let steps = value.into_inner().0;
            self.steps(&name.span(), &steps, has_items, Some((&sheet, slot)));
            let keys = self.leads_to(&name.span(), &sheet, slot, &steps, keys);
            columns.push(MappedColumn { line: (self.line)(name.span()), slot, steps, keys });
        }
        let table = sheet.entity.table;
        for needed in sheet.needed().filter(|needed| !needed.contains(&table.key)) {
            if !columns.iter().any(|column| needed.contains(&sheet.column(column.slot))) {
                let why = format!(
                    "{} needs {}: say in [table.columns] which column of theirs it is, or a constant",
                    table.name,
                    needed.join(" or ")
                );
                self.wrong(span.clone(), why);
            }
        }
        let only = form.only.into_iter().map(|(column, OneOrMore(texts))| (column, texts)).collect();
        let paths = form.each_key.map_or_else(|| vec![String::new()], |OneOrMore(paths)| paths);
        self.paths(&span, &paths);
        let each = form.each.map(|each| (each.into_inner(), paths));
        Some(MappedTable { from: form.from.into_inner(), sheet: at, keys: of, once: form.once, only, each, columns })
    }

    /// The table of theirs that a reference leads to.
    fn leads_to(
        &mut self,
        span: &Range<usize>,
        sheet: &Sheet,
        slot: Slot,
        steps: &Steps,
        keys: &mut Vec<(KeysOf, &'static Table, usize)>,
    ) -> u8 {
        let to = match slot {
            Slot::Above(at) => sheet.above.get(at).map(|above| above.sheet),
            Slot::Link(_, to) => Some(to),
            _ => None,
        };
        let Some((to, entity)) = to.and_then(|to| Some((to, self.sheets.get(to)?.entity))) else {
            if steps.to.is_some() || steps.by.is_some() {
                self.wrong(span.clone(), "`to` and `by` are for keys of other rows, and this column holds none");
            }
            return 0;
        };
        if let Some(by) = &steps.by {
            let unique: Vec<&str> = unique(entity).collect();
            return match unique.iter().find(|column| plain(column) == plain(by.trim())) {
                Some(column) => place(keys, (KeysOf::Column(column), entity.table, to)),
                None => {
                    let (ours, names) = (entity.table.name, unique.join(", "));
                    let which = if names.is_empty() { "none is".to_owned() } else { format!("those are: {names}") };
                    self.wrong(span.clone(), format!("{by:?} is no column of {ours} that tells rows apart; {which}"));
                    0
                }
            };
        }
        // Items of lists have no keys that others know.
        let candidates = (0_u8..).zip(&*keys).filter(|(_, (.., sheet))| *sheet == to);
        let candidates = candidates.filter_map(|(at, (of, ..))| Some((at, of.table()?.from.as_str())));
        let candidates: Vec<(u8, &str)> = candidates.filter(|(_, from)| !from.contains('.')).collect();
        let names = || candidates.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
        let ours = entity.table.name;
        match (&steps.to, candidates.as_slice()) {
            (_, []) => {
                let why = format!(
                    "this leads to a row of {ours}, and no [[table]] goes to {ours}: add one, or leave this out{}",
                    match unique(entity).next() {
                        Some(column) => format!(", or say by = \"{column}\" where it names one that is here already"),
                        None => String::new(),
                    }
                );
                self.wrong(span.clone(), why);
            }
            (Some(named), _) => match candidates.iter().find(|(_, name)| *name == table_name(named)) {
                Some((at, _)) => return *at,
                None => self
                    .wrong(span.clone(), format!("no [[table]] goes from {named:?} to {ours}, but from: {}", names())),
            },
            (None, [(at, _)]) => return *at,
            (None, _) => {
                let why = format!(
                    "several tables go to {ours}: say which this leads to, as to = \"…\" with one of: {}",
                    names()
                );
                self.wrong(span.clone(), why);
            }
        }
        0
    }

    fn paths(&mut self, span: &Range<usize>, paths: &[String]) {
        for path in paths.iter().filter(|path| !path.is_empty() && !path.starts_with('/')) {
            self.wrong(span.clone(), format!("a member of JSON is written as \"/{path}\", and the whole as \"\""));
        }
    }

    /// Whether the steps to a value are possible.
    fn steps(&mut self, span: &Range<usize>, steps: &Steps, has_items: bool, of: Option<(&Sheet, Slot)>) {
        let given = [steps.column.is_some(), steps.join.is_some(), steps.constant.is_some(), steps.item.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            self.wrong(span.clone(), "give one of column, join, constant and item");
        }
        for (is, why) in [
            (steps.with.is_some() && steps.join.is_none(), "`with` stands between the columns of join"),
            (steps.item.is_some() && !has_items, "item needs each, the column with the list"),
            (
                steps.path.is_some() && (steps.constant.is_some() || steps.item.is_some()),
                "path is a member of a column",
            ),
            (
                steps.digits.is_some_and(|digits| digits > 6)
                    || steps.digits.is_some() && steps.shape != Some(Shape::MinorUnits),
                "digits, from 0 to 6, belongs to as = \"minor_units\"",
            ),
            (
                steps.country.as_ref().is_some_and(|country| !has_numbers(country))
                    || steps.country.is_some() && steps.shape != Some(Shape::Phone),
                "country, the two letters of one (ISO 3166-1), belongs to as = \"phone\"",
            ),
            (steps.join.as_ref().is_some_and(Vec::is_empty), "join needs columns"),
        ] {
            if is {
                self.wrong(span.clone(), why);
            }
        }
        for paths in [&steps.item, &steps.path].into_iter().flatten() {
            self.paths(span, &paths.0);
        }
        if let Some((sheet, slot)) = of {
            // What is the same for every row is looked at once.
            let words = steps.values.iter().flat_map(BTreeMap::values).filter(|_| steps.shape.is_none());
            let constant = steps.constant.iter().filter(|_| steps.values.is_none() && steps.shape.is_none());
            for text in constant.chain(words) {
                if let Err(why) = fits(slot, text) {
                    self.wrong(span.clone(), format!("{text:?} is no {}: {why}", sheet.column(slot)));
                }
            }
        }
        if let Some(otherwise) = &steps.otherwise {
            let ValueForm(steps) = &**otherwise;
            self.steps(span, steps, has_items, of);
        }
    }
}

/// The columns of which no two rows have the same value.
fn unique(entity: &'static Entity) -> impl Iterator<Item = &'static str> {
    // Other rules are of some rows only, and look at more columns.
    entity.rules.checks.iter().filter_map(|check| match (check.columns, check.unique()?.columns) {
        ([looked_at], [column]) if looked_at == column => Some(*column),
        _ => None,
    })
}

/// The place of what keys are of, which is added where it is not known.
fn place(keys: &mut Vec<(KeysOf, &'static Table, usize)>, of: (KeysOf, &'static Table, usize)) -> u8 {
    let at = keys.iter().position(|(known, _, to)| (known, to) == (&of.0, &of.2)).unwrap_or_else(|| {
        keys.push(of);
        keys.len() - 1
    });
    at as u8
}

/// Whether a text is a value of a column.
fn fits(slot: Slot, text: &str) -> Result<(), String> {
    let (rule, kind) = match slot {
        Slot::Key | Slot::Above(_) | Slot::Link(..) => return Ok(()),
        Slot::Value(rule, kind) => (rule, kind),
        Slot::Stamp(column) => (&ColumnRule::of(column), ValueKind::DateTime),
    };
    stored(kind, rule, text).map(drop).map_err(|(_, why)| why)
}

/// The name of a table of theirs as keys are kept under it.
fn table_name(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.strip_suffix(".csv").map(str::to_owned).unwrap_or(name)
}
