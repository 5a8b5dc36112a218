//! Knowledge out of the relational store: one statement a table.

use super::{Catalog, Concept, ConceptKind, Fact, FactKind, How, Knowledge};
use crate::{
    db::{Db, Sql, load},
    error::{Error, Result},
};
use diesel::sql_types::{Integer, Nullable, Text};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

type MaybeText = Nullable<Text>;

impl Knowledge {
    /// Reads what is loaded, in five statements.
    pub async fn load(db: &Db) -> Result<Self> {
        // The version comes first: if a catalog is replaced meanwhile, the next look at the version finds another one.
        let version = Self::version_of(db).await?;
        let mut shared = Shared::default();

        let catalogs = statement(db, "SELECT catalog_id, source, title, version, license FROM Catalog");
        type CatalogRow = (i32, String, Option<String>, String, Option<String>);
        let catalogs = load!(db, catalogs, (Integer, Text, MaybeText, Text, MaybeText), CatalogRow)?;
        let sources: HashMap<i32, Arc<str>> =
            catalogs.iter().map(|(id, source, ..)| (*id, shared.text(source.clone()))).collect();
        let mut catalogs: Vec<Catalog> = catalogs
            .into_iter()
            .map(|(_, source, title, version, license)| Catalog {
                source: shared.text(source),
                title: title.map(Arc::from),
                version: version.into(),
                license: license.map(Arc::from),
            })
            .collect();
        catalogs.sort_by(|a, b| a.source.cmp(&b.source));

        // By their keys, so that what is made of them does not depend on the store.
        let names = statement(db, "SELECT concept_id, kind, name FROM Concept_Name ORDER BY name_id");
        let names = load!(db, names, (Integer, Text, Text), (i32, String, String))?;
        let mut names_of: HashMap<i32, Vec<(How, Arc<str>)>> = HashMap::new();
        for (concept, how, name) in names {
            names_of.entry(concept).or_default().push((read(&how, How::of)?, name.into()));
        }

        let concepts = statement(db, "SELECT concept_id, catalog_id, kind, code, name, description FROM Concept");
        type ConceptRow = (i32, i32, String, String, String, Option<String>);
        let rows = load!(db, concepts, (Integer, Integer, Text, Text, Text, MaybeText), ConceptRow)?;
        let mut concepts = Vec::with_capacity(rows.len());
        for (id, catalog, kind, code, name, description) in rows {
            // A catalog that was imported since its table was read belongs to the next version.
            let Some(catalog) = sources.get(&catalog).cloned() else { continue };
            concepts.push(Concept {
                id,
                kind: read(&kind, ConceptKind::of)?,
                catalog,
                code: code.into(),
                name: name.into(),
                description: description.map(Arc::from),
                names: names_of.remove(&id).unwrap_or_default(),
                weight: 0,
            });
        }

        let facts = statement(db, "SELECT from_id, to_id, weight, kind, source, evidence FROM Concept_Fact");
        type FactRow = (i32, i32, Option<i32>, String, String, Option<String>);
        let rows = load!(db, facts, (Integer, Integer, Nullable<Integer>, Text, Text, MaybeText), FactRow)?;
        let mut facts = Vec::with_capacity(rows.len());
        for (from, to, weight, kind, source, evidence) in rows {
            let (kind, source) = (read(&kind, FactKind::of)?, shared.text(source));
            facts.push(Fact { kind, from, to, source, evidence: evidence.map(|text| shared.text(text)), weight });
        }
        Ok(Knowledge::new(version, catalogs, concepts, facts))
    }

    /// A digest of what the store holds now, in one cheap statement.
    pub async fn version_of(db: &Db) -> Result<String> {
        let mut rows = load!(db, statement(db, "SELECT source, digest FROM Catalog"), (Text, Text), (String, String))?;
        rows.sort();
        Ok(digest(&rows))
    }
}

/// A digest of the catalogs' names and digests.
pub(super) fn digest(catalogs: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (source, digest) in catalogs {
        hash.update(format!("{source}\t{digest}\n"));
    }
    format!("{:x}", hash.finalize())
}

fn statement(db: &Db, text: &'static str) -> Sql {
    let mut sql = Sql::new(db.dialect());
    sql.push(text);
    sql
}

fn read<T>(text: &str, reader: fn(&str) -> Option<T>) -> Result<T> {
    reader(text)
        .ok_or_else(|| Error::Internal(format!("a catalog has the kind {text:?}, which this version does not know")))
}

/// Sources and evidence, which many facts have in common.
#[derive(Default)]
struct Shared(HashSet<Arc<str>>);

impl Shared {
    fn text(&mut self, text: String) -> Arc<str> {
        if let Some(known) = self.0.get(text.as_str()) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.0.insert(text.clone());
        text
    }
}
