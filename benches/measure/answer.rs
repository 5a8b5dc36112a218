//! What an answer holds, table by table, so that contenders are known to do the same work.

use crate::Result;
use serde_json::Value;
use std::collections::BTreeMap;

/// For each list of an answer, by its path: its objects, how many they are and a digest of their scalars in order.
#[derive(PartialEq, Eq, Default)]
pub(crate) struct Contents(pub(crate) BTreeMap<String, Rows>);

#[derive(PartialEq, Eq, Default)]
pub(crate) struct Rows {
    pub(crate) count: usize,
    pub(crate) fields: usize,
    digest: u64,
}

impl Contents {
    pub(crate) fn of(json: &[u8]) -> Result<Self> {
        let answer: Value = serde_json::from_slice(json)?;
        if let Some(errors) = answer.get("errors") {
            return Err(format!("an answer with errors: {errors}").into());
        }
        let mut contents = Contents::default();
        if let Some(Value::Object(data)) = answer.get("data") {
            data.iter().for_each(|(name, value)| contents.add(name, value));
        }
        Ok(contents)
    }

    fn add(&mut self, path: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.add(path, item)),
            Value::Object(fields) => {
                if let Some(nodes) = fields.get("nodes") {
                    return self.add(path, nodes);
                }
                let rows = self.0.entry(path.to_owned()).or_default();
                rows.count += 1;
                for (name, value) in fields.iter().filter(|(_, value)| !value.is_array() && !value.is_object()) {
                    rows.fields += 1;
                    rows.digest = format!("{name}={value};").bytes().fold(rows.digest, fnv);
                }
                for (name, value) in fields.iter().filter(|(_, value)| value.is_array() || value.is_object()) {
                    self.add(&format!("{path}.{name}"), value);
                }
            }
            _ => {}
        }
    }

    /// Objects and scalars of all lists.
    pub(crate) fn total(&self) -> (usize, usize) {
        self.0.values().fold((0, 0), |(rows, fields), more| (rows + more.count, fields + more.fields))
    }

    /// The lists that differ.
    pub(crate) fn differences(&self, other: &Contents) -> Vec<String> {
        let paths = self.0.keys().chain(other.0.keys()).collect::<std::collections::BTreeSet<_>>();
        let count = |contents: &Contents, path| contents.0.get(path).map_or(0, |rows| rows.count);
        let differs = paths.into_iter().filter(|path| self.0.get(*path) != other.0.get(*path));
        differs.map(|path| format!("{path} ({} and {} rows)", count(self, path), count(other, path))).collect()
    }
}

/// One step of FNV-1a.
fn fnv(digest: u64, byte: u8) -> u64 {
    (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
}
