//! A mutation as one transaction: all of it or nothing, once, and said only when it is kept.

use super::{
    arrival::reaches_graph,
    draft::{Draft, Linked, read_by},
    idempotency,
    made::add,
    operation::{Operation, Options},
    payload::{Outcome, Removed},
    references::{self, nobody},
    transition::{Followed, Following, below_owner_of},
};
use crate::{
    db::{Belongs, Tx, change, fault},
    error::{Error, Result, Violation},
    feed::REFERENCE,
    graphql::{
        clock::Clock,
        context::Cx,
        form::{Above, Form},
        model::{Entity, Model},
        rules::{Broken, Cells, Check, ColumnRule, broken, kind_of, violation},
    },
};
use std::{sync::atomic::Ordering::Relaxed, time::Duration};
use tokio::time::sleep;

/// How often a transaction is begun at most.
const ATTEMPTS: u32 = 5;

/// Does the work.
pub(super) async fn perform(cx: &Cx, mutation: &str, operation: &Operation, options: &Options) -> Result<Outcome> {
    let digest = operation.identity(mutation);
    let (mut attempt, mut unconfirmed) = (0, None);
    let done = loop {
        attempt += 1;
        let attempted = Attempt { cx, mutation, operation, options, digest: &digest }.run().await;
        let again = match &attempted {
            // The store took it back.
            Err(error) if fault::asks_again(error) => true,
            // It was lost before the commit, so nothing is kept.
            Err(Error::Unavailable(_)) => true,
            // Whether it is kept is not known; with a key the next attempt finds out.
            Err(Error::Unconfirmed(detail)) => {
                unconfirmed = Some(detail.clone());
                options.key.is_some()
            }
            _ => false,
        };
        if !again || attempt == ATTEMPTS {
            break settled(attempted, unconfirmed);
        }
        if let Err(Error::Unavailable(_) | Error::Unconfirmed(_)) = attempted {
            cx.db.forget_idle();
        }
        sleep(Duration::from_millis(20 << attempt)).await;
    };
    let mut outcome = done?;
    // Of a row that was removed before, when nobody waited, it is not known whose it was.
    if options.wait_for_graph && !outcome.patients.is_empty() {
        outcome.in_graph = reaches_graph(cx, &outcome.patients).await;
    }
    Ok(outcome)
}

/// What the last attempt says of all of them; an earlier one may have been kept without an answer.
fn settled<T>(last: Result<T>, unconfirmed: Option<String>) -> Result<T> {
    match (last, unconfirmed) {
        // This attempt had the key to itself, so nothing was kept before it.
        (Err(error @ (Error::Invalid(_) | Error::Changed(_) | Error::KeyTaken)), _) => Err(error),
        (Err(_), Some(detail)) => Err(Error::Unconfirmed(detail)),
        (last, _) => last,
    }
}

struct Attempt<'a> {
    cx: &'a Cx,
    mutation: &'a str,
    operation: &'a Operation,
    options: &'a Options,
    digest: &'a str,
}

impl Attempt<'_> {
    async fn run(&self) -> Result<Outcome> {
        let mut tx = Tx::begin(&self.cx.db).await?;
        let ended = self.within(&mut tx).await;
        match &ended {
            Ok(outcome) if !outcome.replayed => {
                self.options.committing.store(true, Relaxed);
                match tx.commit().await {
                    Err(Error::Unavailable(detail)) => Err(Error::Unconfirmed(detail)),
                    committed => committed.and(ended),
                }
            }
            // Nothing to keep, and nothing wrong with the connection.
            Ok(_) | Err(Error::Invalid(_) | Error::Changed(_) | Error::KeyTaken) => {
                tx.rollback().await;
                ended
            }
            Err(_) => ended,
        }
    }

    /// All of it but the commit.
    async fn within(&self, tx: &mut Tx) -> Result<Outcome> {
        if let Some(key) = &self.options.key
            && let Some(mut outcome) = idempotency::claim(tx, self.cx, key, (self.mutation, self.digest)).await?
        {
            if outcome.patients.is_empty() {
                outcome.patients = self.patients(tx, &outcome.keys).await?;
            }
            return Ok(outcome);
        }
        let before = match self.operation {
            // Afterwards nothing says any more whose it was. Others are asked then: a row is locked before it is read.
            Operation::Remove { .. } => Some(self.patients(tx, &[]).await?),
            _ => None,
        };
        let mut outcome = self.act(tx).await?;
        outcome.patients = match before {
            Some(patients) => patients,
            None => self.patients(tx, &outcome.keys).await?,
        };
        if let Some(key) = &self.options.key {
            idempotency::keep(tx, key, &outcome).await?;
        }
        Ok(outcome)
    }

    /// The patients whom it concerns, or [`REFERENCE`]; known only to whoever waits for the graph. `made` are those whom it added.
    async fn patients(&self, tx: &mut Tx, made: &[i32]) -> Result<Vec<i32>> {
        if !self.options.wait_for_graph {
            return Ok(Vec::new());
        }
        let (table, key) = match self.operation {
            Operation::Add { above: Some((above, key)), .. } => (above.entity.table, *key),
            Operation::Add { above: None, form, .. } => {
                return Ok(match form.entity.table.belongs {
                    Belongs::Patient => made.to_vec(),
                    Belongs::Everybody => vec![REFERENCE],
                    Belongs::To(_) | Belongs::OneOf(_) => Vec::new(),
                });
            }
            Operation::Put { above: (above, key), .. } => (above.entity.table, *key),
            Operation::Change { form, key, .. } => (form.entity.table, *key),
            Operation::Once { once, key, .. } => (once.form.entity.table, *key),
            Operation::Remove { entity, key, .. } => (entity.table, *key),
        };
        if table.is_everybodys() {
            return Ok(vec![REFERENCE]);
        }
        let patient = tx.patient_of(table, key).await?;
        Ok(patient.or(table.is_mixed().then_some(REFERENCE)).into_iter().collect())
    }

    async fn act(&self, tx: &mut Tx) -> Result<Outcome> {
        let written = match self.operation {
            Operation::Add { above: Some((above, _)), .. } => above.entity,
            operation => operation.entity(),
        };
        references::may_write(self.cx, written, self.operation.path())?;
        let clock = self.cx.clock;
        match self.operation {
            Operation::Add { form, above, rows, links, after } => {
                self.allowed(tx, *above, links).await?;
                let begun = match after {
                    Some(after) => Some(after.end((tx, self.cx.clock.today), above.as_ref(), rows).await?),
                    None => None,
                };
                self.add(tx, form, *above, begun.as_ref().unwrap_or(rows)).await
            }
            Operation::Put { form, above: (above, key), row, links } => {
                // Whoever else writes it at the same time waits here, and then finds it.
                tx.lock(above.entity.table, &[above.entity.table.key], *key, &self.cx.scope).await?;
                self.allowed(tx, Some((*above, *key)), links).await?;
                match tx.first_below(form.entity.table, above.owner.column, *key).await? {
                    Some(there) => {
                        let stored = self.locked(tx, form.entity, there, None).await?;
                        let stored = Cells::of_stored(form.entity, stored);
                        self.change(tx, form, (there, stored), &row.cells, (None, clock)).await
                    }
                    None => self.add(tx, form, Some((*above, *key)), std::slice::from_ref(row)).await,
                }
            }
            Operation::Change { form, key, expected, cells, links, follows } => {
                references::exist(tx, self.cx, links.iter()).await?;
                references::stay(tx, Some((form.entity.table, *key)), links).await?;
                let stored = self.locked(tx, form.entity, *key, expected.as_deref()).await?;
                self.change(tx, form, (*key, Cells::of_stored(form.entity, stored)), cells, (follows.as_ref(), clock))
                    .await
            }
            Operation::Once { once, key, expected, cells, links } => {
                references::exist(tx, self.cx, links.iter()).await?;
                references::stay(tx, Some((once.form.entity.table, *key)), links).await?;
                let stored = self.locked(tx, once.form.entity, *key, expected.as_deref()).await?;
                let stored = Cells::of_stored(once.form.entity, stored);
                if stored.get(once.moment).is_some() {
                    return Err(Error::Invalid(vec![once.is_over()]));
                }
                let (mut cells, mut clock) = (cells.clone(), clock);
                if cells.get(once.moment).is_none() {
                    let now = tx.now().await?;
                    clock = clock.not_before(&now);
                    cells.set(once.moment, Some(now));
                }
                self.change(tx, once.form, (*key, stored), &cells, (None, clock)).await
            }
            Operation::Remove { entity, key, expected } => {
                self.locked(tx, entity, *key, expected.as_deref()).await?;
                references::none_to(tx, self.cx, entity, *key).await?;
                let mut removed = Vec::new();
                // Not left to the database's cascades: an adopted one may lack them.
                for entity_below in self.cx.model.all_below(entity).iter().chain([entity]) {
                    let count = match tx.remove(entity_below.table, entity.table, *key).await {
                        Ok(count) => count,
                        Err(error) => return Err(self.of_database(tx, error, None).await),
                    };
                    if count > 0 {
                        removed.insert(0, Removed { of: entity_below.object.name.into(), count: count as i32 });
                    }
                }
                Ok(Outcome { removed, ..Outcome::default() })
            }
        }
    }

    /// That the caller may see the row above new ones and what these point to, and that what must be is the same patient's.
    async fn allowed(&self, tx: &mut Tx, above: Option<(Above, i32)>, links: &[Linked]) -> Result<()> {
        let above_link = above.map(|(above, key)| Linked {
            path: vec!["input".into(), above.field.into()],
            entity: above.entity,
            key,
            within: false,
        });
        references::exist(tx, self.cx, above_link.iter().chain(links)).await?;
        references::stay(tx, above.map(|(above, key)| (above.entity.table, key)), links).await
    }

    async fn add(
        &self,
        tx: &mut Tx,
        form: &'static Form,
        above: Option<(Above, i32)>,
        rows: &[Draft],
    ) -> Result<Outcome> {
        let owner = above.map(|(above, key)| (above.owner.column, key));
        let mut rows = rows.to_vec();
        for row in &mut rows {
            references::agree(tx, form, None, &row.cells, |_| true).await?;
            row.cells = references::completed(tx, form, &row.cells).await?;
            references::before_end(tx, form, true, &row.cells, |_| true).await?;
            if let Some(owner) = owner {
                replace(tx, form.entity, owner, (None, &row.cells)).await?;
            }
        }
        match add(tx, form.entity, owner, &rows).await {
            Ok(keys) => Ok(Outcome { keys, ..Outcome::default() }),
            Err(error) => Err(self.of_database(tx, error, Some(form)).await),
        }
    }

    /// The row as it is stored, if it is the one that the client knows.
    async fn locked(
        &self,
        tx: &mut Tx,
        entity: &'static Entity,
        key: i32,
        expected: Option<&str>,
    ) -> Result<change::Texts> {
        let columns = entity.stored();
        let stored = tx.lock(entity.table, &columns, key, &self.cx.scope).await?;
        let stored = stored.ok_or_else(|| nobody(&["id"], entity))?;
        references::may_write_row(self.cx, entity, &stored)?;
        let version = change::version(&stored);
        if expected.is_some_and(|expected| expected != version) {
            return Err(Error::Changed(version));
        }
        Ok(stored)
    }

    async fn change(
        &self,
        tx: &mut Tx,
        form: &'static Form,
        (key, mut row): (i32, Cells),
        cells: &Cells,
        (follows, clock): (Option<&Following>, Clock),
    ) -> Result<Outcome> {
        let mut violations: Vec<Violation> = follows.and_then(|follows| follows.is_open(&row)).into_iter().collect();
        let (mut given, before) = (cells.clone(), row.clone());
        given.iter().for_each(|(column, value)| row.set(column, value.map(str::to_owned)));
        let mut followed = Followed::default();
        if let Some(follows) = follows {
            followed = follows.followed(tx, &row, clock).await?;
        }
        for (column, value) in followed.sets.drain(..) {
            row.set(column, value.clone());
            given.set(column, value);
        }
        let mut changed = Cells::default();
        for (column, value) in given.iter().filter(|(column, value)| before.get(column) != *value) {
            changed.set(column, value.map(str::to_owned));
        }
        let resets =
            form.rules().columns.iter().filter(|column| changed.has(column.name)).flat_map(|column| column.resets);
        for (column, value) in resets.filter(|(column, _)| !cells.has(column)).collect::<Vec<_>>() {
            if row.get(column) != *value {
                changed.set(column, value.map(str::to_owned));
                row.set(column, value.map(str::to_owned));
            }
        }
        // A row that broke a rule before may be mended a step at a time: only rules on what is given count.
        let checks = form.rules().checks.iter().chain(form.checks);
        violations.extend(of_checks(form, broken(checks, &row, |column| given.has(column), clock)));
        violations.extend(of_helpers(form, &row, |column| given.has(column)));
        violations.append(&mut followed.violations);
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        references::agree(tx, form, Some(key), &row, |column| changed.has(column)).await?;
        references::before_end(tx, form, false, &row, |column| changed.has(column)).await?;
        references::no_circle(tx, form, key, &row, |column| changed.has(column)).await?;
        let written = changed.cells(form.entity);
        let owners = form.entity.table.owners().iter().filter(|_| !written.is_empty());
        for owner in owners.filter_map(|owner| Some((owner.column, row.get(owner.column)?.parse().ok()?))) {
            replace(tx, form.entity, owner, (Some(key), &row)).await?;
        }
        if !written.is_empty()
            && let Err(error) = tx.update(form.entity.table, key, written).await
        {
            return Err(self.of_database(tx, error, Some(form)).await);
        }
        let mut outcome = Outcome { keys: vec![key], ..Outcome::default() };
        for (adds, rows) in followed.rows.iter().filter(|(_, rows)| !rows.is_empty()) {
            let entity = adds.form.entity;
            let above = below_owner_of(form.entity, &row, entity)?;
            let keys = match add(tx, entity, Some(above), rows).await {
                Ok(keys) => keys,
                Err(error) => return Err(adds.placed(self.of_database(tx, error, Some(adds.form)).await)),
            };
            outcome.added.insert(adds.field.into(), keys);
        }
        Ok(outcome)
    }

    /// The database's own refusal: in the words of our rule, where it is one; else of rules that only the database has.
    async fn of_database(&self, tx: &mut Tx, error: Error, form: Option<&Form>) -> Error {
        let Error::Internal(text) = &error else { return error };
        if let Some((form, check)) = form.and_then(|form| refused(self.cx.model, form, text)) {
            return Error::Invalid(of_checks(form, vec![(check, check.message.into())]));
        }
        match tx.refusal(&error) {
            // A foreign key that fails is none of ours: what an input points to was seen, and stays until the transaction ends.
            Some(refusal) => {
                tracing::warn!("the database refused a change by a rule of its own: {text}");
                Error::Invalid(vec![Violation {
                    path: vec![if form.is_some() { "input" } else { "id" }.into()],
                    code: refusal.code(),
                    message: refusal.message().to_owned(),
                }])
            }
            None => error,
        }
    }
}

/// What is wrong with values that another value of the row helps to read, where either of the two is written.
fn of_helpers(form: &Form, row: &Cells, touched: impl Fn(&str) -> bool) -> Vec<Violation> {
    let input = [serde_json::Value::from("input")];
    let wrong = |column: &'static ColumnRule| {
        let helper = column.helper().filter(|helper| touched(column.name) || touched(helper))?;
        let (text, by) = (row.get(column.name)?, row.get(helper)?);
        let (code, message) = read_by(kind_of(form.entity, column.name), column, text, Some(by)).err()?;
        Some(violation(&input, form.field(column), code, message))
    };
    form.rules().columns.iter().filter_map(wrong).collect()
}

/// Where a row is to be the only one of its owner of which a flag is set, the others give way.
async fn replace(tx: &mut Tx, entity: &Entity, owner: (&str, i32), (key, row): (Option<i32>, &Cells)) -> Result<()> {
    for column in entity.rules.columns.iter().filter(|column| row.flag(column.name, false)) {
        let among = column.sole.and_then(|among| Some((among, row.get(among)?)));
        if let Some(among) = among {
            tx.clear(entity.table, column.name, owner, among, key).await?;
        }
    }
    Ok(())
}

fn of_checks(form: &Form, broken: Vec<Broken<'_>>) -> Vec<Violation> {
    let input = [serde_json::Value::from("input")];
    let shown = |(check, message): Broken<'_>| violation(&input, form.field_of(check.columns), check.code, message);
    broken.into_iter().map(shown).collect()
}

/// The rule, of this form or one below it, whose constraint a text names.
fn refused<'a>(model: &Model, form: &'a Form, text: &str) -> Option<(&'a Form, &'a Check)> {
    let check = form.rules().checks.iter().find(|check| check.is_meant(form.entity.table.name, text));
    match check {
        Some(check) => Some((form, check)),
        None => form.below(model).find_map(|below| refused(model, below.form, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_without_an_answer_is_not_forgotten_for_what_fails_after_it() {
        let text = String::new;
        for later in [
            Error::NotStored(text()),
            Error::Unavailable(text()),
            Error::Internal(text()),
            Error::Timeout("a database statement"),
            Error::Unconfirmed(text()),
        ] {
            let told = settled::<()>(Err(later.clone()), Some(text()));
            assert!(matches!(told, Err(Error::Unconfirmed(_))), "{later:?}: {told:?}");
            let told = settled::<()>(Err(later.clone()), None);
            assert_eq!(told.unwrap_err().code(), later.code());
        }
        for sure in [Error::Invalid(Vec::new()), Error::KeyTaken] {
            let told = settled::<()>(Err(sure.clone()), Some(text()));
            assert_eq!(told.unwrap_err().code(), sure.code());
        }
        assert!(settled(Ok(()), Some(text())).is_ok());
    }
}
