//! Breaking the glass: a clinician sees a patient who is not assigned, for a limited time, with a reason that the patient and the
//! administrators read.

use super::log::for_whom_it_is_about;
use crate::{
    audit,
    db::{
        Belongs, Cell, DateTime, Db, Dialect, Owner, Sql, Table, Tx, change,
        scope::{Grant, Must, Rows},
    },
    error::{Error, Result, Violation},
    graphql::{
        args::{Args, id_of},
        clock::Clock,
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        made::{GlobalId, Made, MadeRow, Making, ToRow, made},
        model::{Field, FieldDef, Loading, Object},
        relation::{distinct, keys},
        types::{Arg, FieldType, Types},
    },
    patients::patient,
};
use async_graphql::Value;
use std::{collections::HashMap, sync::Arc};

/// The rows by which the glass is broken.
static TABLE: Table = Table {
    name: "Break_Glass",
    key: "break_id",
    belongs: Belongs::To(Owner { column: "patient_id", to: &patient::TABLE }),
    links: &[],
    columns: &[],
    search: false,
};

/// The most glasses that an account has broken at a time.
const AT_A_TIME: i64 = 20;
/// The fewest and the most characters of a reason.
const REASON: [usize; 2] = [10, 1_000];
/// How many glasses a list of administrators has at most, and of a patient.
const MOST: i64 = 200;

fn ms(clock: Clock) -> i64 {
    clock.now.and_utc().timestamp_millis()
}

/// The patients for whom an account has broken the glass.
pub fn broken_by(account: i32, clock: Clock) -> Grant {
    let must = vec![Must::Be("account_id", account.into()), Must::Above("until_ms", ms(clock))];
    Grant::With(Rows { table: &TABLE, must })
}

/// A glass that was broken.
#[derive(Clone)]
struct Glass {
    key: i32,
    patient: i32,
    who: Option<String>,
    reason: String,
    at: i64,
    until: i64,
    reviewed: Option<i64>,
    reviewer: Option<String>,
    note: Option<String>,
}

made! {
    Glass {
        /// The number of the entry, for `reviewBreakGlass`.
        "number": i32 = |glass| glass.key;
        /// The global id of the patient.
        "patientId": GlobalId = |glass| GlobalId(format!("Patient:{}", glass.patient));
        /// What the clinician was called then: the account's name, or its e-mail address.
        "who": Option<String> = |glass| glass.who.clone();
        /// The reason that the clinician gave.
        "reason": String = |glass| glass.reason.clone();
        /// From when on the clinician saw the patient.
        "at": Option<DateTime> = |glass| DateTime::of_millis(glass.at);
        /// Until when the clinician saw the patient.
        "until": Option<DateTime> = |glass| DateTime::of_millis(glass.until);
        /// When an administrator reviewed it; null where nobody has.
        "reviewedAt": Option<DateTime> = |glass| glass.reviewed.and_then(DateTime::of_millis);
        /// What the administrator was called then.
        "reviewedBy": Option<String> = |glass| glass.reviewer.clone();
        /// What the administrator noted.
        "reviewNote": Option<String> = |glass| glass.note.clone();
    }
}

static GLASS: Object = Object {
    name: "BreakGlass",
    doc: "A look of a clinician at a patient who is not assigned to the clinician, with the reason.",
    is_node: false,
    of: None,
    scalars: Glass::SCALARS,
    fields: &[FieldDef {
        name: "patient",
        doc: "The patient; null where the caller does not see the patient any more.",
        field: &ToRow { entity: &patient::ENTITY, key: |glass: &Glass| Some(glass.patient) },
    }],
};

/// Selects glasses `g`.
fn select(sql: &mut Sql) {
    let list = match sql.dialect() {
        Dialect::MariaDb => "JSON_ARRAY(",
        Dialect::Sqlite => "json_array(",
    };
    sql.called(TABLE.name, None).push("SELECT g.break_id, ").push(list);
    sql.push("g.patient_id, g.who, g.reason, g.begun_ms, g.until_ms, g.reviewed_ms, g.reviewer, g.review_note)");
    sql.push(" FROM ");
}

async fn glasses(db: &Db, sql: &Sql) -> Result<Vec<Glass>> {
    let torn = || Error::Internal("a row of Break_Glass cannot be read".into());
    let rows = db.texts(sql).await?.into_iter();
    rows.map(|(key, list)| {
        let cells = change::of_list(&list.ok_or_else(torn)?)?;
        let [Some(patient), who, Some(reason), Some(at), Some(until), reviewed, reviewer, note] =
            <[Option<String>; 8]>::try_from(cells).map_err(|_other| torn())?
        else {
            return Err(torn());
        };
        let number = |text: String| text.parse::<i64>().map_err(|_none| torn());
        let patient = patient.parse().map_err(|_none| torn())?;
        let (at, until, reviewed) = (number(at)?, number(until)?, reviewed.map(number).transpose()?);
        Ok(Glass { key, patient, who, reason, at, until, reviewed, reviewer, note })
    })
    .collect()
}

fn invalid(argument: &str, message: String) -> Error {
    Error::Invalid(vec![Violation { path: vec![argument.into()], code: "INVALID", message }])
}

/// A text of some length, without blanks around it.
fn worded<'a>(args: &'a Args, name: &str, least: usize) -> Result<&'a str> {
    let text = args.text(name).unwrap_or_default().trim();
    let [_, most] = REASON;
    // What nobody sees is no reason.
    let is_seen = |c: &char| c.is_alphanumeric() || c.is_ascii_punctuation();
    let is_hidden = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let seen = text.chars().filter(is_seen).count();
    match seen >= least && text.chars().count() <= most && !text.contains(is_hidden) {
        true => Ok(text),
        false => Err(invalid(
            name,
            format!("`{name}` must have {least} to {most} characters, none of which changes how others are shown"),
        )),
    }
}

/// Notes what a transaction wrote, and commits it.
async fn commit(cx: &Cx, mut tx: Tx) -> Result<()> {
    audit::note(&mut tx, cx.event, &cx.noted, None).await?;
    match tx.commit().await {
        Err(Error::Unavailable(detail)) => Err(Error::Unconfirmed(detail)),
        committed => committed,
    }
}

/// Breaks the glass for the caller.
async fn break_glass(cx: &Cx, args: &Args) -> Result<Glass> {
    let principal = &cx.asker.principal;
    let Some(account) = principal.account() else {
        return Err(Error::NotAllowed("`breakGlass` needs an account".into()));
    };
    let most = i64::from(cx.limits.break_glass_minutes);
    if most == 0 {
        return Err(Error::NotAllowed("nobody breaks the glass here (`break_glass_minutes` is 0)".into()));
    }
    let reason = worded(args, "reason", REASON[0])?;
    let minutes = match args.get("minutes").map(crate::graphql::args::as_int) {
        None => most,
        Some(Some(minutes)) if (1..=most).contains(&minutes) => minutes,
        Some(_) => return Err(invalid("minutes", format!("`minutes` must be from 1 to {most}"))),
    };
    let nobody = || invalid("patientId", "there is no such patient".into());
    let key = id_of(&patient::ENTITY, args.get("patientId").unwrap_or(&Value::Null))?.ok_or_else(nobody)?;
    let (at, who) = (ms(cx.clock), account.called().to_owned());
    let until = at + minutes * 60_000;
    let mut tx = Tx::begin(&cx.db).await?;
    // One at a time for each account, so that their number holds.
    let mut sql = Sql::new(tx.dialect());
    sql.called("User_Account", Some(1)).push("UPDATE User_Account SET account_id = account_id WHERE account_id = ");
    sql.int(account.id.into());
    tx.execute(sql).await?;
    let mut sql = Sql::new(tx.dialect());
    sql.called(patient::TABLE.name, Some(1))
        .push("SELECT patient_id, 0 FROM Patient WHERE patient_id = ")
        .int(key.into());
    if tx.numbers(sql).await?.is_empty() {
        tx.rollback().await;
        return Err(nobody());
    }
    // Who sees the patient by a glass alone may break another, which lasts longer.
    if !tx.seen(&patient::TABLE, &[key], &cx.scope.without(&TABLE)).await?.is_empty() {
        tx.rollback().await;
        return Err(invalid("patientId", "you see this patient anyway: there is no glass to break".into()));
    }
    let mut sql = Sql::new(tx.dialect());
    sql.called(TABLE.name, None).push("SELECT 0, COUNT(*) FROM Break_Glass WHERE account_id = ").int(account.id.into());
    sql.push(" AND until_ms > ").int(at);
    if tx.numbers(sql).await?.first().is_some_and(|(_, count)| *count >= AT_A_TIME) {
        tx.rollback().await;
        return Err(invalid(
            "patientId",
            format!("you have broken the glass for {AT_A_TIME} patients: wait until one of them is over"),
        ));
    }
    let columns = ["patient_id", "account_id", "who", "reason", "begun_ms", "until_ms"];
    let cells = vec![
        Cell::from(i64::from(key)),
        Cell::from(i64::from(account.id)),
        Cell::from(who.chars().take(255).collect::<String>()),
        Cell::from(reason),
        Cell::from(at),
        Cell::from(until),
    ];
    let keys = tx.insert(&TABLE, &columns, vec![cells]).await?;
    commit(cx, tx).await?;
    tracing::warn!(
        account = account.id,
        "a clinician broke the glass: `accessEvents(breakGlass: true)` has what was seen"
    );
    Ok(Glass {
        key: keys.first().copied().unwrap_or_default(),
        patient: key,
        who: Some(who),
        reason: reason.to_owned(),
        at,
        until,
        reviewed: None,
        reviewer: None,
        note: None,
    })
}

/// Marks a glass as reviewed.
async fn review(cx: &Cx, args: &Args) -> Result<Glass> {
    let key = args.get("number").and_then(crate::graphql::args::as_int).and_then(|key| i32::try_from(key).ok());
    let nothing = || invalid("number", "there is no such entry".into());
    let key = key.ok_or_else(nothing)?;
    let note = match args.text("note") {
        Some(_) => Some(worded(args, "note", 1)?.to_owned()),
        None => None,
    };
    let reviewer = cx.asker.principal.account().map(|account| account.called().to_owned());
    let mut tx = Tx::begin(&cx.db).await?;
    if tx.seen(&TABLE, &[key], &cx.scope).await?.is_empty() {
        tx.rollback().await;
        return Err(nothing());
    }
    let there = tx.lock(&TABLE, &["reviewed_ms"], key, &cx.scope).await?;
    if there.is_some_and(|cells| cells.iter().any(Option::is_some)) {
        tx.rollback().await;
        let message = "this was reviewed before: a review stays as it was".into();
        return Err(Error::Invalid(vec![Violation { path: vec!["number".into()], code: "DONE_BEFORE", message }]));
    }
    let cells = vec![
        ("reviewed_ms", Cell::from(ms(cx.clock))),
        ("reviewer", Cell::Text(reviewer)),
        ("review_note", Cell::Text(note)),
    ];
    tx.update(&TABLE, key, cells).await?;
    commit(cx, tx).await?;
    let mut sql = Sql::new(cx.db.dialect());
    select(&mut sql);
    sql.push("Break_Glass g WHERE g.break_id = ").int(key.into());
    glasses(&cx.db, &sql).await?.into_iter().next().ok_or_else(nothing)
}

/// A mutation that answers a glass.
macro_rules! mutation {
    ($(#[doc = $doc:literal])* $field:ident = $run:ident($($arg:literal: $ty:literal = $says:literal;)*)) => {
        $(#[doc = $doc])*
        struct $field;

        impl Field for $field {
            fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
                types.object(&GLASS);
                FieldType { ty: GLASS.name.into(), args: vec![$(Arg::new($arg, $ty, $says)),*] }
            }
            fn target(&self, _on: &'static Object) -> Option<&'static Object> {
                Some(&GLASS)
            }
            fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
                Box::pin(async move {
                    if let Some(why) = cx.limits.read_only {
                        return Err(Error::BadInput(why.into()));
                    }
                    let rows = Made::rows(&GLASS, vec![$run(cx, &slot.args).await?]);
                    Ok(children(cx, &level, &slot, vec![Resolved::One(rows)]).await)
                })
            }
        }
    };
}

mutation! {
    /// `breakGlass`.
    BreakGlass = break_glass(
        "patientId": "ID!" = "The global id of the patient, as `Patient:12`; `12` will do.";
        "reason": "String!" = "The reason why the record must be seen now: 10 characters at least. The patient reads it.";
        "minutes": "Int" = "For how many minutes; as many as are allowed if left out.";
    )
}

mutation! {
    /// `reviewBreakGlass`.
    ReviewBreakGlass = review(
        "number": "Int!" = "The number of the entry.";
        "note": "String" = "What the review found.";
    )
}

/// The glasses that were broken for a patient.
struct OfPatient;

impl Field for OfPatient {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&GLASS);
        FieldType::new(format!("[{}!]", GLASS.name))
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&GLASS)
    }
    fn expected(&self, _: &Args, _: &crate::graphql::limits::Limits) -> u64 {
        2
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            for_whom_it_is_about(cx, "breakGlasses")?;
            let keys = keys(&level, None);
            let patients = distinct(&keys);
            let mut sql = Sql::new(cx.db.dialect());
            select(&mut sql);
            sql.keys(&patients).straight_join().push("Break_Glass g ON g.patient_id = k.id ORDER BY g.break_id DESC");
            let mut of: HashMap<i32, Vec<Glass>> = HashMap::new();
            for glass in glasses(&cx.db, &sql).await? {
                of.entry(glass.patient).or_default().push(glass);
            }
            let mut made = Making::new(cx);
            for key in &keys {
                let list = key.and_then(|key| of.get(&key)).cloned().unwrap_or_default();
                made.push(list.into_iter().take(MOST as usize)).await?;
            }
            Ok(children(cx, &level, &slot, made.lists(&GLASS)).await)
        })
    }
}

/// The glasses that were broken, for administrators: those that nobody reviewed first.
struct Broken;

impl Field for Broken {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&GLASS);
        let args = vec![
            Arg::new("first", "Int", "At most this many (20 if left out)."),
            Arg::new("reviewed", "Boolean", "Only those that were reviewed, or only those that were not."),
        ];
        FieldType { ty: format!("[{}!]", GLASS.name), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&GLASS)
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let first = slot.args.count("first", cx.limits.max_page_size)?.unwrap_or(cx.limits.default_page_size);
            let mut sql = Sql::new(cx.db.dialect());
            select(&mut sql);
            sql.push("Break_Glass g");
            match slot.args.get("reviewed") {
                Some(Value::Boolean(true)) => drop(sql.push(" WHERE g.reviewed_ms IS NOT NULL")),
                Some(Value::Boolean(false)) => drop(sql.push(" WHERE g.reviewed_ms IS NULL")),
                _ => {}
            }
            sql.push(" ORDER BY g.reviewed_ms IS NOT NULL, g.break_id DESC LIMIT ").int(first.into());
            let found = glasses(&cx.db, &sql).await?;
            let given = vec![Resolved::Many(Made::rows(&GLASS, found))];
            Ok(children(cx, &level, &slot, given).await)
        })
    }
}

/// The fields, each with the name of the type that it is given to.
pub static FIELDS: &[(&str, FieldDef)] = &[
    (
        "Patient",
        FieldDef {
            name: "breakGlasses",
            doc: "The looks of clinicians at the patient without being assigned, each with its reason, the latest first. For the patient and for administrators.",
            field: &OfPatient,
        },
    ),
    (
        "Query",
        FieldDef {
            name: "breakGlasses",
            doc: "The looks of clinicians at patients who are not assigned to them, each with its reason; those that nobody reviewed first, then the latest. For administrators.",
            field: &Broken,
        },
    ),
    (
        "Mutation",
        FieldDef {
            name: "breakGlass",
            doc: "Lets a clinician see a patient who is not assigned, for some minutes. The reason, and all that is seen, is in the access log; the patient and the administrators read it.",
            field: &BreakGlass,
        },
    ),
    (
        "Mutation",
        FieldDef {
            name: "reviewBreakGlass",
            doc: "Marks that an administrator reviewed that a clinician broke the glass.",
            field: &ReviewBreakGlass,
        },
    ),
];
