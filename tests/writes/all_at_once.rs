//! What is wrong with an input is told in one answer, each fault at the place of its row and field, whoever finds it: the rules, rows that are
//! pointed to, or the database.

use super::{count, done, refused};
use crate::support::{Backend, Store, on_both};
use medimax::{config::Config, db::scope::Scope, request::engine::Engine, schema::MODEL};
use serde_json::Value;
use std::time::Duration;

const UUID: &str = "0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22";

/// An institution, two doctors, a patient with a conversation, and the countries and regions.
async fn clinic(store: &Store) {
    medimax::schema::iso::load(&store.db).await.unwrap();
    done(
        store,
        &format!(
            "addInstitution(input: {{name: \"North Clinic\"}}) {{ institution {{ id }} }}
             a: addDoctor(input: {{name: \"Dr. Ada\", institutionId: 1}}) {{ doctor {{ id }} }}
             b: addDoctor(input: {{name: \"Dr. Bea\", institutionId: 1}}) {{ doctor {{ id }} }}
             registerPatient(input: {{name: \"Ann\", sex: OTHER}}) {{ patient {{ id }} }}
             startChatSession(input: {{patientId: 1, uuid: \"{UUID}\"}}) {{ chatSession: __typename }}"
        ),
    )
    .await;
}

fn register(input: &str) -> String {
    format!("registerPatient(input: {{sex: OTHER, {input}}}) {{ patient {{ id }} }}")
}

const TWO_PRIMARY: &str = "doctorAssignments: [{doctorId: 1, type: PRIMARY}, {doctorId: 2, type: PRIMARY}]";

on_both!(a_rule_that_the_database_keeps_is_told_at_the_row_s_place, async |store: Store| {
    clinic(&store).await;
    let mailbox = |name: &str| format!("{{address: \"{name}@example.org\", type: WORK, isPrimary: true}}");
    let two = format!("emails: [{}, {}]", mailbox("a"), mailbox("b"));
    let import = |item: &str| {
        format!(
            "importPatients(input: [{{name: \"Bob\", sex: MALE}}, {{name: \"Cid\", sex: MALE, {item}}}]) {{ refused {{ violations {{ path code }} }} }}"
        )
    };
    for (mutation, expected) in [
        (register(&format!("name: \"Bob\", {TWO_PRIMARY}")), "input.doctorAssignments.1.type: EXISTS"),
        (register(&format!("name: \"Bob\", {two}")), "input.emails.1.isPrimary: DUPLICATE"),
        (
            format!("addDoctor(input: {{name: \"Dr. Cee\", institutionId: 1, {two}}}) {{ doctor {{ id }} }}"),
            "input.emails.1.isPrimary: DUPLICATE",
        ),
        (
            format!("startChatSession(input: {{patientId: 1, uuid: \"{}\"}}) {{ replayed }}", UUID.to_uppercase()),
            "input.uuid: TAKEN",
        ),
        ("addCountry(input: {code: \"QQ\", code3: \"deu\", name: \"Q\"}) { replayed }".into(), "input.code3: TAKEN"),
        (
            "addCountry(input: {code: \"QQ\", numericCode: \"276\", name: \"Q\"}) { replayed }".into(),
            "input.numericCode: TAKEN",
        ),
        ("correctCountry(id: 276, input: {code3: \"IRL\"}) { replayed }".into(), "input.code3: TAKEN"),
    ] {
        assert_eq!(refused(&store, &mutation).await, [expected], "{mutation}");
    }
    for (item, path, code) in [
        (format!("chatSessions: [{{}}, {{uuid: \"{UUID}\"}}]"), "input.1.chatSessions.1.uuid", "TAKEN"),
        (two, "input.1.emails.1.isPrimary", "DUPLICATE"),
        (
            "chatSessions: [{uuid: \"1e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22\"}, {uuid: \"1E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22\"}]".into(),
            "input.1.chatSessions.1.uuid",
            "TAKEN",
        ),
    ] {
        let told = done(&store, &import(&item)).await["importPatients"]["refused"][0]["violations"].clone();
        let [violation] = told.as_array().unwrap().as_slice() else { panic!("{item}: {told}") };
        let at: Vec<&str> = violation["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
        assert_eq!((at.join(".").as_str(), violation["code"].as_str().unwrap()), (path, code), "{item}");
    }
    assert_eq!((count(&store, "Doctor").await, count(&store, "Email").await), (2, 0));
});

on_both!(a_rule_of_the_hospital_s_own_is_told_at_every_row_that_breaks_it, async |store: Store| {
    clinic(&store).await;
    store.sql("CREATE UNIQUE INDEX their_rule ON Email (address)").await;
    done(&store, "addEmail(input: {patientId: 1, address: \"a@example.org\", type: OTHER}) { replayed }").await;
    let mailbox = |name: &str| format!("{{address: \"{name}@example.org\", type: WORK}}");
    let many = ["a", "b", "a", "b"].map(mailbox).join(", ");
    assert_eq!(
        refused(&store, &register(&format!("name: \"Bob\", emails: [{many}]"))).await,
        ["input.emails.0: DUPLICATE", "input.emails.2: DUPLICATE", "input.emails.3: DUPLICATE"]
    );
    // A trigger of the embedded store may end the transaction, so a list is not tried row by row there.
    store
        .sql(match store.backend {
            Backend::MariaDb => "CREATE TRIGGER never BEFORE INSERT ON Phone FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'",
            Backend::Sqlite => "CREATE TRIGGER never BEFORE INSERT ON Phone BEGIN SELECT RAISE(ABORT, 'no'); END",
        })
        .await;
    let phone = "{number: \"+442079460958\", type: HOME}";
    let phones = |phones: &str| register(&format!("name: \"Bob\", phones: [{phones}]"));
    assert_eq!(refused(&store, &phones(phone)).await, ["input.phones.0: DATABASE"]);
    assert_eq!(
        refused(&store, &phones(&[phone; 2].join(", "))).await,
        match store.backend {
            Backend::MariaDb => &["input.phones.0: DATABASE", "input.phones.1: DATABASE"][..],
            Backend::Sqlite => &["input.phones: DATABASE"],
        }
    );
    assert_eq!((count(&store, "Patient").await, count(&store, "Email").await), (1, 1));
});

on_both!(what_the_database_knows_is_told_with_what_the_rules_say, async |store: Store| {
    clinic(&store).await;
    let bavaria = store.data("{ regions(filter: {code: {eq: \"DE-BY\"}}) { nodes { regionId } } }").await;
    let bavaria = bavaria["regions"]["nodes"][0]["regionId"].as_i64().unwrap();
    let wrong = register(&format!(
        "name: \" \", institutionId: 99, {TWO_PRIMARY}, emails: [{{address: \"no\", type: WORK}}],
         addresses: [{{line1: \"x\", type: HOME, regionId: {bavaria}, countryId: 826}}, {{line1: \" \", type: HOME, regionId: 1}}]"
    ));
    let mut told = refused(&store, &wrong).await;
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "input.addresses.0.regionId: CONTRADICTION",
            "input.addresses.1.line1: REQUIRED",
            "input.addresses.1.regionId: NOT_FOUND",
            "input.doctorAssignments.1.type: EXISTS",
            "input.emails.0.address: INVALID",
            "input.institutionId: NOT_FOUND",
            "input.name: REQUIRED",
        ]
    );
    for (mutation, expected) in [
        (
            format!("startChatSession(input: {{patientId: 77, uuid: \"{UUID}\", name: \"a\\u0000\"}}) {{ replayed }}"),
            vec!["input.name: CONTROL_CHARACTER", "input.patientId: NOT_FOUND", "input.uuid: TAKEN"],
        ),
        (
            "correctDoctor(id: 1, input: {name: \" \", specialtyId: 99}) { replayed }".into(),
            vec!["input.name: REQUIRED", "input.specialtyId: NOT_FOUND"],
        ),
        (
            "correctDoctor(id: 99, input: {name: \" \"}) { replayed }".into(),
            vec!["id: NOT_FOUND", "input.name: REQUIRED"],
        ),
        (
            "transferPatient(input: {patientId: 1, doctorId: 77, since: \"2099-01-01\"}) { replayed }".into(),
            vec!["input.doctorId: NOT_FOUND", "input.since: IN_FUTURE"],
        ),
    ] {
        let mut told = refused(&store, &mutation).await;
        told.sort_unstable();
        assert_eq!(told, expected, "{mutation}");
    }
    assert_eq!(count(&store, "Patient").await, 1);
});

on_both!(however_many_rows_are_wrong_the_database_is_asked_as_often, async |store: Store| {
    clinic(&store).await;
    let engine =
        Engine::new(&MODEL, store.db.clone(), store.graph.clone(), Config::default().limits(), Duration::from_secs(60));
    let mut times = Vec::new();
    for rows in [1, 20] {
        let rows = vec!["{line1: \"x\", type: HOME, regionId: 1, countryId: 9}"; rows].join(", ");
        let mutation = format!("mutation {{ {} }}", register(&format!("name: \" \", addresses: [{rows}]")));
        let (answer, ran) = crate::support::run(&engine, Scope::everything(), &mutation, Value::Null).await;
        assert!(String::from_utf8_lossy(&answer).contains("NOT_FOUND"), "{mutation}");
        times.push(ran.len());
    }
    assert!(times[0] > 1, "{times:?}");
    assert_eq!(times[0], times[1]);
});

on_both!(a_wrong_input_is_not_taken_for_one_that_was_done_under_its_key, async |store: Store| {
    let once = |more: &str| {
        format!("registerPatient(idempotencyKey: \"k\", input: {{name: \"Ann\", sex: OTHER{more}}}) {{ replayed }}")
    };
    done(&store, &once("")).await;
    // What is refused is no value, so the digests are one.
    assert_eq!(refused(&store, &once(", dateOfBirth: \"0000-01-01\"")).await, ["input.dateOfBirth: INVALID"]);
    assert_eq!(done(&store, &once("")).await["registerPatient"]["replayed"], true);
});

on_both!(what_is_wrong_with_the_object_itself_is_told_of_its_id, async |store: Store| {
    clinic(&store).await;
    let day = crate::support::today().succ_opt().unwrap();
    let plan = format!(
        "scheduleConsultation(input: {{patientId: 1, doctorId: 1, type: IN_PERSON, date: \"{day}\"}}) {{ consultation {{ id }} }}"
    );
    let id = done(&store, &plan).await["scheduleConsultation"]["consultation"]["id"].clone();
    let complete = format!("completeConsultation(id: {id}, input: {{diagnosis: \"A\"}}) {{ replayed }}");
    assert_eq!(refused(&store, &complete).await, ["id: IN_FUTURE"]);
});
