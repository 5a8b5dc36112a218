//! Programs of partners: their keys, the patients who consented, and the types that they may read.

use super::{
    DAY, PASSWORD, Time,
    commands::{done, gateway as accounts, refused},
    door::{ask, gateway},
    log::check,
    number, unknown,
};
use crate::support::{
    Store, codes, on_both,
    process::{Ended, Gateway, medimax, run},
};
use medimax::{
    access::{Access, NewClient, Principal, Purpose, Role, Standing},
    db::Table,
    error::{Code, Error},
    schema::MODEL,
};
use serde_json::{Value, json};

/// The key of the partner of these tests.
const PARTNER: i32 = 7;

fn client(url: &str, args: &[&str]) -> Ended {
    run(&mut medimax(&[&["client"], args, &["--database-url", url]].concat()))
}

fn key_in(said: &str) -> String {
    said.trim().rsplit(' ').next().unwrap().to_owned()
}

/// Two partners; patients 2 to 6 consented to something.
async fn partners(store: &Store) {
    store.sql("DELETE FROM Patient_Consent").await;
    store.sql("DELETE FROM Partner").await;
    store.sql("INSERT INTO Partner (partner_id, name) VALUES (7, 'Study'), (8, 'Insurer')").await;
    for (patient, partner, purpose, since, until, withdrawn) in [
        (2, 7, "research", "NULL", "NULL", "NULL"),
        (3, 7, "research", "'2020-01-01'", "'2999-01-01'", "NULL"),
        // None of these holds for the study's research today.
        (4, 7, "treatment", "NULL", "NULL", "NULL"),
        (5, 7, "research", "'2999-01-01'", "NULL", "NULL"),
        (5, 8, "research", "NULL", "NULL", "NULL"),
        (6, 7, "research", "NULL", "'2020-01-01'", "NULL"),
        (7, 7, "research", "NULL", "NULL", "'2024-01-01 10:00:00'"),
    ] {
        store
            .sql(&format!(
                "INSERT INTO Patient_Consent (patient_id, partner_id, purpose, since, until, given_at, withdrawn_at) \
                 VALUES ({patient}, {partner}, '{purpose}', {since}, {until}, '2020-01-01 00:00:00', {withdrawn})"
            ))
            .await;
    }
}

fn study<'a>(reads: &'a [String]) -> NewClient<'a> {
    NewClient { name: "study", partner: PARTNER, purpose: Purpose::Research, reads, per_minute: None, days: 30 }
}

fn types(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn with_admin(store: &Store) -> Access {
    let access = accounts(store);
    access.add("admin@example.org", Some("Ada"), Standing::Admin, PASSWORD).await.unwrap();
    access
}

on_both!(a_partner_sees_who_consented_to_it_and_to_its_purpose_from_the_next_request_on, 9, async |store: Store| {
    let access = with_admin(&store).await;
    partners(&store).await;
    access.add("five@example.org", None, Standing::Patient(5), PASSWORD).await.unwrap();
    access.add("two@example.org", None, Standing::Patient(2), PASSWORD).await.unwrap();
    let key = access.add_client(&study(&types(&["Patient", "Consent"]))).await.unwrap();
    let serving = gateway(&["--database-url", &store.url]);
    let seen = || {
        let query = "{ patients { totalCount nodes { patientId } } }";
        let answer = ask(&serving, Some(&key), query).1;
        let nodes = answer["data"]["patients"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let nodes: Vec<i64> = nodes.iter().map(|node| node["patientId"].as_i64().unwrap()).collect();
        assert_eq!(answer["data"]["patients"]["totalCount"], nodes.len());
        nodes
    };
    assert_eq!(seen(), [2, 3]);
    for id in [1, 4, 5, 6, 7, 999] {
        let query = format!("{{ patient(id: {id}) {{ name }} node(id: \"Patient:{id}\") {{ id }} }}");
        assert_eq!(ask(&serving, Some(&key), &query).1, json!({"data": {"patient": null, "node": null}}));
    }
    // A program changes nothing, and leaves no entry of what it tried.
    for mutation in ["mutation { __typename }", "mutation { logOut { __typename } }"] {
        let (status, answer) = ask(&serving, Some(&key), mutation);
        assert_eq!((status, codes(&answer)), (403, vec!["FORBIDDEN"]), "{answer}");
    }
    assert_eq!(
        number(
            &store,
            "SELECT COUNT(*) FROM Access_Event WHERE role = 'PARTNER' AND (fields LIKE '%logOut%' OR fields = '')"
        )
        .await,
        0
    );
    // Whose consents these are decides, not to whom they were given.
    let query = "{ consents { nodes { patient { patientId } partner { name } purpose } } }";
    let answer = ask(&serving, Some(&key), query).1;
    assert_eq!(answer["data"]["consents"]["nodes"].as_array().map(Vec::len), Some(2), "{answer}");

    let token = |email: &str| {
        let query = format!("mutation {{ logIn(email: \"{email}\", password: \"{PASSWORD}\") {{ accessToken }} }}");
        ask(&serving, None, &query).1["data"]["logIn"]["accessToken"].as_str().unwrap().to_owned()
    };
    let (five, two, admin) = (token("five@example.org"), token("two@example.org"), token("admin@example.org"));
    // The consent that begins in a thousand years stands in the way of another to the same partner and purpose.
    let give = |patient: i32, purpose: &str| {
        format!(
            "mutation {{ giveConsent(input: {{patientId: {patient}, partnerId: {PARTNER}, purpose: {purpose}}}) \
             {{ consent {{ id givenAt withdrawnAt }} }} }}"
        )
    };
    let answer = ask(&serving, Some(&five), &give(5, "RESEARCH")).1;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "EXISTS", "{answer}");
    // A patient gives the consents of nobody else.
    let answer = ask(&serving, Some(&five), &give(1, "RESEARCH")).1;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
    store.sql("DELETE FROM Patient_Consent WHERE patient_id = 5 AND partner_id = 7").await;
    // A patient says neither when nor by what it was given, and nobody gives one that is over.
    for (token, more, code) in [
        (&five, "givenAt: \"1990-01-01T00:00:00Z\"", "FORBIDDEN"),
        (&five, "evidence: \"Form 7, signed by a doctor\"", "FORBIDDEN"),
        (&five, "until: \"2000-01-01\"", "IN_PAST"),
        (&admin, "until: \"2000-01-01\"", "IN_PAST"),
    ] {
        let query = give(5, "RESEARCH").replace("purpose:", &format!("{more}, purpose:"));
        let answer = ask(&serving, Some(token), &query).1;
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], code, "{more}: {answer}");
    }
    let answer = ask(&serving, Some(&five), &give(5, "RESEARCH")).1;
    let given = answer["data"]["giveConsent"]["consent"].clone();
    assert!(given["givenAt"].is_string() && given["withdrawnAt"].is_null(), "{answer}");
    assert_eq!(seen(), [2, 3, 5]);
    let withdraw =
        |id: &Value| format!("mutation {{ withdrawConsent(id: {id}, input: {{}}) {{ consent {{ withdrawnAt }} }} }}");
    // Another patient's consent is none that is there.
    let answer = ask(&serving, Some(&two), &withdraw(&given["id"])).1;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
    let backdated = withdraw(&given["id"]).replace("{}", "{withdrawnAt: \"2020-01-01T00:00:00Z\"}");
    let answer = ask(&serving, Some(&five), &backdated).1;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "FORBIDDEN", "{answer}");
    let answer = ask(&serving, Some(&five), &withdraw(&given["id"])).1;
    assert!(answer["data"]["withdrawConsent"]["consent"]["withdrawnAt"].is_string(), "{answer}");
    assert_eq!(seen(), [2, 3]);
    let answer = ask(&serving, Some(&five), &withdraw(&given["id"])).1;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "DONE_BEFORE", "{answer}");
    // Nobody but an administrator makes that undone.
    let undo = format!(
        "mutation {{ correctConsent(id: {}, input: {{withdrawnAt: null}}) {{ consent {{ id }} }} }}",
        given["id"]
    );
    assert_eq!(codes(&ask(&serving, Some(&five), &undo).1), ["FORBIDDEN"]);
    // Withdrawn, it can be given again.
    assert_eq!(codes(&ask(&serving, Some(&five), &give(5, "RESEARCH")).1), [""; 0]);
    assert_eq!(seen(), [2, 3, 5]);

    // The patient and administrators read who looked, and what for; the chain holds.
    let query = "{ patient(id: 5) { accessLog(first: 1) { nodes { who role purpose fields } } consents { nodes { purpose } } } }";
    let answer = ask(&serving, Some(&five), query).1;
    let entry = &answer["data"]["patient"]["accessLog"]["nodes"][0];
    let expected = json!({"who": "study of Study", "role": "PARTNER", "purpose": "RESEARCH", "fields": ["Patient.patientId", "Query.patients"]});
    assert_eq!(*entry, expected, "{answer}");
    // The latest is the patient's own question.
    let query = "{ accessEvents(first: 2) { nodes { who role purpose } } }";
    let entry = &ask(&serving, Some(&admin), query).1["data"]["accessEvents"]["nodes"][1];
    assert_eq!(entry["purpose"], "RESEARCH");
    assert!(check(&store, None, &[]).await.wrong.is_empty());
    store.sql("UPDATE Access_Event SET who = REPLACE(who, 'RESEARCH', 'TREATMENT') WHERE role = 'PARTNER'").await;
    assert!(!check(&store, None, &[]).await.wrong.is_empty(), "the purpose is under the digest");
});

on_both!(a_key_holds_until_it_is_rotated_expired_or_revoked, 9, async |store: Store| {
    let time = Time::new();
    let access = time.access(&store);
    partners(&store).await;
    let reads = types(&["Patient"]);
    let first = access.add_client(&study(&reads)).await.unwrap();
    let caller = access.caller(&first).await.unwrap();
    let Principal::Client(of) = &caller else { panic!("{caller:?}") };
    assert_eq!(
        (caller.role(), of.purpose, of.reads("Patient"), of.reads("Medication")),
        (Some(Role::Partner), Purpose::Research, true, false)
    );
    let kept = async |place: usize| access.clients().await.unwrap()[0].keys[place].clone();
    // That it was used is noted behind the request.
    for _ in 0..500 {
        if kept(0).await.last_used_ms.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(kept(0).await.last_used_ms, Some(1_800_000_000_000));
    assert!(first.starts_with(&kept(0).await.begins));

    // A name is taken once, and needs a partner.
    let error = access.add_client(&study(&reads)).await.unwrap_err();
    assert!(matches!(&error, Error::BadInput(text) if text.contains("already")), "{error}");
    let error = access.add_client(&NewClient { name: "x", partner: 99, ..study(&reads) }).await.unwrap_err();
    assert!(matches!(&error, Error::BadInput(text) if text.contains("no partner with the key 99")), "{error}");

    let second = access.rotate_client("study", 24, 30).await.unwrap();
    time.pass(23 * 3_600_000);
    for key in [&first, &second] {
        access.caller(key).await.unwrap();
    }
    time.pass(3_600_000);
    let said = unknown(access.caller(&first).await);
    access.caller(&second).await.unwrap();
    // A stolen key ends at once.
    let third = access.rotate_client("study", 0, 30).await.unwrap();
    assert_eq!(unknown(access.caller(&second).await), said);
    access.caller(&third).await.unwrap();
    for wrong in ["mmx_", "mmx_short", &format!("mmx_{}", "A".repeat(43)), &third[..46], &format!("{third}A")] {
        assert_eq!(unknown(access.caller(wrong).await), said, "{wrong}");
    }
    // Keys that ended are removed, but for the latest.
    time.pass(40 * DAY);
    assert_eq!(unknown(access.caller(&third).await), said);
    access.forget().await.unwrap();
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Api_Key").await, 1);
    let fourth = access.rotate_client("study", 24, 30).await.unwrap();
    access.caller(&fourth).await.unwrap();
    access.revoke_client("study").await.unwrap();
    assert_eq!(unknown(access.caller(&fourth).await), said);
    access.rotate_client("study", 24, 30).await.unwrap_err();
    // No key is stored as it is.
    for key in [&first, &second, &third, &fourth] {
        let random = key.strip_prefix("mmx_").unwrap();
        let found = format!("SELECT COUNT(*) FROM Api_Key WHERE digest LIKE '%{random}%' OR LENGTH(begins) > 12");
        assert_eq!(number(&store, &found).await, 0);
    }
    // A partner who has programs stays, or another's could get their names.
    store.sql("DELETE FROM Patient_Consent").await;
    let answer = store.ask(&format!("mutation {{ removePartner(id: {PARTNER}) {{ removedId }} }}")).await;
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"], "{answer}");
    assert_eq!(number(&store, "SELECT COUNT(*) FROM Api_Client").await, 1);
});

on_both!(a_client_sends_as_many_requests_a_minute_as_it_may, 9, async |store: Store| {
    let time = Time::new();
    let access = time.access(&store);
    partners(&store).await;
    let reads = types(&["Patient"]);
    let key = access.add_client(&NewClient { per_minute: Some(3), ..study(&reads) }).await.unwrap();
    for _ in 0..3 {
        access.caller(&key).await.unwrap();
    }
    let error = access.caller(&key).await.unwrap_err();
    assert_eq!((error.code(), error.limit()), (Code::LimitExceeded, Some("requests_per_minute")));
    time.pass(20_000);
    access.caller(&key).await.unwrap();
    access.caller(&key).await.unwrap_err();

    // Over HTTP it is told as such.
    with_admin(&store).await;
    let key = access.rotate_client("study", 0, 3_650).await.unwrap();
    store.sql("UPDATE Api_Key SET expires_ms = 9000000000000").await;
    let serving = gateway(&["--database-url", &store.url]);
    let statuses: Vec<u16> = (0..5).map(|_| ask(&serving, Some(&key), "{ me { role } }").0).collect();
    assert_eq!((statuses[..3].to_vec(), statuses[4]), (vec![200; 3], 429), "{statuses:?}");
    let (_, answer) = ask(&serving, Some(&key), "{ me { role } }");
    assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"], "{answer}");
});

on_both!(clients_are_managed_from_the_command_line, 9, async |store: Store| {
    let (access, url) = (accounts(&store), store.url.as_str());
    partners(&store).await;
    let add = [
        "add",
        "study",
        "--partner",
        "7",
        "--purpose",
        "research",
        "--read",
        "Patient,Medication",
        "--read",
        "Patient",
    ];
    let said = done(client(url, &add));
    assert!(
        said.starts_with("Added study: it reads Medication, Patient of the patients who consented to RESEARCH."),
        "{said}"
    );
    let key = key_in(&said);
    assert_eq!(access.caller(&key).await.unwrap().role(), Some(Role::Partner));
    let listed = done(client(url, &["list"]));
    assert!(listed.lines().count() == 2 && listed.contains("Study") && !listed.contains(&key), "{listed}");
    let listed: Value = serde_json::from_str(&done(client(url, &["list", "--format", "json"]))).unwrap();
    assert_eq!((&listed[0]["reads"], &listed[0]["purpose"]), (&json!(["Medication", "Patient"]), &json!("RESEARCH")));
    assert!(listed[0]["revoked"].is_null() && key.starts_with(listed[0]["keys"][0]["begins"].as_str().unwrap()));
    let second = key_in(&done(client(url, &["rotate", "study", "--overlap", "1"])));
    for key in [&key, &second] {
        access.caller(key).await.unwrap();
    }
    done(client(url, &["rotate", "study", "--overlap", "0"]));
    access.caller(&second).await.unwrap_err();
    done(client(url, &["revoke", "study"]));
    assert!(done(client(url, &["list"])).lines().nth(1).unwrap().ends_with("revoked"));
    for (args, says) in [
        (&["rotate", "study"][..], "no client of this name that is not revoked"),
        (&["revoke", "nobody"], "no client of this name"),
        (&["add", "study", "--partner", "7", "--purpose", "RESEARCH", "--read", "Patient"], "of this name already"),
        (
            &["add", "other", "--partner", "Partner:99", "--purpose", "RESEARCH", "--read", "Patient"],
            "no partner with the key 99",
        ),
        (&["add", "a b", "--partner", "7", "--purpose", "RESEARCH", "--read", "Patient"], "letters, digits"),
    ] {
        let said = refused(client(url, args));
        assert!(said.contains(says), "{args:?}: {said}");
    }
    for wrong in [
        &["add", "other", "--partner", "7", "--purpose", "CURIOSITY", "--read", "Patient"][..],
        &["add", "other", "--partner", "7", "--purpose", "RESEARCH", "--read", "Patients"],
        &["add", "other", "--partner", "7", "--purpose", "RESEARCH"],
        &["add", "other", "--partner", "7", "--purpose", "RESEARCH", "--read", "Doctor"],
    ] {
        let ended = client(url, wrong);
        assert_eq!(ended.code, Some(2), "{wrong:?}: {ended:?}");
    }
    let ended = run(&mut medimax(&["user", "add", "a@b.example", "--role", "PARTNER", "--database-url", url]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
});

/// The value of a required argument.
fn argument(ty: &str) -> &'static str {
    match ty {
        "ID!" => "1",
        "[ID!]!" => "[1]",
        "String!" => "\"x\"",
        "Int!" => "1",
        "VitalSign!" => "HEART_RATE",
        _ => "",
    }
}

/// The types of the schema with their fields: name, the type without brackets, the required arguments.
type Fields = Vec<(String, String, Vec<String>)>;

fn fields_of(serving: &Gateway, key: &str, of: &str) -> Fields {
    let query = format!(
        "{{ __type(name: \"{of}\") {{ fields {{ name args {{ name defaultValue type {{ kind ofType {{ kind name ofType {{ name ofType {{ name }} }} }} }} }} \
         type {{ name kind ofType {{ name kind ofType {{ name kind ofType {{ name kind }} }} }} }} }} }} }}"
    );
    let answer = ask(serving, Some(key), &query).1;
    let name = |mut ty: &Value| {
        while ty["name"].is_null() {
            ty = &ty["ofType"];
        }
        ty["name"].as_str().unwrap().to_owned()
    };
    let field = |field: &Value| {
        let needed = field["args"].as_array().unwrap().iter().filter(|arg| arg["type"]["kind"] == "NON_NULL");
        let needed = needed.map(|arg| {
            let (ty, list) = (name(&arg["type"]), arg["type"]["ofType"]["kind"] == "LIST");
            let ty = if list { format!("[{ty}!]!") } else { format!("{ty}!") };
            format!("{}: {}", arg["name"].as_str().unwrap(), argument(&ty))
        });
        (field["name"].as_str().unwrap().to_owned(), name(&field["type"]), needed.collect())
    };
    answer["data"]["__type"]["fields"].as_array().unwrap().iter().map(field).collect()
}

/// How a field is asked for.
fn asked(name: &str, ty: &str, needed: &[String]) -> String {
    let arguments = if needed.is_empty() { String::new() } else { format!("({})", needed.join(", ")) };
    let is_scalar = ["Int", "Float", "String", "Boolean", "ID", "Date", "DateTime", "Time", "JSON", "Decimal", "UUID"];
    let selection = if is_scalar.contains(&ty) { "" } else { " { __typename }" };
    format!("{name}{arguments}{selection}")
}

/// The entity's table, and the type of its objects, where a type shows such objects or lists them.
fn entity(ty: &str) -> Option<(&'static Table, &'static str)> {
    let of = ty.strip_suffix("Connection").unwrap_or(ty);
    let of = MODEL.entities.iter().find(|entity| entity.object.name == of)?;
    Some((of.table, of.object.name))
}

on_both!(no_path_leads_to_a_type_that_a_partner_may_not_read, 9, async |store: Store| {
    let access = with_admin(&store).await;
    partners(&store).await;
    for (name, reads) in [("few", &["Patient"][..]), ("some", &["Patient", "Medication", "LabFinding", "LabReport"])] {
        let reads = types(reads);
        let key = access.add_client(&NewClient { name, ..study(&reads) }).await.unwrap();
        let serving = gateway(&["--database-url", &store.url]);
        let may = |ty: &str| match entity(ty) {
            Some((table, of)) => table.is_everybodys() || reads.iter().any(|name| name == of),
            None => true,
        };
        let refused_there = |query: &str| {
            let answer = ask(&serving, Some(&key), query).1;
            let path = answer["errors"][0]["path"].clone();
            assert_eq!(codes(&answer).first(), Some(&"FORBIDDEN"), "{query}: {answer}");
            (answer, path)
        };
        let (mut refused, mut answered) = (0, 0);
        for (field, ty, needed) in fields_of(&serving, &key, "Query") {
            let query = format!("{{ {} }}", asked(&field, &ty, &needed));
            if ["accessEvents", "breakGlasses", "graphStatus"].contains(&field.as_str()) || !may(&ty) {
                assert_eq!(refused_there(&query).0["data"][&field], Value::Null, "{query}");
                refused += 1;
            } else {
                let answer = ask(&serving, Some(&key), &query).1;
                assert!(!codes(&answer).contains(&"FORBIDDEN"), "{query}: {answer}");
                answered += 1;
            }
        }
        for entity in MODEL.entities {
            let of = entity.object.name;
            let query = format!("{{ node(id: \"{of}:1\") {{ id }} nodes(ids: [\"{of}:1\"]) {{ id }} }}");
            let answer = ask(&serving, Some(&key), &query).1;
            assert_eq!(codes(&answer).contains(&"FORBIDDEN"), !may(of), "{query}: {answer}");
            assert!(may(of) || answer["data"] == json!({"node": null, "nodes": [null]}), "{answer}");
        }
        // Below the objects that it may read, wherever they stand.
        for (root, of) in [
            ("patients", "Patient"),
            ("doctors", "Doctor"),
            ("institutions", "Institution"),
            ("partners", "Partner"),
            ("medications", "Medication"),
        ] {
            if !may(of) {
                continue;
            }
            for (field, ty, needed) in fields_of(&serving, &key, of) {
                let told = medimax::access::told(of, &field).unwrap_or_default();
                let hidden = !may(&ty)
                    || !told.iter().all(|ty| may(ty))
                    || ["accessLog", "breakGlasses", "validationStatus"].contains(&field.as_str());
                let query = format!("{{ {root} {{ nodes {{ {} }} }} }}", asked(&field, &ty, &needed));
                if hidden {
                    let (answer, _) = refused_there(&query);
                    let nodes = answer["data"][root]["nodes"].as_array().unwrap();
                    assert!(!nodes.is_empty() && nodes.iter().all(|node| node[&field].is_null()), "{query}: {answer}");
                    refused += 1;
                } else {
                    let answer = ask(&serving, Some(&key), &query).1;
                    assert!(!codes(&answer).contains(&"FORBIDDEN"), "{query}: {answer}");
                    answered += 1;
                }
            }
        }
        // Filters, through relations and the graph.
        let filters = fields_of_input(&serving, &key, "PatientFilter");
        for (field, ty) in filters {
            let Some(of) = ty.strip_suffix("Filter").map(|of| of.trim_end_matches("List")) else { continue };
            let (many, is_graph) = (ty.ends_with("ListFilter"), ty == "PatientGraphFilter");
            if !is_graph && entity(of).is_none() {
                continue;
            }
            let given = match (is_graph, many) {
                (true, _) => "{reportsSymptom: \"Cough\"}",
                (_, true) => "{some: {}}",
                _ => "{}",
            };
            let query = format!("{{ patients(filter: {{{field}: {given}}}) {{ totalCount }} }}");
            let told = medimax::access::told("Patient", &field).unwrap_or_default();
            let is_hidden = is_graph || !may(of) || !told.iter().all(|ty| may(ty));
            let answer = ask(&serving, Some(&key), &query).1;
            assert_eq!(codes(&answer).contains(&"FORBIDDEN"), is_hidden, "{query}: {answer}");
            refused += usize::from(is_hidden);
        }
        assert!(refused > 60 && answered > 20, "{refused} refused, {answered} answered");
    }
});

fn fields_of_input(serving: &Gateway, key: &str, of: &str) -> Vec<(String, String)> {
    let query = format!("{{ __type(name: \"{of}\") {{ inputFields {{ name type {{ name }} }} }} }}");
    let answer = ask(serving, Some(key), &query).1;
    let field = |field: &Value| Some((field["name"].as_str()?.to_owned(), field["type"]["name"].as_str()?.to_owned()));
    answer["data"]["__type"]["inputFields"].as_array().unwrap().iter().filter_map(field).collect()
}

on_both!(what_a_partner_reads_does_not_depend_on_what_it_may_not_read, 12, async |store: Store| {
    let access = with_admin(&store).await;
    partners(&store).await;
    store.sql("DELETE FROM Patient_Consent").await;
    store
        .sql("INSERT INTO Patient_Consent (patient_id, partner_id, purpose) SELECT patient_id, 7, 'research' FROM Patient")
        .await;
    let serving = gateway(&["--database-url", &store.url]);
    // Each with the rows that change below, of types that it may not read.
    let medications = access
        .add_client(&NewClient { name: "medications", ..study(&types(&["Patient", "Medication", "MedicalHistory"])) })
        .await
        .unwrap();
    let symptoms = access
        .add_client(&NewClient {
            name: "symptoms",
            ..study(&types(&["Patient", "Symptom", "MedicalHistory", "Medication"]))
        })
        .await
        .unwrap();
    let findings =
        access.add_client(&NewClient { name: "findings", ..study(&types(&["Patient", "LabFinding"])) }).await.unwrap();
    let list = |inner: &str| format!("{{ patients(first: 12) {{ nodes {{ patientId {inner} }} }} }}");
    let path = "path { relationships { type source evidence } }";
    let questions = [
        (
            &medications,
            list(&format!(
                "medications {{ id treatsCount treats {{ {path} }} }} medicalHistory {{ id treatedByCount treatedBy {{ {path} }} }}"
            )),
        ),
        (
            &medications,
            list(
                "carePathCount untreatedConditionCount medicationWithoutIndicationCount untreatedConditions { id } medicationsWithoutIndication { id }",
            ),
        ),
        (
            &symptoms,
            list(
                "differential(since: \"2023-01-01\", first: 50) { symptoms { id } } possibleSideEffectCount possibleSideEffects { symptom { id } } unexplainedSymptoms { id } unexplainedSymptomCount similarPatients { score }",
            ),
        ),
        (&findings, list("labTrend(testName: \"Hemoglobin A1c\") { id } abnormalFindings { id }")),
    ];
    let told = || {
        let answer = |(key, query): &(&String, String)| {
            let mut answer = ask(&serving, Some(key), query).1;
            // What is refused is refused before and after.
            answer.as_object_mut().unwrap().remove("errors");
            answer
        };
        questions.iter().map(answer).collect::<Vec<_>>()
    };
    let (before, unhidden) = (told(), ask(&serving, Some(&symptoms), &list("symptoms: unexplainedSymptoms { id }")).1);
    assert!(unhidden["data"]["patients"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 12), "{unhidden}");
    for text in [
        "UPDATE Medication_Purpose SET condition_name = 'Something else'",
        "UPDATE Appointment SET appointment_date = '2001-02-03'",
        "UPDATE Lab_Report SET lab_date = '2001-02-03' WHERE lab_report_id % 2 = 0",
    ] {
        store.sql(text).await;
    }
    // The graph follows the records.
    let since = std::time::Instant::now();
    loop {
        let answer = ask(&serving, Some(&token_of(&serving)), "{ graphStatus { backlog available } }").1;
        if answer["data"]["graphStatus"] == json!({"backlog": 0, "available": true}) {
            break;
        }
        assert!(since.elapsed() < crate::support::process::PATIENCE, "{answer}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(told(), before);
});

/// A token of the administrator.
fn token_of(serving: &Gateway) -> String {
    let query =
        format!("mutation {{ logIn(email: \"admin@example.org\", password: \"{PASSWORD}\") {{ accessToken }} }}");
    ask(serving, None, &query).1["data"]["logIn"]["accessToken"].as_str().unwrap().to_owned()
}
