//! Reading: every comparison, order and page against plain Rust over the same rows, good and bad.

use super::{ENTITIES, Store, on_both, reading};
use crate::{
    db::scope::Scope,
    db::{Bind, Cond, ListQuery, Op, Select, planner::Way},
};
use serde_json::{Value, json};
use std::cmp::Ordering;

/// A stored value as this test knows it.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    /// A number, in thousandths.
    Number(i128),
    Text(String),
}
use Cell::{Null, Number, Text};

impl Cell {
    /// The order of both stores: NULL, numbers, texts.
    fn order(&self, other: &Cell) -> Ordering {
        match (self, other) {
            (Number(a), Number(b)) => a.cmp(b),
            (Text(a), Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
            _ => self.place().cmp(&other.place()),
        }
    }
    fn place(&self) -> u8 {
        match self {
            Null => 0,
            Number(_) => 1,
            Text(_) => 2,
        }
    }
    fn sql(&self) -> String {
        match self {
            Null => "NULL".into(),
            Number(thousandths) => thousandths_text(*thousandths),
            Text(text) => format!("'{text}'"),
        }
    }
}

fn thousandths_text(value: i128) -> String {
    let (sign, value) = (if value < 0 { "-" } else { "" }, value.abs());
    let text = format!("{sign}{}.{:03}", value / 1000, value % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

struct Row {
    key: i64,
    subject: i64,
    /// severity, bytes, height, session, metadata
    cells: [Cell; 5],
}

const COLUMNS: [&str; 4] = ["severity", "bytes", "height", "session"];

/// Numbers that say what they are of, and what they are not.
fn rows(sqlite: bool) -> Vec<Row> {
    let whole = |number: i128| Number(number * 1000);
    let severities = [
        Null,
        whole(1),
        whole(10),
        whole(7),
        whole(7),
        whole(0),
        whole(-3),
        whole(11),
        whole(2_147_483_647),
        // Of more than 32 bits.
        whole(2_147_483_648),
        whole(-2_147_483_649),
    ];
    let bytes = [
        whole(0),
        whole(4_294_967_296),
        Null,
        whole(9_007_199_254_740_991),
        whole(123_456_789_012),
        whole(-5),
        // Of more than JSON can tell.
        whole(9_007_199_254_740_993),
    ];
    let heights = [
        Number(82_500),
        Number(82_510),
        Number(100),
        Number(0),
        Null,
        Number(-1_250),
        Number(500_000),
        Number(123_456_780),
        Number(82_490),
        // With more digits than the column's type has.
        Number(82_505),
    ];
    let sessions = [
        Text("0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22".into()),
        Text("0E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC23".into()),
        Null,
        Text("ffffffff-93c4-4b6a-8f0e-aa00bb11cc22".into()),
        Text("no uuid".into()),
        Text(String::new()),
    ];
    let metadata = [
        Text("{\"device\": \"a\"}".into()),
        Null,
        Text("[1, 2.50]".into()),
        Text("null".into()),
        Text("{broken".into()),
        Text(String::new()),
    ];
    let mut rows: Vec<Row> = (0..88)
        .map(|at: usize| Row {
            key: at as i64 + 1,
            subject: at as i64 * 7 % 4 + 1,
            cells: [
                severities[at % severities.len()].clone(),
                bytes[at % bytes.len()].clone(),
                heights[at % heights.len()].clone(),
                sessions[at % sessions.len()].clone(),
                metadata[at % metadata.len()].clone(),
            ],
        })
        .collect();
    if sqlite {
        // Whatever its type, a column of SQLite takes texts, and fractions where whole numbers are wanted.
        for (at, column, cell) in [
            (3, 0, Text("seven".into())),
            (9, 0, Number(7_500)),
            (14, 1, Text("many".into())),
            (20, 2, Text("tall".into())),
        ] {
            rows[at].cells[column] = cell;
        }
    }
    rows
}

async fn filled(store: &Store) -> Vec<Row> {
    let rows = rows(store.is_sqlite());
    for subject in 1..=4 {
        store.db.run(&format!("INSERT INTO Probe_Subject (name) VALUES ('S{subject}')")).await.unwrap();
    }
    for row in &rows {
        let cells: Vec<String> = row.cells.iter().map(Cell::sql).collect();
        let sql = format!(
            "INSERT INTO Probe_Reading (subject_id, severity, bytes, height, session, metadata) VALUES ({}, {})",
            row.subject,
            cells.join(", ")
        );
        store.db.run(&sql).await.unwrap();
    }
    rows
}

fn keys(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|row| row["readingId"].as_i64().unwrap()).collect()
}

/// What a value is answered as; `None` where it is none of its kind.
fn answered(column: usize, cell: &Cell) -> Option<Value> {
    let whole = |most: i128, least: i128| match cell {
        Number(value) if value % 1000 == 0 && (least..=most).contains(&(value / 1000)) => {
            Some(json!((value / 1000) as i64))
        }
        _ => None,
    };
    match (column, cell) {
        (_, Null) => Some(Value::Null),
        (0, _) => whole(i128::from(i32::MAX), i128::from(i32::MIN)),
        (1, _) => whole((1 << 53) - 1, -(1 << 53) + 1),
        (2, Number(value)) => {
            let sign = if *value < 0 { "-" } else { "" };
            (value % 10 == 0).then(|| json!(format!("{sign}{}.{:02}", value.abs() / 1000, value.abs() % 1000 / 10)))
        }
        (3, Text(text)) => (text.len() == 36).then(|| json!(text.to_lowercase())),
        (4, Text(text)) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

on_both!(a_bad_value_costs_its_own_field, async |store: Store| {
    let rows = filled(&store).await;
    let answer = store
        .ask("{ readings(first: 100) { nodes { readingId severity bytes height session metadata } } }", Value::Null)
        .await;
    let nodes = answer["data"]["readings"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), rows.len());
    let mut bad = Vec::new();
    for (at, (node, row)) in nodes.iter().zip(&rows).enumerate() {
        for (column, field) in ["severity", "bytes", "height", "session", "metadata"].into_iter().enumerate() {
            let expected = answered(column, &row.cells[column]);
            assert_eq!(node[field], expected.clone().unwrap_or_default(), "{field} of {:?}", row.cells);
            if expected.is_none() {
                bad.push(json!(["readings", "nodes", at, field]));
            }
        }
    }
    let errors = answer["errors"].as_array().unwrap();
    let mut paths: Vec<Value> = errors.iter().map(|error| error["path"].clone()).collect();
    paths.sort_by_key(Value::to_string);
    bad.sort_by_key(Value::to_string);
    assert!(bad.len() > 40 && bad.len() <= 100, "{}", bad.len());
    assert_eq!(paths, bad);
});

on_both!(every_comparison_finds_what_it_says, async |store: Store| {
    let rows = filled(&store).await;
    let numbers: [(usize, &[i128]); 3] = [
        (0, &[1_000, 7_000, 10_000, 0, -3_000, 2_147_483_647_000]),
        (1, &[0, 4_294_967_296_000, 9_007_199_254_740_991_000, -5_000]),
        (2, &[82_500, 82_505, 82_510, 100, 0, -1_250, 500_000]),
    ];
    let mut asked = Vec::new();
    for (column, operands) in numbers {
        for operand in operands {
            let text = thousandths_text(*operand);
            // A decimal is a text or a number.
            let spelled = match column {
                2 if operand % 2 == 0 => vec![format!("\"{text}\""), text],
                _ => vec![text],
            };
            for (operator, holds) in [
                ("eq", (|is| is == Ordering::Equal) as fn(Ordering) -> bool),
                ("ne", |is| is != Ordering::Equal),
                ("lt", |is| is == Ordering::Less),
                ("lte", |is| is != Ordering::Greater),
                ("gt", |is| is == Ordering::Greater),
                ("gte", |is| is != Ordering::Less),
            ] {
                for spelled in &spelled {
                    let of = |row: &Row| row.cells[column] != Null && holds(row.cells[column].order(&Number(*operand)));
                    let found: Vec<i64> = rows.iter().filter(|row| of(row)).map(|row| row.key).collect();
                    asked.push((format!("{{{}: {{{operator}: {spelled}}}}}", COLUMNS[column]), found));
                }
            }
        }
        let (a, b) = (operands[0], operands[1]);
        let of = |row: &Row| [Number(a), Number(b)].contains(&row.cells[column]);
        let found = rows.iter().filter(|row| of(row)).map(|row| row.key).collect();
        asked.push((
            format!("{{{}: {{in: [{}, {}]}}}}", COLUMNS[column], thousandths_text(a), thousandths_text(b)),
            found,
        ));
    }
    let same = |row: &Row, text: &str| matches!(&row.cells[3], Text(stored) if stored.eq_ignore_ascii_case(text));
    let (first, second) = ("0E5af2d1-93c4-4b6a-8f0e-aa00bb11cc22", "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc23");
    let of = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).map(|row| row.key).collect::<Vec<_>>();
    asked.push((format!("{{session: {{eq: \"{first}\"}}}}"), of(&|row| same(row, first))));
    asked.push((format!("{{session: {{eq: \"{second}\"}}}}"), of(&|row| same(row, second))));
    asked.push((
        format!("{{session: {{in: [\"{first}\", \"{second}\"]}}}}"),
        of(&|row| same(row, first) || same(row, second)),
    ));
    asked.push((format!("{{session: {{ne: \"{first}\"}}}}"), of(&|row| row.cells[3] != Null && !same(row, first))));
    for (column, field) in COLUMNS.into_iter().enumerate() {
        for yes in [true, false] {
            asked.push((format!("{{{field}: {{isNull: {yes}}}}}"), of(&|row| (row.cells[column] == Null) == yes)));
        }
    }
    for yes in [true, false] {
        let filter = format!("{{severity: {{gte: 1}}, metadata: {{isNull: {yes}}}}}");
        let many = |row: &Row| row.cells[0].order(&Number(1_000)) != Ordering::Less;
        asked.push((filter, of(&|row| many(row) && (row.cells[4] == Null) == yes)));
    }
    let mut hits = 0;
    for (filter, expected) in asked {
        let data = store
            .data(
                &format!("{{ readings(first: 100, filter: {filter}) {{ totalCount nodes {{ readingId }} }} }}"),
                Value::Null,
            )
            .await;
        assert_eq!(keys(&data["readings"]["nodes"]), expected, "{filter}");
        assert_eq!(data["readings"]["totalCount"], expected.len(), "{filter}");
        hits += usize::from(!expected.is_empty() && expected.len() < rows.len());
    }
    assert!(hits > 60, "{hits}");
});

on_both!(every_order_goes_through_every_page, async |store: Store| {
    let rows = filled(&store).await;
    for (column, field) in COLUMNS.into_iter().enumerate() {
        for descending in [false, true] {
            let order = format!("{}_{}", field.to_uppercase(), if descending { "DESC" } else { "ASC" });
            let sorted = |rows: &[&Row]| {
                let mut rows: Vec<&Row> = rows.to_vec();
                rows.sort_by(|a, b| {
                    let ascending = a.cells[column].order(&b.cells[column]).then(a.key.cmp(&b.key));
                    if descending { ascending.reverse() } else { ascending }
                });
                rows.into_iter().map(|row| row.key).collect::<Vec<_>>()
            };
            let all = sorted(&rows.iter().collect::<Vec<_>>());
            for (take, from, cursor) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
                let (mut seen, mut at) = (Vec::new(), Value::Null);
                loop {
                    let query = format!(
                        "query($at: String) {{ readings({take}: 7, {from}: $at, orderBy: [{order}]) {{ nodes {{ readingId }} pageInfo {{ {cursor} }} }} }}"
                    );
                    let data = store.data(&query, json!({ "at": at })).await;
                    let page = keys(&data["readings"]["nodes"]);
                    if page.is_empty() {
                        break;
                    }
                    at = data["readings"]["pageInfo"][cursor].clone();
                    if take == "first" {
                        seen.extend(page)
                    } else {
                        seen.splice(0..0, page);
                    }
                    assert!(seen.len() <= rows.len(), "{order} {take}: {seen:?}");
                }
                assert_eq!(seen, all, "{order} {take}");
            }
            // Below each parent, where rows are sorted in memory or by the database.
            let query = format!(
                "{{ subjects {{ nodes {{ all: readings(orderBy: [{order}]) {{ readingId }} some: readings(orderBy: [{order}], first: 3) {{ readingId }} \
                 pages: readingPages(orderBy: [{order}], first: 5) {{ nodes {{ readingId }} pageInfo {{ endCursor }} }} }} }} }}"
            );
            let data = store.data(&query, Value::Null).await;
            for (at, subject) in data["subjects"]["nodes"].as_array().unwrap().iter().enumerate() {
                let own: Vec<&Row> = rows.iter().filter(|row| row.subject == at as i64 + 1).collect();
                let own = sorted(&own);
                assert_eq!(keys(&subject["all"]), own, "{order} of {at}");
                assert_eq!(keys(&subject["some"]), own[..3], "{order} of {at}");
                assert_eq!(keys(&subject["pages"]["nodes"]), own[..5], "{order} of {at}");
                let next = format!(
                    "query($at: String) {{ subject(id: {}) {{ readingPages(orderBy: [{order}], first: 50, after: $at) {{ nodes {{ readingId }} }} }} }}",
                    at + 1
                );
                let next = store.data(&next, json!({ "at": subject["pages"]["pageInfo"]["endCursor"] })).await;
                assert_eq!(keys(&next["subject"]["readingPages"]["nodes"]), own[5..], "{order} of {at}");
            }
        }
    }
});

on_both!(a_comparison_is_served_by_an_index, async |store: Store| {
    let rows = (0..3_000).map(|at| format!("(1, {at}, {at}, {at}.25, '0e5af2d1-93c4-4b6a-8f0e-{at:012}')"));
    let rows = rows.collect::<Vec<_>>().join(",");
    let sql = format!("INSERT INTO Probe_Reading (subject_id, severity, bytes, height, session) VALUES {rows}");
    store.db.run(&sql).await.unwrap();
    store.db.run(if store.is_sqlite() { "ANALYZE" } else { "ANALYZE TABLE Probe_Reading" }).await.unwrap();
    let decimal = |text: &str| Bind::Decimal(text.into());
    let session = Bind::Text("0e5af2d1-93c4-4b6a-8f0e-000000000007".into());
    for (index, cond, count) in [
        ("severity", Cond::In("severity", vec![Bind::Int(7)]), 1),
        ("bytes", Cond::Compare("bytes", Op::Gte, Bind::Int(2_990)), 10),
        ("height", Cond::In("height", vec![decimal("7.25"), decimal("9.25")]), 2),
        ("height", Cond::Compare("height", Op::Gt, decimal("2989.249")), 11),
        ("height", Cond::Compare("height", Op::Lte, decimal("7.25")), 8),
        ("session", Cond::In("session", vec![session]), 1),
    ] {
        let ask = ListQuery { filter: Some(cond), ..ListQuery::default() };
        let columns: &[&str] = &["reading_id", "bytes"];
        let select = Select { dialect: store.db.dialect(), table: &reading::TABLE, columns };
        let sql = select.rows(&Scope::everything(), &ask, &Way::PLAIN);
        let plan = store.db.shown_plan(&sql).await.unwrap();
        let uses = if store.is_sqlite() { format!("USING INDEX {index} ") } else { format!(" by {index} (") };
        assert!(format!("{plan} ").replace("COVERING ", "").contains(&uses), "{index}: {plan}");
        assert_eq!(store.db.numbers(&sql).await.unwrap().len(), count, "{index}");
    }
});

on_both!(a_check_names_what_is_no_value, async |store: Store| {
    let rows = filled(&store).await;
    let found = crate::cli::check::records::check(&store.db, ENTITIES, crate::probe::clock()).await.unwrap();
    let found: Vec<_> = found.iter().map(|finding| (finding.check.name, finding.of.as_str(), finding.count)).collect();
    let count = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count() as i64;
    let outside = |column: usize, least: i128, most: i128| {
        count(&|row| matches!(row.cells[column], Number(value) if !(least..=most).contains(&value)))
    };
    let mut expected = vec![
        ("out-of-range", "Probe_Reading.severity", outside(0, 1_000, 10_000)),
        ("out-of-range", "Probe_Reading.bytes", outside(1, 0, ((1 << 53) - 1) * 1000)),
        ("out-of-range", "Probe_Reading.height", outside(2, -10_000, 500_000)),
        ("unreadable-value", "Probe_Reading.session", count(&|row| answered(3, &row.cells[3]).is_none())),
        ("unreadable-value", "Probe_Reading.metadata", count(&|row| answered(4, &row.cells[4]).is_none())),
    ];
    if store.is_sqlite() {
        let no_number = |column: usize| count(&|row| matches!(row.cells[column], Text(_)));
        expected.insert(1, ("unreadable-value", "Probe_Reading.severity", no_number(0) + 1));
        expected.insert(3, ("unreadable-value", "Probe_Reading.bytes", no_number(1)));
        let places = count(&|row| matches!(row.cells[2], Number(value) if value % 10 != 0));
        expected.insert(5, ("unreadable-value", "Probe_Reading.height", no_number(2) + places));
    }
    assert_eq!(found, expected);
});

on_both!(the_schema_says_what_a_value_is, async |store: Store| {
    let query = "{ reading: __type(name: \"ProbeReading\") { fields { name type { name } } }
        filter: __type(name: \"ProbeReadingFilter\") { inputFields { name type { name } } }
        whole: __type(name: \"WholeNumberFilter\") { inputFields { name type { name } } }
        keys: __type(name: \"IntFilter\") { inputFields { name } }
        input: __type(name: \"ProbeReadingInput\") { inputFields { name description } }
        uuid: __type(name: \"UUID\") { specifiedByURL } }";
    let data = store.data(query, Value::Null).await;
    let named = |list: &Value| -> Vec<String> {
        let name = |field: &Value| {
            format!("{} {}", field["name"].as_str().unwrap(), field["type"]["name"].as_str().unwrap_or_default())
        };
        list.as_array().unwrap().iter().map(name).collect()
    };
    let fields = named(&data["reading"]["fields"]);
    for field in [
        "severity Int",
        "bytes SafeInt",
        "height Decimal",
        "session UUID",
        "metadata JSON",
        "feeMinorUnits SafeInt",
        "feeCurrency String",
    ] {
        assert!(fields.iter().any(|known| known == field), "{field}: {fields:?}");
    }
    let filters = named(&data["filter"]["inputFields"]);
    for field in [
        "readingId IntFilter",
        "severity WholeNumberFilter",
        "bytes SafeIntFilter",
        "height DecimalFilter",
        "session UUIDFilter",
        "metadata JSONFilter",
    ] {
        assert!(filters.iter().any(|known| known == field), "{field}: {filters:?}");
    }
    assert_eq!(named(&data["whole"]["inputFields"])[..3], ["eq Int", "ne Int", "in "]);
    assert_eq!(data["keys"]["inputFields"].as_array().unwrap().len(), 2);
    assert!(
        data["input"]["inputFields"].to_string().contains("A number of 32 bits. From 1 to 10."),
        "{}",
        data["input"]
    );
    assert_eq!(data["uuid"]["specifiedByURL"], "https://www.rfc-editor.org/rfc/rfc9562");
    // What no kind takes is refused before anything is read.
    for filter in [
        "bytes: {eq: 9007199254740992}",
        "bytes: {eq: 1.5}",
        "height: {eq: \"tall\"}",
        "height: {eq: 1234567890123456}",
        "session: {eq: \"x\"}",
        "metadata: {eq: 1}",
    ] {
        let answer = store.ask(&format!("{{ readings(filter: {{{filter}}}) {{ totalCount }} }}"), Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{filter}: {answer}");
    }
    // A filter that no index serves must be narrowed by another.
    let alone = store.ask("{ readings(filter: {metadata: {isNull: true}}) { totalCount } }", Value::Null).await;
    assert!(alone["errors"][0]["message"].as_str().unwrap().contains("severity"), "{alone}");
});
