//! How the rows of a list are found.
//!
//! Both stores choose a plan by what they guess of the values in a column. Of a condition on related rows they guess wrong by a factor of
//! a thousand, in either direction: a value is rare or common, and its column's average says nothing of it. So a statement whose filter
//! leaves a choice is written in a form that leaves the store none. There are three:
//!
//! - **plain**: the table, its conditions, its order. One index serves both.
//! - **narrow**: first the keys of the rows that meet the condition which the fewest rows meet, wherever in the filter it stands, by its
//!   index; from these keys to our rows; of those rows the rest of the conditions is looked up.
//! - **walk**: the rows in their order, each condition looked up for each row, until the page is full.
//!
//! The choice follows from how many rows a condition's index has for its values, counted up to a bound (`LEAF_BOUND`), and where that
//! is many, from how many rows of a sample meet the whole filter. Both are kept for a minute (`known`).

mod bound;
mod known;
mod narrow;
mod text;

pub(super) use bound::Bound;
use bound::bounded;
pub(crate) use known::Known;
use known::{Facts, Leaf, Sample};
use narrow::{Check, Narrow, Planning};
pub(super) use text::push_walk;

use super::{
    cond::{Cond, Quantifier},
    pool::Db,
    scope::Scope,
    select::ListQuery,
    table::Table,
};
use crate::error::Result;
use std::fmt::Write;

/// How far the rows that meet one condition are counted.
const LEAF_BOUND: u32 = 10_000;
/// How many entries are counted for all conditions of a list together.
const PROBE_READS: u32 = 100_000;
/// How many rows the samples of all conditions have together.
const SAMPLES: f64 = 10_000.0;
/// Reading so many rows is not worth a closer look.
const QUICK: f64 = 15_000.0;
/// About how many rows a sample may read.
const SAMPLE_READS: f64 = 1_500.0;
/// The most rows of a sample, and the least.
const SAMPLE_MOST: f64 = 300.0;
const SAMPLE_LEAST: f64 = 8.0;
/// From so many rows of a sample on, their share is taken for the share of all.
const ENOUGH: i64 = 3;

// What work costs, in microseconds of MariaDB on one usual core, as measured; SQLite's costs stand to each other much the same. A row costs
// about one, so that readers may take the sum for a number of rows.

/// A row that is found by its key, or by an index that has one value for all of them, so that they come in the order of their keys.
const FETCH: f64 = 0.8;
/// A row of a range of an index, wherever it lies.
const JUMP: f64 = 1.6;
/// An entry of an index.
const ENTRY: f64 = 0.3;
/// A row where all rows of a table are read, one after the other.
const SCAN: f64 = 0.35;
/// A key that is put among those which are there already.
const DISTINCT: f64 = 0.65;
/// A row that is put into its order.
const SORT: f64 = 0.5;
/// A key that is looked up in a set.
const LOOK_UP: f64 = 0.6;
/// A look-up of related rows, besides the rows.
const ASK: f64 = 1.5;
/// A row that a row leads to, where it is joined.
const JOIN: f64 = 0.5;
/// Which share of a table's rows is taken to meet conditions of which nothing is known.
const GUESS: f64 = 0.25;
/// How many related rows are looked at until one matches, where most rows have one that does.
const FEW: f64 = 4.0;

/// What the rows are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// So many, in their order.
    Page(u32),
    /// How many there are.
    Count,
}

/// How the way of a list is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prefer {
    /// By what it costs.
    #[default]
    Cost,
    /// The plain form, always. This and the others are for tests, which hold the forms against each other.
    Plain,
    /// The narrow form, wherever an index allows it.
    Narrow,
    /// A walk that looks conditions up for each row.
    Walk,
    /// A walk that finds related rows once, wherever it can.
    Sets,
    /// All rows, of which those that match are put into their order.
    Scan,
}

/// A condition of a list: its filter's, or one of the words that are searched.
#[derive(Debug, Clone, Copy)]
pub(in crate::db) enum Part<'q> {
    Cond(&'q Cond),
    Words(&'q [String]),
    Scope(&'q Scope),
}

/// How the rows of a list are found.
#[derive(Debug)]
pub struct Way<'q> {
    pub(super) form: Form<'q>,
    /// What bounds a list of several orders.
    pub(super) bound: Option<Bound>,
    /// What it is estimated to cost, in rows that are read one after the other.
    reads: f64,
}

#[derive(Debug)]
pub(super) enum Form<'q> {
    Plain,
    Narrow(Box<Narrow<'q>>),
    Walk(Vec<Check<'q>>),
}

impl Part<'_> {
    /// The same for conditions that mean the same.
    fn meaning(&self) -> String {
        match self {
            Part::Cond(cond) => cond.meaning(),
            Part::Words(words) => format!("{words:?}"),
            Part::Scope(scope) => scope.meaning(),
        }
    }
}

impl<'q> Way<'q> {
    fn narrow(found: Narrow<'q>) -> Self {
        Way { reads: found.cost, bound: None, form: Form::Narrow(Box::new(found)) }
    }

    /// The table, its conditions, its order.
    pub const PLAIN: Way<'static> = Way { form: Form::Plain, bound: None, reads: 0.0 };

    /// The same without a bound, which follows from a row that may be gone since.
    pub fn unbounded(self) -> Option<Self> {
        self.bound.is_some().then_some(Way { bound: None, ..self })
    }

    /// What it is estimated to cost, in rows that are read one after the other.
    pub fn reads(&self) -> u64 {
        self.reads as u64
    }

    /// For people: how the rows are found, without a value.
    pub fn shown(&self) -> Option<String> {
        let mut shown = match &self.form {
            Form::Plain => return None,
            Form::Walk(_) => "walk: each row in turn".to_owned(),
            Form::Narrow(narrow) => format!("narrow: from {}", narrow.shown()),
        };
        let _ = write!(shown, ", at the cost of about {:.0} rows", self.reads.max(1.0));
        Some(shown)
    }
}

/// How the rows of a list are best found.
pub async fn choose<'q>(
    db: &Db,
    table: &'static Table,
    scope: &'q Scope,
    ask: &'q ListQuery,
    want: Want,
) -> Result<Way<'q>> {
    let parts = parts(ask);
    let prefer = db.prefer;
    if prefer == Prefer::Plain {
        return Ok(Way::PLAIN);
    }
    if prefer == Prefer::Cost && is_plain(table, scope, ask, &parts, want) {
        return bounded(db, table, scope, ask, want, Way::PLAIN).await;
    }
    let mut parts = parts;
    // Patients in scope lead to all rows that are in it, unless there is reference data among them.
    if !scope.is_everything() && !table.is_everybodys() && !table.is_mixed() {
        parts.push(Part::Scope(scope));
    }
    let mut planning = Planning { prefer, dialect: db.dialect(), facts: Facts::default(), held: None, alone: false };
    let (mut tables, mut leaves, mut scans) = (vec![table], Vec::new(), Vec::new());
    planning.gather(table, &parts, &mut tables, &mut leaves, &mut scans);
    planning.facts = db.known.facts(db, &tables, &leaves).await?;
    match (prefer, planning.narrow(table, &parts)) {
        (Prefer::Cost, Some(found)) if found.cost <= QUICK => return Ok(Way::narrow(found)),
        (Prefer::Narrow, Some(found)) => return Ok(Way::narrow(found)),
        (Prefer::Scan, _) => return Ok(Way::narrow(planning.scan(table, &parts))),
        _ => {}
    }
    // Many rows, or unknown how many: samples tell.
    let (unknown, share) = planning.without_keys(table, &parts);
    let each = 1.0 + planning.check_all(table, &unknown);
    let rows = |each: f64| (SAMPLE_READS / each).clamp(SAMPLE_LEAST, SAMPLE_MOST) as u32;
    leaves.retain(|leaf| planning.facts.is_open(leaf));
    leaves.extend(scans);
    let of_leaves: Vec<[Part<'q>; 1]> = leaves.iter().map(|leaf| [leaf.part]).collect();
    let most = (SAMPLES / leaves.len().max(1) as f64).max(SAMPLE_LEAST) as u32;
    let of_leaf = |(leaf, parts): (&Leaf<'q>, _)| Sample {
        table: leaf.table,
        parts,
        rows: rows(1.0 + planning.check_all(leaf.table, parts)).min(most),
        first_of: None,
    };
    let mut samples: Vec<Sample<'q, '_>> =
        leaves.iter().zip(of_leaves.iter().map(<[_; 1]>::as_slice)).map(of_leaf).collect();
    let whole = |first_of| Sample { table, parts: &unknown, rows: rows(each), first_of };
    samples.push(whole(None));
    if let Want::Page(_) = want {
        samples.push(whole(Some(ask)));
    }
    let shares = db.known.samples(db, &samples, &planning.facts).await?;
    for (leaf, share) in leaves.iter().zip(&shares) {
        planning.facts.refine(leaf, *share);
    }
    let size = planning.facts.rows(table);
    let mut walked = size;
    if let Some([any, first @ ..]) = shares.get(leaves.len()..) {
        planning.held = (any.1 > 0).then(|| share * any.0 as f64 / any.1 as f64);
        if let Want::Page(page) = want {
            let until_full = |(met, of): (i64, i64)| f64::from(page) * of as f64 / (met as f64 * share);
            walked = match (first.first(), any) {
                // As among the first rows; or they are further on.
                (Some(first), _) if first.0 >= ENOUGH => until_full(*first),
                (_, any) if any.0 >= ENOUGH => size / 4.0 + until_full(*any),
                _ => size,
            };
        }
    }
    // Of several conditions it is not known which one fails.
    planning.alone = parts.len() == 1;
    let walked = walked.min(size);
    let (checks, cost) = planning.check_rows(table, &parts, walked, want == Want::Count);
    let walk = walked * if want == Want::Count { SCAN } else { JUMP } + cost;
    if prefer == Prefer::Cost {
        let mut ways: Vec<Narrow<'q>> = planning.narrow(table, &parts).into_iter().collect();
        if want != Want::Count {
            if walked * 4.0 > size {
                ways.push(planning.scan(table, &parts));
            }
            ways.iter_mut().for_each(Narrow::ordered);
        }
        let least = ways.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost));
        if let Some(found) = least.filter(|found| found.cost <= walk) {
            return Ok(Way::narrow(found));
        }
    }
    let has_sets = checks.iter().any(|check| check.set.is_some());
    let way = Way { reads: walk, bound: None, form: Form::Walk(checks) };
    // Sets would be found once more for the bound.
    if has_sets { Ok(way) } else { bounded(db, table, scope, ask, want, way).await }
}

/// The conditions of a list, all of which hold.
fn parts(ask: &ListQuery) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = match &ask.filter {
        Some(Cond::And(all)) => all.iter().map(Part::Cond).collect(),
        Some(one) => vec![Part::Cond(one)],
        None => Vec::new(),
    };
    if !ask.words.is_empty() {
        parts.push(Part::Words(&ask.words));
    }
    parts
}

/// Whether one index serves the conditions and the order, so that there is nothing to choose.
fn is_plain(table: &Table, scope: &Scope, ask: &ListQuery, parts: &[Part<'_>], want: Want) -> bool {
    match parts {
        [] => scope.is_everything() || table.is_everybodys(),
        [Part::Cond(Cond::In(column, keys))] if *column == table.key => keys.len() < QUICK as usize,
        [Part::Cond(leaf)] if scope.is_everything() && narrow::is_leaf(table, leaf) => {
            let first = ask.effective_order().next().map_or(table.key, |by| by.column);
            let one_value = |column: &str| {
                matches!(leaf, Cond::In(of, values) if *of == column && values.len() == 1)
                    || matches!(leaf, Cond::IsNull(of, true) if *of == column)
            };
            let leads = narrow::column_of(leaf);
            want == Want::Count
                || ask.order.is_empty()
                || leads.is_some_and(|leads| leads == first || (one_value(leads) && table.is_followed(leads, first)))
        }
        _ => false,
    }
}

/// Whether an index leads to the rows that meet a condition, of whatever table the index is.
pub fn narrows(table: &Table, cond: &Cond) -> bool {
    match cond {
        leaf if narrow::is_leaf(table, leaf) => true,
        Cond::And(all) => all.iter().any(|cond| narrows(table, cond)),
        Cond::Or(any) => !any.is_empty() && any.iter().all(|cond| narrows(table, cond)),
        Cond::Keys(column, _) => *column == table.key,
        Cond::Related(related) => related.quantifier == Quantifier::Some && narrows(related.table, &related.cond),
        _ => false,
    }
}

/// A number of keys, spread evenly.
fn spread(low: i64, high: i64, count: u32) -> Vec<i32> {
    let (low, high) = (i128::from(low), i128::from(high));
    let wanted = i128::from(count.max(1)).min(high - low + 1).max(1);
    let key = |i: i128| low + (high - low) * (2 * i + 1) / (2 * wanted);
    (0..wanted).filter_map(|i| i32::try_from(key(i)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampled_keys_are_spread_over_all() {
        assert_eq!(spread(1, 4, 2), [1, 3]);
        assert_eq!(spread(7, 7, 100), [7]);
        let keys = spread(1, 100_000, 100);
        assert_eq!((keys.len(), keys.first(), keys.last()), (100, Some(&500), Some(&99_500)));
    }
}
