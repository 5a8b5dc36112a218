//! A catalog into the relational store: all of it or nothing, in place of its older version.

use super::Parsed;
use crate::{
    db::{Cell, Db, Dialect, Sql, Writer, load_on},
    error::{Error, Result},
    terminology::knowledge::ConceptKind,
};
use diesel::sql_types::{Integer, Nullable, Text};
use std::collections::HashMap;

/// Rows that are written between two reports of progress.
const CHUNK: usize = 1_000;

/// What storing a catalog did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Whether anything was written: the same catalog a second time changes nothing.
    pub changed: bool,
    /// Concepts that were not there before.
    pub new: usize,
    /// Concepts that are there no longer.
    pub gone: usize,
}

/// Whether a catalog is loaded.
pub async fn is_any_loaded(db: &Db) -> Result<bool> {
    let rows = db.numbers(&sql(db, "SELECT 0, COUNT(*) FROM Catalog")).await?;
    Ok(rows.iter().any(|(_, catalogs)| *catalogs > 0))
}

/// Stores a catalog in one transaction, in place of the one of the same name. Concepts keep their keys as long as their
/// catalog has their code. `on_progress` hears how many rows are written, and of how many.
pub async fn store(db: &Db, parsed: &Parsed, on_progress: impl Fn(u64, u64)) -> Result<Stored> {
    let mut writer = Writer::begin(db).await?;
    let (catalog, digest) = locked(db, &mut writer, &parsed.source).await?;
    if digest == parsed.digest {
        return Ok(Stored { changed: false, new: 0, gone: 0 });
    }
    let old = concepts(db, &mut writer, catalog).await?;
    let gone = remove_old(db, &mut writer, catalog, &old, parsed).await?;
    rename(db, &mut writer, &old, parsed).await?;

    let new = new_concepts(catalog, &old, parsed);
    let names: usize = parsed.concepts.values().map(|concept| concept.names.len()).sum();
    let total = new.len() / CONCEPT.len() + names + parsed.facts.len();
    let mut rows = Rows { writer: &mut writer, done: 0, total, on_progress };
    let new = rows.insert("Concept", &CONCEPT, new).await?;
    let now = concepts(db, rows.writer, catalog).await?;
    rows.insert("Concept_Name", &NAME, names_of(&now, parsed)?).await?;
    rows.insert("Concept_Fact", &FACT, facts_of(catalog, &now, parsed)?).await?;

    describe(db, &mut writer, catalog, parsed).await?;
    writer.commit().await?;
    Ok(Stored { changed: true, new, gone })
}

const CONCEPT: [&str; 5] = ["catalog_id", "kind", "code", "name", "description"];
const NAME: [&str; 3] = ["concept_id", "kind", "name"];
const FACT: [&str; 7] = ["catalog_id", "kind", "from_id", "to_id", "source", "evidence", "weight"];

/// Removes names and facts, which are written anew, and the concepts that the catalog has no longer. Says how many those
/// are.
async fn remove_old(db: &Db, writer: &mut Writer, catalog: i32, old: &Known, parsed: &Parsed) -> Result<usize> {
    let mut facts = sql(db, "DELETE FROM Concept_Fact WHERE catalog_id = ");
    facts.int(i64::from(catalog));
    writer.execute(facts).await?;
    let mut names = sql(db, "DELETE FROM Concept_Name WHERE concept_id IN ");
    names.push("(SELECT c.concept_id FROM Concept c WHERE c.catalog_id = ").int(i64::from(catalog)).push(")");
    writer.execute(names).await?;
    let gone = old.iter().filter(|(key, _)| !parsed.concepts.contains_key(key));
    let gone: Vec<i32> = gone.map(|(_, stored)| stored.id).collect();
    let mut concepts = sql(db, "DELETE FROM Concept WHERE concept_id IN (SELECT k.id FROM ");
    concepts.keys(&gone).push(")");
    writer.execute(concepts).await?;
    Ok(gone.len())
}

/// Brings the names and descriptions of concepts that stay up to date.
async fn rename(db: &Db, writer: &mut Writer, old: &Known, parsed: &Parsed) -> Result<()> {
    for (key, described) in &parsed.concepts {
        let was = old.get(key).filter(|was| was.name != described.name || was.description != described.description);
        if let Some(was) = was {
            let mut update = sql(db, "UPDATE Concept SET name = ");
            update.text(&*described.name).push(", description = ").maybe_text(described.description.clone());
            update.push(" WHERE concept_id = ").int(i64::from(was.id));
            writer.execute(update).await?;
        }
    }
    Ok(())
}

fn new_concepts(catalog: i32, old: &Known, parsed: &Parsed) -> Vec<Cell> {
    let new = parsed.concepts.iter().filter(|(key, _)| !old.contains_key(key));
    let cells = new.map(|((kind, code), described)| {
        let (name, description) = (described.name.as_str(), described.description.clone());
        [i64::from(catalog).into(), kind.as_str().into(), code.as_str().into(), name.into(), description.into()]
    });
    cells.flatten().collect()
}

fn names_of(stored: &Known, parsed: &Parsed) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for ((kind, code), described) in &parsed.concepts {
        for (how, name) in &described.names {
            cells.extend([id(stored, *kind, code)?.into(), how.as_str().into(), name.as_str().into()]);
        }
    }
    Ok(cells)
}

fn facts_of(catalog: i32, stored: &Known, parsed: &Parsed) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for ((kind, from, to), fact) in &parsed.facts {
        let (from, to) = (id(stored, kind.ends().0, from)?, id(stored, kind.ends().1, to)?);
        // Codes need not be in the order of keys.
        let (from, to) = if kind.is_mutual() { (from.min(to), from.max(to)) } else { (from, to) };
        cells.extend([
            Cell::from(i64::from(catalog)),
            kind.as_str().into(),
            from.into(),
            to.into(),
            fact.source.as_str().into(),
            fact.evidence.clone().into(),
            fact.weight.map(i64::from).into(),
        ]);
    }
    Ok(cells)
}

/// Writes what the catalog says of itself.
async fn describe(db: &Db, writer: &mut Writer, catalog: i32, parsed: &Parsed) -> Result<()> {
    let mut update = sql(db, "UPDATE Catalog SET source = ");
    update.text(&*parsed.source).push(", title = ").maybe_text(parsed.title.clone());
    update.push(", version = ").text(&*parsed.version).push(", license = ").maybe_text(parsed.license.clone());
    update.push(", digest = ").text(&*parsed.digest).push(", loaded_ms = ").push(match db.dialect() {
        Dialect::MariaDb => "DEFAULT",
        Dialect::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    });
    update.push(" WHERE catalog_id = ").int(i64::from(catalog));
    writer.execute(update).await?;
    Ok(())
}

/// The key and digest of a catalog's row, which is made if it is missing and which no other import has until this one
/// ends. (SQLite's transaction is the only one that writes.)
async fn locked(db: &Db, writer: &mut Writer, source: &str) -> Result<(i32, String)> {
    let mut insert = sql(db, "INSERT INTO Catalog (source, version, digest) VALUES (");
    // Not INSERT IGNORE: that takes a shared lock of a row that is there, and two who have one wait for each other.
    insert.text(source).push(", '', '') ").push(match db.dialect() {
        Dialect::MariaDb => "ON DUPLICATE KEY UPDATE catalog_id = catalog_id",
        Dialect::Sqlite => "ON CONFLICT (source) DO NOTHING",
    });
    writer.execute(insert).await?;
    let mut select = sql(db, "SELECT catalog_id, digest FROM Catalog WHERE source = ");
    select.text(source).push(match db.dialect() {
        Dialect::MariaDb => " FOR UPDATE",
        Dialect::Sqlite => "",
    });
    let rows = load_on!(writer.conn(), select, (Integer, Text), (i32, String))?;
    rows.into_iter().next().ok_or_else(|| Error::Internal(format!("the catalog {source} was not stored")))
}

/// A concept as it is stored.
struct Row {
    id: i32,
    name: String,
    description: Option<String>,
}

/// The stored concepts of a catalog, by kind and code.
type Known = HashMap<(ConceptKind, String), Row>;

async fn concepts(db: &Db, writer: &mut Writer, catalog: i32) -> Result<Known> {
    let mut select = sql(db, "SELECT concept_id, kind, code, name, description FROM Concept WHERE catalog_id = ");
    select.int(i64::from(catalog));
    type Columns = (i32, String, String, String, Option<String>);
    let rows = load_on!(writer.conn(), select, (Integer, Text, Text, Text, Nullable<Text>), Columns)?;
    let mut known = Known::with_capacity(rows.len());
    for (id, kind, code, name, description) in rows {
        let unknown =
            || Error::Internal(format!("a stored concept has the kind {kind:?}, which this version does not know"));
        known.insert((ConceptKind::of(&kind).ok_or_else(unknown)?, code), Row { id, name, description });
    }
    Ok(known)
}

/// The key of a concept that was stored just now.
fn id(stored: &Known, kind: ConceptKind, code: &str) -> Result<i64> {
    let row = stored.get(&(kind, code.to_owned()));
    row.map(|row| i64::from(row.id)).ok_or_else(|| Error::Internal(format!("the concept {code} was not stored")))
}

/// Rows on their way, and who hears of it.
struct Rows<'a, F> {
    writer: &'a mut Writer,
    done: usize,
    total: usize,
    on_progress: F,
}

impl<F: Fn(u64, u64)> Rows<'_, F> {
    /// Inserts rows and says how many.
    async fn insert(&mut self, table: &str, columns: &[&str], cells: Vec<Cell>) -> Result<usize> {
        let rows = cells.len() / columns.len();
        for chunk in cells.chunks(CHUNK * columns.len()) {
            self.writer.insert(table, columns, chunk.to_vec()).await?;
            self.done += chunk.len() / columns.len();
            (self.on_progress)(self.done as u64, self.total as u64);
        }
        Ok(rows)
    }
}

fn sql(db: &Db, text: impl Into<std::borrow::Cow<'static, str>>) -> Sql {
    let mut sql = Sql::new(db.dialect());
    sql.push(text);
    sql
}
