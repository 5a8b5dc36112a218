//! A mutation as one transaction: all of it or nothing, once, and said only when it is kept.

use super::{
    arrival::reaches_graph,
    draft::{Draft, Linked},
    idempotency,
    made::add,
    operation::{Operation, Options},
    others,
    payload::{Outcome, Removed},
    references::{self, nobody},
    refusal::{Place, all, of_database, sound},
    transition::{Followed, Following, below_owner_of},
};
use crate::{
    audit,
    db::{Belongs, Tx, change, fault},
    error::{Error, Result, Violation},
    feed::REFERENCE,
    graphql::{
        clock::Clock,
        context::Cx,
        form::{Above, Form},
        model::Entity,
        rules::{Cells, broken},
    },
};
use std::{sync::atomic::Ordering::Relaxed, time::Duration};
use tokio::time::sleep;

/// How often a transaction is begun at most.
const ATTEMPTS: u32 = 5;

/// Does the work.
pub(super) async fn perform(cx: &Cx, mutation: &str, operation: &Operation, options: &Options) -> Result<Outcome> {
    let account = cx.asker.principal.account().map(|account| account.id);
    let digest = operation.identity(mutation, account);
    if let [_, ..] = operation.wrong() {
        // What the database knows to be wrong besides is told with it; where it cannot be asked, what is known already.
        let told = Attempt { cx, mutation, operation, options, digest: &digest }.run().await;
        let known = || Error::Invalid(operation.wrong().to_vec());
        return Err(told.err().filter(|told| matches!(told, Error::Invalid(_))).unwrap_or_else(known));
    }
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
        // An input that is wrong is never done, so it has no key: what is wrong in it is no part of its digest.
        if self.operation.wrong().is_empty()
            && let Some(key) = &self.options.key
            && let Some(mut outcome) = idempotency::claim(tx, self.cx, key, (self.mutation, self.digest)).await?
        {
            if outcome.patients.is_empty() {
                outcome.patients = self.patients(tx, &outcome.keys).await?;
            }
            return Ok(outcome);
        }
        // Afterwards nothing says any more whose it was. Others are asked then: a row is locked before it is read.
        let before = match self.operation {
            Operation::Remove { .. } => Some(self.patients(tx, &[]).await?),
            _ => None,
        };
        let whose = match self.operation {
            Operation::Remove { entity, key, .. } if self.cx.event != 0 => tx.patient_of(entity.table, *key).await?,
            _ => None,
        };
        let mut outcome = self.act(tx).await?;
        audit::note(tx, self.cx.event, &self.cx.noted, whose).await?;
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
        let (row, key) = match self.operation {
            Operation::Add { above: None, .. } => (written, None),
            Operation::Add { above: Some((above, key)), .. } | Operation::Put { above: (above, key), .. } => {
                (above.entity, Some(*key))
            }
            Operation::Change { key, .. } | Operation::Once { key, .. } | Operation::Remove { key, .. } => {
                (written, Some(*key))
            }
        };
        references::may_give(tx, self.cx, self.operation, (row, key)).await?;
        let wrong = self.operation.wrong().to_vec();
        match self.operation {
            Operation::Add { form, above, rows, found, after } => {
                let mut wrong = self.pointed(tx, *above, &found.links, wrong).await?;
                let mut rows = rows.clone();
                if let Some(after) = after {
                    wrong.extend(after.end((tx, self.cx.clock.today), above.as_ref(), &mut rows).await?);
                    // The row before is in the way as long as it has not ended.
                    if !wrong.is_empty() {
                        return Err(all(wrong));
                    }
                }
                self.add(tx, form, *above, rows, wrong).await
            }
            Operation::Put { form, above: (above, key), row, found } => {
                // Whoever else writes it at the same time waits here, and then finds it.
                tx.lock(above.entity.table, &[above.entity.table.key], *key, &self.cx.scope).await?;
                let above = (*above, *key);
                let wrong = self.pointed(tx, Some(above), &found.links, wrong).await?;
                match tx.first_below(form.entity.table, above.0.owner.column, above.1).await? {
                    Some(there) => {
                        let (stored, wrong) = self.locked(tx, form.entity, (there, None), wrong).await?;
                        self.change(tx, form, (there, stored), &row.cells, (None, self.cx.clock), wrong).await
                    }
                    None => self.add(tx, form, Some(above), vec![row.clone()], wrong).await,
                }
            }
            Operation::Change { form, key, expected, cells, found, follows } => {
                let wrong = self.pointed_by(tx, (form, *key), &found.links, wrong).await?;
                let (stored, wrong) = self.locked(tx, form.entity, (*key, expected.as_deref()), wrong).await?;
                self.change(tx, form, (*key, stored), cells, (follows.as_ref(), self.cx.clock), wrong).await
            }
            Operation::Once { once, key, expected, cells, found } => {
                let form = once.form;
                let wrong = self.pointed_by(tx, (form, *key), &found.links, wrong).await?;
                let (stored, mut wrong) = self.locked(tx, form.entity, (*key, expected.as_deref()), wrong).await?;
                if stored.get(once.moment).is_some() {
                    wrong.push(once.is_over());
                    return Err(Error::Invalid(wrong));
                }
                let (mut cells, mut clock) = (cells.clone(), self.cx.clock);
                if cells.get(once.moment).is_none() {
                    let now = tx.now().await?;
                    clock = clock.not_before(&now);
                    cells.set(once.moment, Some(now));
                }
                self.change(tx, form, (*key, stored), &cells, (None, clock), wrong).await
            }
            Operation::Remove { entity, key, expected } => {
                self.locked(tx, entity, (*key, expected.as_deref()), wrong).await?;
                references::none_to(tx, self.cx, entity, *key).await?;
                let mut removed = Vec::new();
                // Not left to the database's cascades: an adopted one may lack them.
                for entity_below in self.cx.model.all_below(entity).iter().chain([entity]) {
                    let count = match tx.remove(entity_below.table, entity.table, *key).await {
                        Ok(count) => count,
                        Err(error) => return Err(of_database(tx, error, None)),
                    };
                    if count > 0 {
                        removed.insert(0, Removed { of: entity_below.object.name.into(), count: count as i32 });
                    }
                }
                Ok(Outcome { removed, ..Outcome::default() })
            }
        }
    }

    /// What is wrong with the row above new ones and with the rows that these point to: the caller may see them, and what must be is the
    /// same patient's.
    async fn pointed(
        &self,
        tx: &mut Tx,
        above: Option<(Above, i32)>,
        links: &[Linked],
        mut wrong: Vec<Violation>,
    ) -> Result<Vec<Violation>> {
        let above_link = above.map(|(above, key)| Linked {
            path: vec!["input".into(), above.field.into()],
            entity: above.entity,
            key,
            within: false,
        });
        let pointed: Vec<&Linked> = above_link.iter().chain(links).collect();
        wrong.extend(references::missing(tx, self.cx, &pointed).await?);
        // Of a row that the caller may not see nothing is told.
        if above.is_none() || seen(above, &wrong).is_some() {
            let row = above.map(|(above, key)| (above.entity.table, key));
            wrong.extend(references::strangers(tx, row, links, &wrong).await?);
        }
        Ok(wrong)
    }

    /// The same of the rows that a row is to point to which is there.
    async fn pointed_by(
        &self,
        tx: &mut Tx,
        (form, key): (&Form, i32),
        links: &[Linked],
        mut wrong: Vec<Violation>,
    ) -> Result<Vec<Violation>> {
        wrong.extend(references::missing(tx, self.cx, &links.iter().collect::<Vec<_>>()).await?);
        if !tx.seen(form.entity.table, &[key], &self.cx.scope).await?.is_empty() {
            wrong.extend(references::strangers(tx, Some((form.entity.table, key)), links, &wrong).await?);
        }
        Ok(wrong)
    }

    async fn add(
        &self,
        tx: &mut Tx,
        form: &'static Form,
        above: Option<(Above, i32)>,
        mut rows: Vec<Draft>,
        mut wrong: Vec<Violation>,
    ) -> Result<Outcome> {
        others::agree(tx, form, &mut rows, &mut wrong).await?;
        let own: Vec<_> = rows.iter().map(|row| (&row.path[..], &row.cells)).collect();
        wrong.extend(references::before_end(tx, form, true, &own, |_| true, &wrong).await?);
        if !wrong.is_empty() {
            wrong.extend(others::taken(tx, (form, seen(above, &wrong)), &rows, None).await?);
            return Err(all(wrong));
        }
        let owner = above.map(|(above, key)| (above.owner.column, key));
        for row in &rows {
            if let Some(owner) = owner {
                replace(tx, form.entity, owner, (None, &row.cells)).await?;
            }
        }
        let mut refused = Vec::new();
        let keys = add(tx, form, owner, &rows, &mut refused).await?;
        for row in &refused {
            // Of several rules the database tells one.
            let above = above.filter(|_| std::ptr::eq(row.form, form));
            wrong.extend(others::taken(tx, (row.form, above), std::slice::from_ref(row.row), None).await?);
        }
        sound(tx, wrong, refused, above.map(|(above, _)| above))?;
        // Rows below a row that the caller sees are seen. A new patient is seen only where something gives the patient to the caller.
        if above.is_none() && !self.cx.scope.is_everything() {
            let seen = tx.seen(form.entity.table, &keys, &self.cx.scope).await?;
            if seen.len() < keys.len() {
                return Err(references::unseen());
            }
        }
        Ok(Outcome { keys, ..Outcome::default() })
    }

    /// The row as it is stored, if it is the one that the client knows. What is wrong already is told first.
    async fn locked(
        &self,
        tx: &mut Tx,
        entity: &'static Entity,
        (key, expected): (i32, Option<&str>),
        mut wrong: Vec<Violation>,
    ) -> Result<(Cells, Vec<Violation>)> {
        let stored = tx.lock(entity.table, &entity.stored(), key, &self.cx.scope).await?;
        let Some(stored) = stored else {
            wrong.push(nobody(entity));
            return Err(Error::Invalid(wrong));
        };
        references::may_write_row(self.cx, entity, &stored)?;
        let version = change::version(&stored);
        match expected.is_some_and(|expected| expected != version) {
            true if wrong.is_empty() => Err(Error::Changed(version)),
            true => Err(Error::Invalid(wrong)),
            false => Ok((Cells::of_stored(entity, stored), wrong)),
        }
    }

    async fn change(
        &self,
        tx: &mut Tx,
        form: &'static Form,
        (key, mut row): (i32, Cells),
        cells: &Cells,
        (follows, clock): (Option<&Following>, Clock),
        mut wrong: Vec<Violation>,
    ) -> Result<Outcome> {
        wrong.extend(follows.and_then(|follows| follows.is_open(&row)));
        let (mut given, before) = (cells.clone(), row.clone());
        given.iter().for_each(|(column, value)| row.set(column, value.map(str::to_owned)));
        let mut followed = Followed::default();
        if let Some(follows) = follows {
            followed = follows.followed(tx, &row, clock).await?;
        }
        for (column, value, _) in &followed.sets {
            row.set(column, value.clone());
            given.set(column, value.clone());
        }
        let path = [serde_json::Value::from("input")];
        let place = Place { form, path: &path, named: Some(self.operation.path()), sets: &followed.sets, above: None };
        // A value that is refused already is not among the row's: what is between it and others is not known.
        let known = wrong.clone();
        let is_known = |column: &str| !known.iter().any(|violation| violation.path == place.of(&[column]));
        for (column, _) in cells.iter().filter(|(column, _)| !is_known(column)) {
            row.set(column, before.get(column).map(str::to_owned));
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
        let (model, touched) = ((self.cx.model, form), |column: &str| changed.has(column) && is_known(column));
        wrong.extend(others::agree_changed(tx, model, (key, &mut row), |column| cells.has(column), touched).await?);
        let filled = form.rules().columns.iter().filter(|column| column.follows.is_some() && !given.has(column.name));
        for column in filled.filter(|column| before.get(column.name) != row.get(column.name)).collect::<Vec<_>>() {
            changed.set(column.name, row.get(column.name).map(str::to_owned));
        }
        // A row that broke a rule before may be mended a step at a time: only rules on what is given count.
        let checks = form.rules().checks.iter().chain(form.checks);
        let checks = checks.filter(|check| check.columns.iter().all(|column| is_known(column)));
        wrong.extend(place.checks(broken(checks, &row, |column| given.has(column), clock)));
        wrong.extend(place.helpers(&row, |column| given.has(column) && is_known(column)));
        wrong.extend(followed.violations.iter().cloned());
        let touched = |column: &str| changed.has(column) && is_known(column);
        let own = [(&path[..], &row)];
        wrong.extend(references::before_end(tx, form, false, &own, touched, &wrong).await?);
        wrong.extend(references::no_circle(tx, form, (key, &row), touched).await?);
        let mut follow = std::mem::take(&mut followed.rows);
        for (adds, rows) in &mut follow {
            others::agree(tx, adds.form, rows, &mut wrong).await?;
        }
        if !wrong.is_empty() {
            let row = [Draft { path: path.to_vec(), cells: row, below: Vec::new() }];
            wrong.extend(others::taken(tx, (form, None), &row, Some(key)).await?);
            return Err(all(wrong));
        }
        let written = changed.cells(form.entity);
        let owners = form.entity.table.owners().iter().filter(|_| !written.is_empty());
        for owner in owners.filter_map(|owner| Some((owner.column, row.get(owner.column)?.parse().ok()?))) {
            replace(tx, form.entity, owner, (Some(key), &row)).await?;
        }
        if !written.is_empty()
            && let Err(error) = tx.update(form.entity.table, key, written).await
        {
            return Err(of_database(tx, error, Some(place)));
        }
        let mut outcome = Outcome { keys: vec![key], ..Outcome::default() };
        let mut refused = Vec::new();
        for (adds, rows) in follow.iter().filter(|(_, rows)| !rows.is_empty()) {
            let above = below_owner_of(form.entity, &row, adds.form.entity)?;
            let keys = add(tx, adds.form, Some(above), rows, &mut refused).await?;
            outcome.added.insert(adds.field.into(), keys);
        }
        sound(tx, Vec::new(), refused, None)?;
        Ok(outcome)
    }
}

/// The row above new ones, unless the caller may not see it.
fn seen(above: Option<(Above, i32)>, wrong: &[Violation]) -> Option<(Above, i32)> {
    let place = |above: &Above| [serde_json::Value::from("input"), above.field.into()];
    above.filter(|(above, _)| !wrong.iter().any(|violation| violation.path == place(above)))
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
