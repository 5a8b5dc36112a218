//! What the access log says of a request, written before the answer leaves.

use crate::{
    access::Principal,
    audit::{Audit, Entry, Kind, broken_by, changed_by},
    db::Db,
    error::Result,
    graphql::exec::Seen,
};
use async_graphql::parser::types::OperationDefinition;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::Instant;

/// The mutation that lets a clinician see a patient who is not assigned.
const BREAKS: &str = "breakGlass";

/// How long an entry may take although the request's time is over.
const GRACE: Duration = Duration::from_secs(2);

/// A request as its entry names it.
pub(super) struct Named<'a> {
    /// Who asks.
    pub(super) principal: &'a Principal,
    /// The request's id.
    pub(super) request: &'a str,
    /// The operation's name.
    pub(super) operation: Option<&'a str>,
    /// The document.
    pub(super) document: &'a str,
    /// Whether it has changed something.
    pub(super) changes: bool,
    /// When it is, in milliseconds since the epoch.
    pub(super) now_ms: i64,
    /// The number under which its changes are noted; 0 where there are none.
    pub(super) event: i64,
}

/// The number under which the changes of a mutation are noted; 0 where none are. Whoever is not known changes sessions alone.
pub(super) async fn reserved(audit: Option<&Audit>, principal: &Principal, until: Instant) -> Result<i64> {
    match audit {
        Some(audit) if *principal != Principal::Nobody => audit.reserved(until).await,
        _ => Ok(0),
    }
}

/// Enters what an answer tells and what its request wrote; an error where it must not leave.
pub(super) fn enter<'a>(
    audit: &'a Audit,
    db: &'a Db,
    seen: Seen<'a>,
    named: Named<'a>,
    until: Instant,
) -> BoxFuture<'a, Result<()>> {
    // As a box: most of the time nobody needs what it holds while it waits.
    Box::pin(entered(audit, db, seen, named, until))
}

async fn entered(audit: &Audit, db: &Db, seen: Seen<'_>, named: Named<'_>, until: Instant) -> Result<()> {
    let is_told = !seen.patients.is_empty() || seen.counts;
    if !is_told && named.event == 0 {
        return Ok(());
    }
    let account = named.principal.account();
    let (fields, unknown) = (seen.listed(), seen.unknown());
    let breaks = named.changes && seen.fields.contains(&("Mutation", BREAKS));
    let mut patients = seen.patients;
    for (table, keys) in unknown {
        patients.extend(db.patients_of(table, &keys).await?.into_iter().map(|(_, patient)| patient));
    }
    let break_glass = match account.filter(|account| account.breaks) {
        Some(account) if !breaks => {
            let broken = broken_by(db, account.id, named.now_ms).await?;
            let changed = if named.changes { changed_by(db, named.event).await? } else { Vec::new() };
            patients.iter().chain(&changed).any(|patient| broken.contains(patient))
        }
        _ => breaks,
    };
    let entry = Entry {
        id: named.event,
        account: account.map(|account| account.id),
        who: named.principal.entered(),
        role: named.principal.role().map(|role| role.name().to_owned()),
        request: named.request.to_owned(),
        operation: named.operation.map(str::to_owned),
        document: Some(format!("{:x}", Sha256::digest(named.document))),
        fields,
        break_glass,
        writes: named.event != 0,
        patients,
        ..Entry::of(Kind::Request)
    };
    // An answer whose time is over is told as far as it came, and entered too.
    audit.write(entry, until.max(Instant::now() + GRACE)).await
}

/// The name of an operation, where it has one.
pub(super) fn name_of<'a>(
    document: &'a async_graphql::parser::types::ExecutableDocument,
    operation: &OperationDefinition,
) -> Option<&'a str> {
    document
        .operations
        .iter()
        .find(|(_, one)| std::ptr::eq(&one.node, operation))
        .and_then(|(name, _)| name.map(|name| name.as_str()))
}
