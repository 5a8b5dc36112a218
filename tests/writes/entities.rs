//! Every mutation, on every entity: written, corrected, removed, and read back with relations in the same answer.

use super::{count, done, refused};
use crate::support::{Backend, Store, codes, on_both};
use medimax::{db::scope::Scope, schema};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Makes a patient, and answers the key.
async fn patient(store: &Store) -> i64 {
    let made = done(store, "registerPatient(input: {name: \"Ada Löwe\", dateOfBirth: \"1980-02-03\", sex: FEMALE}) { patient { patientId } }").await;
    made["registerPatient"]["patient"]["patientId"].as_i64().unwrap()
}

on_both!(what_is_left_out_is_not_known, 0, async |store: Store| {
    done(&store, "registerPatient(input: {name: \"Ann\", sex: OTHER}) { replayed }").await;
    let made = done(
        &store,
        "a: recordMedicalHistory(input: {patientId: 1, type: CONDITION, item: \"Asthma\"}) { medicalHistory { severity isActive } }
         b: scheduleAppointment(input: {patientId: 1, date: \"2099-01-05\", symptoms: [{name: \"Cough\"}]})
            { appointment { status type symptoms { severity onset } } }",
    )
    .await;
    assert_eq!(made["a"]["medicalHistory"], json!({"severity": null, "isActive": true}));
    assert_eq!(
        made["b"]["appointment"],
        json!({"status": "SCHEDULED", "type": null, "symptoms": [{"severity": null, "onset": null}]})
    );
});

on_both!(what_a_clinic_does_in_a_day_is_written_and_read_back, 2, async |store: Store| {
    let id = patient(&store).await;
    let made = done(
        &store,
        &format!(
            "recordMedicalHistory(input: {{patientId: {id}, type: CONDITION, item: \" Asthma \", date: \"2020-05-01\", severity: SEVERE}}) {{ medicalHistory {{ item severity isActive patient {{ name }} }} }}
             scheduleAppointment(input: {{patientId: \"Patient:{id}\", date: \"2099-01-05\", time: \"9:30\", type: REGULAR, doctorName: \"Dr. Who\",
                symptoms: [{{name: \"Cough\", severity: MODERATE}}, {{name: \"Wheezing\", onset: SUDDEN, duration: \"2 days\"}}]}})
                {{ appointment {{ id date time type status symptoms {{ id name severity onset duration }} patient {{ patientId }} }} }}
             prescribeMedication(input: {{patientId: {id}, name: \"Salbutamol\", prescribedDate: \"2026-01-01\", dosage: \"100 µg\", purposes: [{{conditionName: \"Asthma\"}}]}})
                {{ medication {{ id isContinued dosage purposes {{ conditionName medication {{ name }} }} }} }}
             recordLabReport(input: {{patientId: {id}, date: \"2026-02-01\", type: \"Blood count\", findings: [{{testName: \"Hb\", value: \"9.1\", unit: \"g/dl\", isAbnormal: true, flag: LOW}}, {{testName: \"MCV\", value: \"88\"}}]}})
                {{ labReport {{ id type findings {{ id testName numericValue isAbnormal flag }} }} }}
             addReport(input: {{patientId: {id}, date: \"2026-02-02\", type: \"Radiology\", summary: \"clear\", fullText: \"line 1\\nline 2\", findings: [{{key: \"lung\", value: \"clear\"}}]}})
                {{ report {{ id summary fullText findings {{ key isAbnormal }} }} }}
             sendChatMessage(input: {{patientId: {id}, text: \"How are you?\\nWell?\", type: PROVIDER, sessionId: \"s-1\"}}) {{ message {{ text type sentAt sessionId }} }}"
        ),
    )
    .await;
    assert_eq!(
        made["recordMedicalHistory"]["medicalHistory"],
        json!({"item": "Asthma", "severity": "SEVERE", "isActive": true, "patient": {"name": "Ada Löwe"}})
    );
    let appointment = &made["scheduleAppointment"]["appointment"];
    assert_eq!((&appointment["time"], &appointment["type"]), (&json!("09:30:00"), &json!("ROUTINE_CHECKUP")));
    assert_eq!(appointment["status"], "SCHEDULED");
    let names: Vec<&Value> = appointment["symptoms"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Cough", "Wheezing"]);
    let medication = &made["prescribeMedication"]["medication"];
    assert_eq!(medication["purposes"][0]["medication"]["name"], "Salbutamol");
    assert_eq!(made["recordLabReport"]["labReport"]["findings"][0]["numericValue"], 9.1);
    assert_eq!(made["addReport"]["report"]["fullText"], "line 1\nline 2");
    assert_eq!(made["sendChatMessage"]["message"]["text"], "How are you?\nWell?");
    assert!(made["sendChatMessage"]["message"]["sentAt"].is_string());

    let (appointment, medication) = (appointment["id"].as_str().unwrap(), medication["id"].as_str().unwrap());
    let symptom = made["scheduleAppointment"]["appointment"]["symptoms"][1]["id"].as_str().unwrap();
    let (lab, finding) = (
        made["recordLabReport"]["labReport"]["id"].as_str().unwrap(),
        made["recordLabReport"]["labReport"]["findings"][1]["id"].as_str().unwrap(),
    );
    let report = made["addReport"]["report"]["id"].as_str().unwrap();
    let more = done(
        &store,
        &format!(
            "rescheduleAppointment(id: \"{appointment}\", input: {{date: \"2099-01-06\"}}) {{ appointment {{ date time }} }}
             cancelled: cancelAppointment(id: \"{appointment}\") {{ appointment {{ status }} }}
             cancelAppointment(id: \"{appointment}\", input: {{notes: \"ill\"}}) {{ appointment {{ status notes date }} }}
             correctAppointment(id: \"{appointment}\", input: {{date: \"2020-01-06\", status: COMPLETED, notes: null}}) {{ appointment {{ status notes date doctorName }} }}
             recordSymptoms(input: {{appointmentId: \"{appointment}\", symptoms: [{{name: \"Fever\"}}, {{name: \"Chills\"}}]}}) {{ symptoms {{ name appointment {{ id }} }} }}
             correctSymptom(id: \"{symptom}\", input: {{duration: null, severity: CRITICAL}}) {{ symptom {{ duration severity onset }} }}
             discontinueMedication(id: \"{medication}\", input: {{discontinuedDate: \"2026-03-01\"}}) {{ medication {{ isContinued discontinuedDate }} }}
             correctMedication(id: \"{medication}\", input: {{frequency: \"twice a day\"}}) {{ medication {{ frequency dosage isContinued }} }}
             addMedicationPurposes(input: {{medicationId: \"{medication}\", purposes: [{{description: \"before sport\"}}]}}) {{ purposes {{ conditionName description }} }}
             addLabFindings(input: {{labReportId: \"{lab}\", findings: [{{testName: \"RDW\", value: \"13\"}}]}}) {{ findings {{ testName isAbnormal }} }}
             correctLabFinding(id: \"{finding}\", input: {{isAbnormal: true, flag: HIGH}}) {{ finding {{ isAbnormal flag }} }}
             correctLabReport(id: \"{lab}\", input: {{facility: \"North\"}}) {{ labReport {{ facility findings {{ testName }} }} }}
             addReportFindings(input: {{reportId: \"{report}\", findings: [{{key: \"heart\", value: \"large\", isAbnormal: true, severity: MILD}}]}}) {{ findings {{ key severity }} }}
             correctReport(id: \"{report}\", input: {{fullText: null}}) {{ report {{ fullText summary }} }}"
        ),
    )
    .await;
    assert_eq!(more["rescheduleAppointment"]["appointment"], json!({"date": "2099-01-06", "time": "09:30:00"}));
    assert_eq!(
        more["cancelAppointment"]["appointment"],
        json!({"status": "CANCELLED", "notes": "ill", "date": "2099-01-06"})
    );
    assert_eq!(
        more["correctAppointment"]["appointment"],
        json!({"status": "COMPLETED", "notes": null, "date": "2020-01-06", "doctorName": "Dr. Who"})
    );
    assert_eq!(more["recordSymptoms"]["symptoms"][1], json!({"name": "Chills", "appointment": {"id": appointment}}));
    assert_eq!(more["correctSymptom"]["symptom"], json!({"duration": null, "severity": "CRITICAL", "onset": "SUDDEN"}));
    assert_eq!(
        more["discontinueMedication"]["medication"],
        json!({"isContinued": false, "discontinuedDate": "2026-03-01"})
    );
    assert_eq!(
        more["correctMedication"]["medication"],
        json!({"frequency": "twice a day", "dosage": "100 µg", "isContinued": false})
    );
    assert_eq!(more["addMedicationPurposes"]["purposes"][0]["description"], "before sport");
    assert_eq!(more["correctLabFinding"]["finding"], json!({"isAbnormal": true, "flag": "HIGH"}));
    assert_eq!(more["correctLabReport"]["labReport"]["findings"].as_array().unwrap().len(), 3);
    assert_eq!(more["addReportFindings"]["findings"], json!([{"key": "heart", "severity": "MILD"}]));
    assert_eq!(more["correctReport"]["report"], json!({"fullText": null, "summary": "clear"}));

    let before = count(&store, "Appointment_Symptom").await;
    let removed =
        done(&store, &format!("removeAppointment(id: \"{appointment}\") {{ removed {{ type count }} }}")).await;
    assert_eq!(
        removed["removeAppointment"]["removed"],
        json!([{"type": "Appointment", "count": 1}, {"type": "Symptom", "count": 4}])
    );
    assert_eq!(count(&store, "Appointment_Symptom").await, before - 4);
});

on_both!(removing_a_patient_removes_all_that_is_theirs_and_nothing_else, 12, async |store: Store| {
    store.with_rare_rows(&[1]).await;
    let mut tables = Vec::new();
    for entity in schema::entities() {
        tables.push((entity.table.name, entity.object.name, count(&store, entity.table.name).await));
    }
    let removed = done(&store, "removePatient(id: 1) { removed { type count } }").await;
    let said: Vec<(String, i64)> = removed["removePatient"]["removed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["type"].as_str().unwrap().to_owned(), one["count"].as_i64().unwrap()))
        .collect();
    let kinds = schema::entities().iter().filter(|entity| !entity.table.is_everybodys()).count();
    assert!(said.len() == kinds, "the first patient has rows of every kind: {said:?}");
    for (table, object, before) in tables {
        let gone = said.iter().find(|(name, _)| name == object).map_or(0, |(_, count)| *count);
        assert_eq!(count(&store, table).await, before - gone, "{table}");
    }
    assert_eq!(store.data("{ patient(id: 1) { name } }").await["patient"], Value::Null);
    assert_eq!(refused(&store, "removePatient(id: 1) { removed { type } }").await, ["id: NOT_FOUND"]);
});

on_both!(what_is_left_out_stays_and_null_clears_also_through_variables, 3, async |store: Store| {
    let query = "mutation($id: ID!, $dob: Date, $name: String) { correctPatient(id: $id, input: {dateOfBirth: $dob, name: $name}) { patient { name dateOfBirth sex } } }";
    let ask = async |variables: Value| store.ask_as(Scope::everything(), query, variables).await.0;
    let before = store.data("{ patient(id: 2) { name dateOfBirth sex } }").await["patient"].clone();
    assert!(before["dateOfBirth"].is_string());
    let same = ask(json!({"id": "2"})).await;
    assert_eq!(same["data"]["correctPatient"]["patient"], before);
    let cleared = ask(json!({"id": "2", "dob": null})).await;
    assert_eq!(cleared["data"]["correctPatient"]["patient"]["dateOfBirth"], Value::Null);
    assert_eq!(cleared["data"]["correctPatient"]["patient"]["name"], before["name"]);
    let refused = ask(json!({"id": "2", "name": null})).await;
    assert_eq!(refused["errors"][0]["extensions"]["violations"][0]["code"], "REQUIRED", "{refused}");
});

on_both!(fields_of_a_mutation_are_done_in_their_order_and_see_each_other, 0, async |store: Store| {
    let id = patient(&store).await;
    let answer = store
        .ask(&format!(
            "mutation {{ a: correctPatient(id: {id}, input: {{name: \"A\"}}) {{ patient {{ name medications {{ name }} }} }}
             b: correctPatient(id: {id}, input: {{name: \"\"}}) {{ patient {{ name }} }}
             c: prescribeMedication(input: {{patientId: {id}, name: \"M\", prescribedDate: \"2026-01-01\"}}) {{ medication {{ patient {{ name medications {{ name }} }} }} }}
             d: correctPatient(id: {id}, input: {{name: \"D\"}}) {{ patient {{ name medications {{ name patient {{ name }} }} }} }} }}"
        ))
        .await;
    assert_eq!(answer["data"]["a"]["patient"], json!({"name": "A", "medications": []}));
    assert_eq!((&answer["data"]["b"], codes(&answer)), (&Value::Null, vec!["BAD_USER_INPUT"]));
    assert_eq!(answer["data"]["c"]["medication"]["patient"], json!({"name": "A", "medications": [{"name": "M"}]}));
    assert_eq!(
        answer["data"]["d"]["patient"],
        json!({"name": "D", "medications": [{"name": "M", "patient": {"name": "D"}}]})
    );
});

on_both!(nothing_outside_the_scope_is_written, 6, async |store: Store| {
    let scope = || Scope::patients([2, 3]);
    let ask = async |mutation: &str| store.ask_as(scope(), &format!("mutation {{ {mutation} }}"), Value::Null).await.0;
    let before = store.data("{ patient(id: 1) { name medications { id name } } }").await;
    let medication = before["patient"]["medications"][0]["id"].as_str().unwrap();
    for mutation in [
        "correctPatient(id: 1, input: {name: \"X\"}) { patient { name } }".to_owned(),
        "removePatient(id: 1) { removed { type } }".to_owned(),
        "recordMedicalHistory(input: {patientId: 1, type: CONDITION, item: \"X\"}) { medicalHistory { item } }"
            .to_owned(),
        format!("correctMedication(id: \"{medication}\", input: {{name: \"X\"}}) {{ medication {{ name }} }}"),
        format!("removeMedication(id: \"{medication}\") {{ removed {{ type }} }}"),
        format!(
            "addMedicationPurposes(input: {{medicationId: \"{medication}\", purposes: [{{conditionName: \"X\"}}]}}) {{ purposes {{ id }} }}"
        ),
    ] {
        let answer = ask(&mutation).await;
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "NOT_FOUND", "{mutation}: {answer}");
    }
    assert_eq!(store.data("{ patient(id: 1) { name medications { id name } } }").await, before);
    let answer = ask("correctPatient(id: 2, input: {name: \"Y\"}) { patient { name } }").await;
    assert_eq!(answer["data"]["correctPatient"]["patient"]["name"], "Y");
});

on_both!(imported_patients_are_whole_or_not_there, 0, async |store: Store| {
    let query = "mutation($input: [ImportPatientInput!]!) { importPatients(input: $input, idempotencyKey: \"batch\") {
        replayed patients { name medicalHistory { item } appointments { nodes { date symptoms { name } } } medications { name purposes { conditionName } }
            labReports { nodes { findings { testName } } } reports { nodes { findings { key } } } messages { nodes { text } } }
        refused { index violations { path code message } } } }";
    let whole = json!({"name": "Whole", "sex": "OTHER", "medicalHistory": [{"type": "ALLERGY", "item": "Nuts"}],
        "appointments": [{"date": "2001-01-01", "symptoms": [{"name": "Cough"}, {"name": "Fever", "severity": "SEVERE"}]}, {"date": "2002-01-01"}],
        "medications": [{"name": "Old", "prescribedDate": "2001-01-01", "isContinued": false, "discontinuedDate": "2001-02-01", "purposes": [{"conditionName": "Cough"}]}],
        "labReports": [{"date": "2001-01-01", "type": "Blood", "findings": [{"testName": "Hb", "value": "14"}]}],
        "reports": [{"date": "2001-01-01", "type": "Letter", "findings": [{"key": "a", "value": "b"}]}],
        "messages": [{"text": "Hello"}]});
    let broken = json!({"name": "Broken", "sex": "OTHER", "medications": [{"name": "M", "prescribedDate": "2001-01-01", "isContinued": false, "purposes": [{}]}]});
    let variables = json!({"input": [whole, broken, {"name": "Second", "sex": "MALE"}]});
    let (answer, _) = store.ask_as(Scope::everything(), query, variables.clone()).await;
    let answer = &answer["data"]["importPatients"];
    assert_eq!(answer["replayed"], false);
    assert_eq!(answer["patients"][0]["appointments"]["nodes"][1]["symptoms"][1]["name"], "Fever");
    assert_eq!(
        answer["patients"][0]["medications"],
        json!([{"name": "Old", "purposes": [{"conditionName": "Cough"}]}])
    );
    assert_eq!(answer["patients"][1]["name"], "Second");
    assert_eq!(answer["patients"][0]["messages"]["nodes"], json!([{"text": "Hello"}]));
    let refused = answer["refused"].as_array().unwrap();
    assert_eq!((refused.len(), &refused[0]["index"]), (1, &json!(1)));
    let paths: BTreeSet<String> =
        refused[0]["violations"].as_array().unwrap().iter().map(|one| one["path"].to_string()).collect();
    assert_eq!(
        paths,
        BTreeSet::from([
            "[\"input\",\"1\",\"medications\",\"0\",\"discontinuedDate\"]".to_owned(),
            "[\"input\",\"1\",\"medications\",\"0\",\"purposes\",\"0\",\"conditionName\"]".to_owned(),
        ])
    );
    assert_eq!(count(&store, "Patient").await, 2);
    let (again, _) = store.ask_as(Scope::everything(), query, variables).await;
    assert_eq!(again["data"]["importPatients"]["replayed"], true);
    assert_eq!(again["data"]["importPatients"]["patients"], answer["patients"]);
    assert_eq!(count(&store, "Patient").await, 2);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_only_reads_writes_nothing() {
    let store = Store::new(Backend::Sqlite).await;
    let mut limits = medimax::config::Config::default().limits();
    limits.read_only = Some("nothing is written here");
    let query = "mutation { registerPatient(input: {name: \"X\", sex: MALE}) { patient { id } } }";
    let (body, _) = crate::support::run(&store.engine_with(limits), Scope::everything(), query, Value::Null).await;
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(codes(&answer), ["BAD_USER_INPUT"]);
    assert_eq!(count(&store, "Patient").await, 0);
}

#[test]
fn every_entity_is_written_corrected_and_removed() {
    let names: Vec<&str> = schema::MODEL.fields(schema::MODEL.mutation).map(|field| field.name).collect();
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    for entity in schema::entities() {
        for verb in ["correct", "remove"] {
            let name = format!("{verb}{}", entity.object.name);
            assert!(names.contains(&name.as_str()), "{name}");
        }
    }
}
