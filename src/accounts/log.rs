//! The access log as patients and administrators read it.

use crate::{
    access::{Access, LOG_IN, Purpose, Role, looked},
    audit::{Asked, Change, Entry, Kind, Stored, Wanted, log_of, logged},
    db::{DateTime, Flag, ValueKind},
    error::{Error, Result},
    graphql::{
        args::{Args, id_of},
        connection::PAGE_INFO,
        context::Cx,
        exec::{Level, Resolved, Slot, children},
        limits::Limits,
        made::{Made, MadeRow, Texts, ToMany, ToOne, ToRows, made},
        model::{Field, FieldDef, Loading, Object},
        relation::{distinct, keys},
        types::{Arg, FieldType, Types},
    },
    patients::patient,
};
use async_graphql::Value;
use chrono::{NaiveDate, NaiveTime};
use std::sync::Arc;

/// An entry.
#[derive(Clone)]
struct Logged(Arc<Stored>);

impl Logged {
    /// The program of a partner, and what it asked for, where one looked.
    fn partner(&self) -> Option<(String, Purpose)> {
        let Entry { who, role, .. } = &self.0.entry;
        let is_partner = role.as_deref() == Some(Role::Partner.name());
        who.as_deref().filter(|_| is_partner).and_then(looked)
    }
}

made! {
    Logged {
        /// The number of the entry, which grows with time.
        "number": String = |logged| logged.0.entry.id.to_string();
        /// When the entry was written.
        "at": Option<DateTime> = |logged| DateTime::of_millis(logged.0.at_ms);
        /// Why the entry is there.
        "kind": Kind = |logged| logged.0.entry.kind;
        /// What the caller was called then: the account's name, or its e-mail address; a partner's program and its partner; null where nobody had
        /// to log in.
        "who": Option<String> = |logged| match logged.partner() {
            Some((who, _)) => Some(who),
            None => logged.0.entry.who.clone(),
        };
        /// The caller's role then.
        "role": Option<Role> = |logged| logged.0.entry.role.as_deref().and_then(Role::read);
        /// What a partner's program asked for.
        "purpose": Option<Purpose> = |logged| logged.partner().map(|(_, purpose)| purpose);
        /// The name of the operation; of an entry that no request left, what wrote it.
        "operation": Option<String> = |logged| logged.0.entry.operation.clone();
        /// The id of the request, which the gateway's own log has too.
        "requestId": String = |logged| logged.0.entry.request.clone();
        /// Whether the caller had broken the glass to see the patient.
        "breakGlass": Flag<false> = |logged| Flag(logged.0.entry.break_glass);
    }
}

made! {
    Change {
        /// The table in the relational store whose rows were changed.
        "table": String = |change| change.table.clone();
        /// What was done to the rows: `add`, `change` or `remove`.
        "action": String = |change| change.action.clone();
        /// The keys of the rows, as far as they are known, and how many there are besides, as `+3`.
        "rows": String = |change| change.keys.clone();
    }
}

/// The parts of a list.
fn split(list: &str) -> Vec<Arc<str>> {
    list.split(',').filter(|part| !part.is_empty()).map(Arc::from).collect()
}

static CHANGE: Object = Object {
    name: "AccessChange",
    doc: "What a request changed in a table, without the values.",
    is_node: false,
    of: None,
    scalars: Change::SCALARS,
    fields: &[FieldDef {
        name: "columns",
        doc: "The columns that were written.",
        field: &Texts(|change: &Change, _| split(&change.columns)),
    }],
};

static ENTRY: Object = Object {
    name: "AccessEvent",
    doc: "An entry of the access log: who saw or changed what, and when.",
    is_node: false,
    of: None,
    scalars: Logged::SCALARS,
    fields: &[
        FieldDef {
            name: "fields",
            doc: "The fields of the answer, as `Patient.name`.",
            field: &Texts(|logged: &Logged, _| split(&logged.0.entry.fields)),
        },
        FieldDef {
            name: "changes",
            doc: "What the request changed; in a patient's log only what belongs to the patient.",
            field: &ToMany {
                object: &CHANGE,
                make: |logged: &Logged, _, _| Ok(logged.0.changes.clone()),
                args: |_| Vec::new(),
                expected: 2,
            },
        },
        FieldDef {
            name: "patients",
            doc: "The patients who were seen or changed; those who are gone are left out, and a patient's log names no other.",
            field: &ToRows {
                entity: &patient::ENTITY,
                keys: |logged: &Logged, _, _| Ok(logged.0.entry.patients.clone()),
                args: |_| Vec::new(),
                expected: 20,
            },
        },
        FieldDef {
            name: "patientIds",
            doc: "The global ids of the patients who were seen or changed, also of those who are gone.",
            field: &Texts(|logged: &Logged, _| {
                logged.0.entry.patients.iter().map(|key| format!("Patient:{key}").into()).collect()
            }),
        },
    ],
};

/// A page of entries.
struct Page {
    entries: Vec<Logged>,
    /// Whether there are later ones, because the page begins after a cursor.
    before: bool,
    more: bool,
}
made! { Page {} }

struct Edge(Logged);
made! {
    Edge {
        /// The place of the entry in the list, for `after`.
        "cursor": String = |edge| edge.0.0.entry.id.to_string();
    }
}

struct PageState {
    next: bool,
    previous: bool,
    start: Option<String>,
    end: Option<String>,
}
made! {
    PageState {
        "hasNextPage": Flag<false> = |state| Flag(state.next);
        "hasPreviousPage": Flag<false> = |state| Flag(state.previous);
        "startCursor": Option<String> = |state| state.start.clone();
        "endCursor": Option<String> = |state| state.end.clone();
    }
}

static EDGE: Object = Object {
    name: "AccessEventEdge",
    doc: "An entry of a page, with its cursor.",
    is_node: false,
    of: None,
    scalars: Edge::SCALARS,
    fields: &[FieldDef {
        name: "node",
        doc: "The entry itself.",
        field: &ToOne { object: &ENTRY, make: |edge: &Edge, _| Some(edge.0.clone()) },
    }],
};

static CONNECTION: Object = Object {
    name: "AccessEventConnection",
    doc: "A page of the access log, the latest entry first.",
    is_node: false,
    of: None,
    scalars: &[],
    fields: &[
        FieldDef {
            name: "edges",
            doc: "The entries of this page, each with its cursor.",
            field: &ToMany {
                object: &EDGE,
                make: |page: &Page, _, _| Ok(page.entries.iter().cloned().map(Edge).collect()),
                args: |_| Vec::new(),
                expected: 1,
            },
        },
        FieldDef {
            name: "nodes",
            doc: "The entries of this page.",
            field: &ToMany {
                object: &ENTRY,
                make: |page: &Page, _, _| Ok(page.entries.clone()),
                args: |_| Vec::new(),
                expected: 1,
            },
        },
        FieldDef {
            name: "pageInfo",
            doc: "Whether there are more pages, and where they begin.",
            field: &ToOne {
                object: &PAGE_INFO,
                make: |page: &Page, _| {
                    let cursor = |entry: Option<&Logged>| entry.map(|entry| entry.0.entry.id.to_string());
                    let (start, end) = (cursor(page.entries.first()), cursor(page.entries.last()));
                    Some(PageState { next: page.more, previous: page.before, start, end })
                },
            },
        },
    ],
};

fn page_args() -> Vec<Arg> {
    vec![
        Arg::new("first", "Int", "At most this many entries, the latest first (20 if left out)."),
        Arg::new("after", "String", "Only entries after this cursor, which are earlier ones."),
    ]
}

fn size(args: &Args, limits: &Limits) -> Result<u32> {
    Ok(args.count("first", limits.max_page_size)?.unwrap_or(limits.default_page_size))
}

fn cursor(args: &Args) -> Result<Option<i64>> {
    let wrong = |_error| Error::BadInput("`after` must be a cursor of this list".into());
    args.text("after").map(|text| text.parse().map_err(wrong)).transpose()
}

/// At most `size` entries of one more.
fn page(mut found: Vec<Stored>, size: u32, after: Option<i64>) -> Page {
    let more = found.len() > size as usize;
    found.truncate(size as usize);
    let entries = found.into_iter().map(|stored| Logged(Arc::new(stored))).collect();
    Page { entries, more, before: after.is_some() }
}

/// Refuses what patients and administrators alone read of who looked at a patient.
pub(super) fn for_whom_it_is_about(cx: &Cx, field: &str) -> Result<()> {
    match cx.asker.principal.role() {
        Some(Role::Admin | Role::Patient) => Ok(()),
        Some(role @ (Role::Clinician | Role::Partner)) => {
            let role = role.name();
            Err(Error::NotAllowed(format!(
                "`{field}` is for the patient and for administrators, not for the role {role}"
            )))
        }
        None => Err(Error::Unauthenticated(LOG_IN)),
    }
}

/// The entries of a patient.
struct LogOfPatient;

impl Field for LogOfPatient {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&CONNECTION);
        FieldType { ty: CONNECTION.name.into(), args: page_args() }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&CONNECTION)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        u64::from(size(args, limits).unwrap_or(limits.default_page_size))
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            for_whom_it_is_about(cx, "accessLog")?;
            let (size, before) = (size(&slot.args, &cx.limits)?, cursor(&slot.args)?);
            let keys = keys(&level, None);
            let patients = distinct(&keys);
            let mut found = match patients.as_slice() {
                [] => Default::default(),
                patients => log_of(&cx.db, patients, &Asked { limit: size + 1, before, changes: true }).await?,
            };
            cx.charge(found.values().map(Vec::len).sum())?;
            // A patient who stands at several places has the same page at each.
            let mut pages = Vec::with_capacity(patients.len());
            for key in &patients {
                pages.push(page(found.remove(key).unwrap_or_default(), size, before));
            }
            let rows = Made::rows(&CONNECTION, pages);
            let place = |key: &Option<i32>| patients.binary_search(&(*key)?).ok();
            let given = keys.iter().map(|key| match place(key) {
                Some(place) => Resolved::One(rows.one(place as u32)),
                None => Resolved::Null,
            });
            Ok(children(cx, &level, &slot, given.collect()).await)
        })
    }
}

/// The whole log, for administrators.
struct WholeLog;

impl WholeLog {
    async fn wanted(cx: &Cx, args: &Args) -> Result<Option<Wanted>> {
        let day = |name: &str, more: u64| match args.text(name).map(str::parse::<NaiveDate>) {
            Some(Ok(day)) => {
                let day = day.checked_add_days(chrono::Days::new(more)).unwrap_or(day);
                Ok(Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()))
            }
            Some(Err(_)) => Err(Error::BadInput(format!("`{name}` must be a day, as 2024-05-01"))),
            None => Ok(None),
        };
        let mut wanted = Wanted {
            break_glass: args.get("breakGlass").map(|value| *value == Value::Boolean(true)),
            from_ms: day("from", 0)?,
            until_ms: day("to", 1)?,
            before: cursor(args)?,
            ..Wanted::default()
        };
        if wanted.from_ms.zip(wanted.until_ms).is_some_and(|(from, until)| from >= until) {
            return Err(Error::BadInput("`from` must not be after `to`".into()));
        }
        if let Some(id) = args.get("patientId") {
            let Some(key) = id_of(&patient::ENTITY, id)? else { return Ok(None) };
            wanted.patient = Some(key);
        }
        if let Some(email) = args.text("email") {
            let Some(account) = Access::account_of(&cx.db, email).await? else { return Ok(None) };
            wanted.account = Some(account);
        }
        Ok(Some(wanted))
    }
}

impl Field for WholeLog {
    fn describe(&self, _on: &'static Object, types: &mut Types<'_>) -> FieldType {
        types.object(&CONNECTION);
        let day = types.kind(ValueKind::Date);
        let mut args = page_args();
        args.extend([
            Arg::new("patientId", "ID", "Only entries about this patient, who may be gone."),
            Arg::new("email", "String", "Only entries of the account with this e-mail address."),
            Arg::new("breakGlass", "Boolean", "Only entries of callers who broke the glass, or only the others."),
            Arg::new("from", day.clone(), "Only entries of this day (UTC) and later ones."),
            Arg::new("to", day, "Only entries of this day (UTC) and earlier ones."),
        ]);
        FieldType { ty: CONNECTION.name.into(), args }
    }
    fn target(&self, _on: &'static Object) -> Option<&'static Object> {
        Some(&CONNECTION)
    }
    fn expected(&self, args: &Args, limits: &Limits) -> u64 {
        u64::from(size(args, limits).unwrap_or(limits.default_page_size))
    }
    fn load<'a>(&'a self, cx: &'a Cx, level: Arc<Level<'a>>, slot: Arc<Slot<'a>>) -> Loading<'a> {
        Box::pin(async move {
            let (size, before) = (size(&slot.args, &cx.limits)?, cursor(&slot.args)?);
            let found = match Self::wanted(cx, &slot.args).await? {
                Some(wanted) => logged(&cx.db, &wanted, size + 1).await?,
                None => Vec::new(),
            };
            cx.charge(found.iter().map(|stored| 1 + stored.entry.patients.len()).sum())?;
            let given = vec![Resolved::One(Made::rows(&CONNECTION, vec![page(found, size, before)]))];
            Ok(children(cx, &level, &slot, given).await)
        })
    }
}

/// The fields, each with the name of the type that it is given to.
pub static FIELDS: &[(&str, FieldDef)] = &[
    (
        "Patient",
        FieldDef {
            name: "accessLog",
            doc: "The entries of the access log about the patient, the latest first: callers who saw or changed the record. For the patient and for administrators.",
            field: &LogOfPatient,
        },
    ),
    (
        "Query",
        FieldDef {
            name: "accessEvents",
            doc: "The access log: who saw or changed whose record, the latest entry first. For administrators.",
            field: &WholeLog,
        },
    ),
];
