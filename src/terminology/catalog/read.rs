//! Reading a catalog's files: what they say, and which rows say nothing that can be kept. Pure.

use super::{About, Backed, Described, Files, Parsed, Reason, Refused};
use crate::{
    error::{Error, Result},
    terminology::knowledge::{ConceptKind, FactKind, How},
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, btree_map::Entry};

/// The lengths of the tables: of names, sources and titles; of codes, catalogs' names and versions; of texts, in bytes.
const NAME: usize = 255;
const CODE: usize = 64;
const TEXT: usize = 65_535;

const CONCEPTS: [(&str, ConceptKind); 3] = [
    ("conditions.tsv", ConceptKind::Condition),
    ("symptoms.tsv", ConceptKind::Symptom),
    ("medications.tsv", ConceptKind::Drug),
];
const CODES: &str = "condition_xrefs.tsv";
const ABOUT: &str = "catalog.toml";

/// Files of facts: what they say, and the columns of the ends.
const FACTS: [(&str, FactKind, &str, &str); 7] = [
    ("medication_classes.tsv", FactKind::MemberOf, "medication_id", "class_id"),
    ("indicates.tsv", FactKind::Indicates, "symptom_id", "condition_id"),
    ("treats.tsv", FactKind::Treats, "medication_id", "condition_id"),
    ("side_effects.tsv", FactKind::Causes, "medication_id", "symptom_id"),
    ("contraindications.tsv", FactKind::ContraindicatedFor, "medication_id", "condition_id"),
    ("interactions.tsv", FactKind::InteractsWith, "medication_id_a", "medication_id_b"),
    ("resembles.tsv", FactKind::Resembles, "condition_id_a", "condition_id_b"),
];

/// Columns of facts that are no evidence by themselves.
const NO_EVIDENCE: [&str; 4] = ["kind", "source", "weight", "severity"];

/// Reads a catalog. `over` has precedence over what its `catalog.toml` says; `folder` is its name if nothing says one.
pub fn read(files: &Files<'_>, folder: &str, over: About) -> Result<(Parsed, Vec<Refused>)> {
    let own: About = match files.get(ABOUT) {
        Some(bytes) => {
            let wrong = |why: String| Error::BadInput(format!("{ABOUT} cannot be read: {why}"));
            let text = std::str::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
            toml::from_str(text).map_err(|error| wrong(error.to_string()))?
        }
        None => About::default(),
    };
    let source = label("source", over.source.or(own.source), CODE)?;
    let source = source.map_or_else(|| label("source", Some(folder.to_owned()), CODE), |source| Ok(Some(source)))?;
    let source = source.ok_or_else(|| Error::BadInput("the catalog has no name".to_owned()))?;
    let title = label("title", over.title.or(own.title), NAME)?;
    let version = label("version", over.version.or(own.version), CODE)?;
    let license = label("license", over.license.or(own.license), NAME)?;

    let mut reading = Reading { source: &source, ..Reading::default() };
    for (file, kind) in CONCEPTS {
        reading.rows(files, file, &["id", "name"], |reading, row| reading.concept(kind, row));
    }
    reading.rows(files, CODES, &["condition_id", "system", "code"], Reading::code);
    for (file, kind, from, to) in FACTS {
        reading.rows(files, file, &[from, to], |reading, row| {
            if kind == FactKind::MemberOf {
                reading.class(row)?;
            }
            reading.fact(kind, from, to, row)
        });
    }
    let Reading { concepts, facts, refused, .. } = reading;
    if concepts.is_empty() {
        let wanted = CONCEPTS.map(|(file, _)| file).join(", ");
        return Err(Error::BadInput(format!("there is nothing to load: no row of {wanted} could be read")));
    }

    let known = |name: &str| {
        name == ABOUT || name == CODES || CONCEPTS.iter().any(|c| c.0 == name) || FACTS.iter().any(|f| f.0 == name)
    };
    let unread = files.keys().filter(|name| !known(name)).map(|name| (*name).to_owned()).collect();
    let digest = digest(&(&source, &title, &version, &license), &concepts, &facts);
    let version = version.unwrap_or_else(|| digest.chars().take(12).collect());
    Ok((Parsed { source, title, version, license, digest, concepts, facts, unread }, refused))
}

/// What `catalog.toml` or the caller says, if it is not blank.
fn label(what: &str, text: Option<String>, most: usize) -> Result<Option<String>> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > most => {
            Err(Error::BadInput(format!("the catalog's {what} is longer than {most} characters")))
        }
        text => Ok(text),
    }
}

type Concepts = BTreeMap<(ConceptKind, String), Described>;
type Facts = BTreeMap<(FactKind, String, String), Backed>;

/// Names the contents alone, so that the same in another order has the same digest.
fn digest(about: &impl std::fmt::Debug, concepts: &Concepts, facts: &Facts) -> String {
    let mut hash = Sha256::new();
    // As Rust writes values: each is quoted, so that none runs into the next.
    hash.update(format!("{about:?}\n"));
    for concept in concepts {
        hash.update(format!("{concept:?}\n"));
    }
    for fact in facts {
        hash.update(format!("{fact:?}\n"));
    }
    format!("{:x}", hash.finalize())
}

/// Why a row is refused, and what in it.
type Refusal = (Reason, String);

/// A line of a file, by the columns of its header.
struct Row<'a> {
    columns: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.columns.iter().copied().zip(self.cells.iter().copied())
    }

    /// The cell of a column that may be missing or empty.
    fn cell(&self, column: &str) -> Option<&'a str> {
        self.cells().find(|(name, cell)| *name == column && !cell.is_empty()).map(|(_, cell)| cell)
    }

    fn needed(&self, column: &str, most: usize) -> Result<String, Refusal> {
        fitting(column, self.cell(column).ok_or_else(|| (Reason::MissingValue, column.to_owned()))?, most)
    }

    /// A cell for a column of type TEXT.
    fn text(&self, column: &str) -> Result<Option<String>, Refusal> {
        self.cell(column).map(|cell| short(column, cell.to_owned())).transpose()
    }

    /// The several values of a cell.
    fn several(&self, column: &str) -> Result<Vec<String>, Refusal> {
        let values = self.cell(column).unwrap_or_default().split('|').map(str::trim);
        values.filter(|value| !value.is_empty()).map(|value| fitting(column, value, NAME)).collect()
    }
}

fn fitting(column: &str, value: &str, most: usize) -> Result<String, Refusal> {
    match value.chars().count() <= most {
        true => Ok(value.to_owned()),
        false => Err((Reason::TooLong, column.to_owned())),
    }
}

fn short(column: &str, text: String) -> Result<String, Refusal> {
    match text.len() <= TEXT {
        true => Ok(text),
        false => Err((Reason::TooLong, column.to_owned())),
    }
}

#[derive(Default)]
struct Reading<'a> {
    source: &'a str,
    concepts: Concepts,
    facts: Facts,
    refused: Vec<Refused>,
}

impl Reading<'_> {
    /// Takes each row of a file that can be taken; a file that is not there has none.
    fn rows(
        &mut self,
        files: &Files<'_>,
        file: &str,
        needed: &[&str],
        mut take: impl FnMut(&mut Self, &Row<'_>) -> Result<(), Refusal>,
    ) {
        let Some(bytes) = files.get(file) else { return };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut lines = bytes.split(|byte| *byte == b'\n').enumerate();
        let header = lines.next().map_or(Ok(""), |(_, line)| std::str::from_utf8(line));
        let columns: Vec<&str> = header.unwrap_or_default().trim_end_matches('\r').split('\t').map(str::trim).collect();
        let refuse = |reading: &mut Self, at: usize, (reason, detail): Refusal| {
            reading.refused.push(Refused { file: file.to_owned(), line: at + 1, reason, detail });
        };
        if let Some(missing) = needed.iter().find(|column| !columns.contains(column)) {
            return refuse(self, 0, (Reason::MissingColumn, (*missing).to_owned()));
        }
        for (at, line) in lines {
            let taken = match std::str::from_utf8(line) {
                Err(_) => Err((Reason::NotUtf8, String::new())),
                Ok(line) if line.trim().is_empty() => Ok(()),
                Ok(line) => {
                    let cells: Vec<&str> = line.trim_end_matches('\r').split('\t').map(str::trim).collect();
                    match cells.len().cmp(&columns.len()) {
                        std::cmp::Ordering::Less => Err((Reason::TooFewColumns, String::new())),
                        std::cmp::Ordering::Greater => Err((Reason::TooManyColumns, String::new())),
                        std::cmp::Ordering::Equal => take(self, &Row { columns: &columns, cells }),
                    }
                }
            };
            if let Err(refusal) = taken {
                refuse(self, at, refusal);
            }
        }
    }

    fn concept(&mut self, kind: ConceptKind, row: &Row<'_>) -> Result<(), Refusal> {
        let (code, name) = (row.needed("id", CODE)?, row.needed("name", NAME)?);
        let description = row.text("description")?;
        let synonyms = row.several("synonyms")?.into_iter().map(|name| (How::Synonym, name));
        let brands = row.several("brands")?.into_iter().map(|name| (How::Brand, name));
        let names = synonyms.chain(brands).filter(|(_, other)| *other != name).collect();
        match self.concepts.entry((kind, code)) {
            Entry::Occupied(there) => Err((Reason::Duplicate, there.key().1.clone())),
            Entry::Vacant(free) => {
                free.insert(Described { name, description, names });
                Ok(())
            }
        }
    }

    fn code(&mut self, row: &Row<'_>) -> Result<(), Refusal> {
        let id = row.needed("condition_id", CODE)?;
        let name = format!("{} {}", row.needed("system", NAME)?, row.needed("code", NAME)?);
        let name = fitting("code", &name, NAME)?;
        let Some(condition) = self.concepts.get_mut(&(ConceptKind::Condition, id.clone())) else {
            return Err((Reason::UnknownId, format!("condition_id {id}")));
        };
        match condition.names.insert((How::Code, name.clone())) {
            true => Ok(()),
            false => Err((Reason::Duplicate, format!("{id} {name}"))),
        }
    }

    /// Classes have no file of their own: the first row that names one makes it, another name for it is a synonym.
    fn class(&mut self, row: &Row<'_>) -> Result<(), Refusal> {
        let (code, name) = (row.needed("class_id", CODE)?, row.needed("class_name", NAME)?);
        self.known(ConceptKind::Drug, "medication_id", row)?;
        match self.concepts.entry((ConceptKind::Class, code)) {
            Entry::Vacant(free) => {
                free.insert(Described { name, ..Described::default() });
            }
            Entry::Occupied(class) if class.get().name == name => {}
            Entry::Occupied(mut class) => {
                class.get_mut().names.insert((How::Synonym, name));
            }
        }
        Ok(())
    }

    /// The code in a column, which must be a concept's.
    fn known(&self, kind: ConceptKind, column: &str, row: &Row<'_>) -> Result<String, Refusal> {
        let code = row.needed(column, CODE)?;
        let key = (kind, code);
        match self.concepts.contains_key(&key) {
            true => Ok(key.1),
            false => Err((Reason::UnknownId, format!("{column} {}", key.1))),
        }
    }

    fn fact(&mut self, kind: FactKind, from: &str, to: &str, row: &Row<'_>) -> Result<(), Refusal> {
        let kind = match (kind, row.cell("kind")) {
            (FactKind::Treats, Some(word)) => match FactKind::of(&word.to_uppercase()) {
                Some(kind @ (FactKind::Treats | FactKind::Palliates)) => kind,
                _ => return Err((Reason::UnknownKind, word.to_owned())),
            },
            _ => kind,
        };
        let ends = kind.ends();
        let (mut one, mut other) = (self.known(ends.0, from, row)?, self.known(ends.1, to, row)?);
        if kind.is_mutual() {
            if one == other {
                return Err((Reason::Itself, one));
            }
            if one > other {
                (one, other) = (other, one);
            }
        }
        let source = row.cell("source").map_or(Ok(self.source.to_owned()), |cell| fitting("source", cell, NAME))?;
        let weight = row.cell("weight").map(str::parse).transpose();
        let weight =
            weight.map_err(|error: std::num::ParseIntError| (Reason::NotANumber, format!("weight: {error}")))?;
        let rests_on = match row.columns.contains(&"evidence") {
            true => row.cell("evidence").unwrap_or_default().to_owned(),
            false => {
                let told = |column: &str| ![from, to].contains(&column) && !NO_EVIDENCE.contains(&column);
                let others =
                    row.cells().filter(|(column, cell)| told(column) && !column.ends_with("_name") && !cell.is_empty());
                others.map(|(column, cell)| format!("{column} {cell}")).collect::<Vec<_>>().join(", ")
            }
        };
        let parts = [row.cell("severity").unwrap_or_default(), &rests_on].map(str::to_owned);
        let evidence = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        let evidence = Some(short("evidence", evidence)?).filter(|text| !text.is_empty());
        match self.facts.entry((kind, one, other)) {
            Entry::Occupied(there) => Err((Reason::Duplicate, format!("{} {}", there.key().1, there.key().2))),
            Entry::Vacant(free) => {
                free.insert(Backed { source, evidence, weight });
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(files: &[(&'static str, &'static str)]) -> (Parsed, Vec<(String, usize, Reason, String)>) {
        let files: Files<'_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        let (parsed, refused) = read(&files, "folder", About::default()).unwrap();
        (parsed, refused.into_iter().map(|r| (r.file, r.line, r.reason, r.detail)).collect())
    }

    const CONDITIONS: (&str, &str) = ("conditions.tsv", "id\tname\nc1\tGraves' disease\nc2\tobesity\n");
    const DRUGS: (&str, &str) = ("medications.tsv", "id\tname\tbrands\nd1\tOrlistat\tXenical|Alli\nd2\tInsulin\t\n");

    #[test]
    fn files_written_on_windows_are_read() {
        let (parsed, refused) = parsed(&[("conditions.tsv", "\u{feff}id\tname\r\nc1\tobesity\r\n\r\n")]);
        assert_eq!(refused, []);
        assert_eq!(parsed.concepts[&(ConceptKind::Condition, "c1".into())].name, "obesity");
    }

    #[test]
    fn a_mutual_fact_is_kept_once_whichever_way_it_stands() {
        let interactions = (
            "interactions.tsv",
            "medication_id_a\tmedication_id_b\tseverity\tevidence\nd2\td1\tmajor\tabsorption\nd1\td2\tminor\t\nd1\td1\t\t\n",
        );
        let (parsed, refused) = parsed(&[DRUGS, interactions]);
        let fact = &parsed.facts[&(FactKind::InteractsWith, "d1".into(), "d2".into())];
        assert_eq!(fact.evidence.as_deref(), Some("major; absorption"));
        let refused: Vec<_> = refused.into_iter().map(|(_, line, reason, _)| (line, reason)).collect();
        assert_eq!(refused, [(3, Reason::Duplicate), (4, Reason::Itself)]);
    }

    #[test]
    fn what_other_columns_say_is_the_evidence() {
        let treats = (
            "treats.tsv",
            "medication_id\tcondition_id\tcondition_name\tkind\tn_curators\tn_resources\n\
             d1\tc2\tobesity\tTreats\t3\t2\nd1\tc1\t\tpalliates\t\t1\nd2\tc1\t\tcures\t1\t1\nd2\tc2\t\t\t\t\n",
        );
        let (parsed, refused) = parsed(&[CONDITIONS, DRUGS, treats]);
        let evidence = |kind, from: &str, to: &str| parsed.facts[&(kind, from.into(), to.into())].evidence.as_deref();
        assert_eq!(evidence(FactKind::Treats, "d1", "c2"), Some("n_curators 3, n_resources 2"));
        assert_eq!(evidence(FactKind::Palliates, "d1", "c1"), Some("n_resources 1"));
        assert_eq!(evidence(FactKind::Treats, "d2", "c2"), None);
        assert_eq!(refused, [("treats.tsv".to_owned(), 4, Reason::UnknownKind, "cures".to_owned())]);
        assert!(parsed.facts.values().all(|fact| fact.source == "folder" && fact.weight.is_none()));
    }

    #[test]
    fn the_digest_is_of_the_contents_and_not_of_their_order() {
        let about = ("catalog.toml", "source = \"here\"\nversion = \"7\"\nlicense = \"CC0\"\n");
        let (first, _) = parsed(&[CONDITIONS, about]);
        assert_eq!(
            (first.source.as_str(), first.version.as_str(), first.license.as_deref()),
            ("here", "7", Some("CC0"))
        );
        let turned = ("conditions.tsv", "name\tid\nobesity\tc2\nGraves' disease\tc1\n");
        assert_eq!(parsed(&[turned, about]).0, first);
        for (files, changed) in [
            (vec![turned], "the catalog's own words"),
            (vec![about, ("conditions.tsv", "id\tname\nc1\tGraves disease\nc2\tobesity\n")], "a name"),
            (vec![about, CONDITIONS, DRUGS], "concepts"),
        ] {
            assert_ne!(parsed(&files).0.digest, first.digest, "{changed}");
        }
        let (unnamed, _) = parsed(&[CONDITIONS]);
        assert_eq!((unnamed.source.as_str(), unnamed.version.as_str()), ("folder", &unnamed.digest[..12]));
    }

    #[test]
    fn a_catalog_that_says_nothing_is_none() {
        let read = |name: &'static str, text: &'static str| {
            let files = Files::from([(name, text.as_bytes())]);
            read(&files, "folder", About::default()).unwrap_err().to_string()
        };
        assert!(read("conditions.csv", "id,name\n").contains("nothing to load"));
        assert!(read("conditions.tsv", "code\tname\nc1\tobesity\n").contains("nothing to load"));
        assert!(read("catalog.toml", "source = 7").contains("catalog.toml cannot be read"));
    }
}
