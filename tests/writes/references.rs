//! Mutations whose input points to other rows: doctors, their specialties and institutions, and whom they look after.

use super::{count, done, refused};
use crate::support::{Backend, Store, on_both, options};
use medimax::{db, db::scope::Scope};
use serde_json::{Value, json};

/// A specialty, an institution, two doctors and three patients, the only ones of the store.
async fn doctors(store: &Store) {
    for name in ["Ann", "Bob", "Cid"] {
        done(store, &format!("registerPatient(input: {{name: \"{name}\", sex: OTHER}}) {{ patient {{ id }} }}")).await;
    }
    done(
        store,
        "addSpecialty(input: {name: \" Cardiology \", category: \"Internal medicine\"}) { specialty { name } }
         addInstitution(input: {name: \"North Clinic\", type: CLINIC, country: \"de\", region: \"Bavaria\"}) { institution { country } }
         a: addDoctor(input: {name: \"Dr. Ada\", specialtyId: 1, institutionId: \"Institution:1\", licenceNumber: \"L-1\"}) { doctor { id } }
         b: addDoctor(input: {name: \"Dr. Bea\", institutionId: 1}) { doctor { id } }",
    )
    .await;
}

on_both!(doctors_and_their_institutions_are_written_and_read_back, async |store: Store| {
    doctors(&store).await;
    let read = store
        .data(
            "{ specialty(id: 1) { name category doctors { totalCount nodes { name } } }
               institution(id: 1) { name type region country contact doctors { totalCount nodes { name specialty { name } } } } }",
        )
        .await;
    assert_eq!(
        read,
        json!({
            "specialty": {"name": "Cardiology", "category": "Internal medicine",
                "doctors": {"totalCount": 1, "nodes": [{"name": "Dr. Ada"}]}},
            "institution": {"name": "North Clinic", "type": "CLINIC", "region": "Bavaria", "country": "DE", "contact": null,
                "doctors": {"totalCount": 2, "nodes": [
                    {"name": "Dr. Ada", "specialty": {"name": "Cardiology"}}, {"name": "Dr. Bea", "specialty": null}]}},
        })
    );
    let changed = done(
        &store,
        "a: correctDoctor(id: 1, input: {specialtyId: null}) { doctor { specialty { name } institution { name } } }
         b: correctDoctor(id: 2, input: {specialtyId: \"Specialty:1\"}) { doctor { specialty { name } } }
         correctInstitution(id: 1, input: {contact: \"Reception, extension 5\"}) { institution { contact } }
         correctSpecialty(id: 1, input: {category: null}) { specialty { category } }",
    )
    .await;
    assert_eq!(changed["a"]["doctor"], json!({"specialty": null, "institution": {"name": "North Clinic"}}));
    assert_eq!(changed["b"]["doctor"]["specialty"]["name"], "Cardiology");
    assert_eq!(changed["correctInstitution"]["institution"]["contact"], "Reception, extension 5");
    // What no row points to is removed, and nothing else.
    let removed =
        done(&store, "removeDoctor(id: 2) { removed { type count } } removeSpecialty(id: 1) { removedId }").await;
    assert_eq!(removed["removeDoctor"]["removed"], json!([{"type": "Doctor", "count": 1}]));
    assert_eq!((count(&store, "Doctor").await, count(&store, "Specialty").await), (1, 0));
});

on_both!(a_doctor_is_assigned_and_the_assignment_ends, async |store: Store| {
    doctors(&store).await;
    let before = count(&store, "Doctor_Patient_Assignment").await;
    let doctor = done(&store, "addDoctor(input: {name: \"Dr. New\", institutionId: 1}) { doctor { doctorId } }").await;
    let doctor = doctor["addDoctor"]["doctor"]["doctorId"].as_i64().unwrap();
    let made = done(
        &store,
        &format!(
            "a: assignDoctor(input: {{patientId: 2, doctorId: {doctor}, type: CONSULTANT, since: \"2024-01-01\"}}) {{ assignment {{ id isActive type doctor {{ name }} patient {{ patientId }} }} }}
             b: assignDoctor(input: {{patientId: 3, doctorId: \"Doctor:{doctor}\", type: PRIMARY}}) {{ assignment {{ id }} }}"
        ),
    )
    .await;
    let assignment = &made["a"]["assignment"];
    assert_eq!(assignment["doctor"]["name"], "Dr. New");
    assert_eq!((&assignment["isActive"], &assignment["type"]), (&json!(true), &json!("CONSULTANT")));
    let id = assignment["id"].as_str().unwrap();
    assert_eq!(
        refused(
            &store,
            &format!("endDoctorAssignment(id: \"{id}\", input: {{until: \"2023-12-31\"}}) {{ version: __typename }}")
        )
        .await,
        ["input.until: ORDER"]
    );
    let ended = done(&store, &format!("endDoctorAssignment(id: \"{id}\", input: {{until: \"2024-06-01\", notes: \"moved\"}}) {{ assignment {{ isActive until notes since }} }}")).await;
    assert_eq!(
        ended["endDoctorAssignment"]["assignment"],
        json!({"isActive": false, "until": "2024-06-01", "notes": "moved", "since": "2024-01-01"})
    );
    let read = store.data(&format!("{{ doctor(id: {doctor}) {{ assignments {{ totalCount }} patients {{ totalCount nodes {{ patientId }} }} }} }}")).await;
    assert_eq!(
        read["doctor"],
        json!({"assignments": {"totalCount": 2}, "patients": {"totalCount": 2, "nodes": [{"patientId": 2}, {"patientId": 3}]}})
    );
    // The doctor stays as long as rows point there; the patient goes with the assignments.
    assert_eq!(refused(&store, &format!("removeDoctor(id: {doctor}) {{ removedId }}")).await, ["id: IN_USE"]);
    done(&store, "a: removePatient(id: 2) { removedId } b: removePatient(id: 3) { removedId }").await;
    assert!(count(&store, "Doctor_Patient_Assignment").await <= before);
    done(&store, &format!("removeDoctor(id: {doctor}) {{ removedId }}")).await;
});

on_both!(an_assignment_is_over_or_goes_on_and_not_both, async |store: Store| {
    doctors(&store).await;
    done(
        &store,
        "assignDoctor(input: {patientId: 1, doctorId: 1, type: PRIMARY, since: \"2020-01-01\"}) { assignment { id } }",
    )
    .await;
    let correct = |input: &str| {
        format!("correctDoctorAssignment(id: 1, input: {{{input}}}) {{ assignment {{ isActive until }} }}")
    };
    for (mutation, violation) in [
        (correct("until: \"2021-01-01\""), "input.isActive: IN_PAST"),
        (correct("isActive: false"), "input.isActive: REQUIRED"),
        (
            "endDoctorAssignment(id: 1, input: {until: \"2099-01-01\"}) { assignment { id } }".to_owned(),
            "input.until: IN_FUTURE",
        ),
    ] {
        assert_eq!(refused(&store, &mutation).await, [violation], "{mutation}");
    }
    // One that will end on a day to come goes on until then.
    let planned = done(&store, &correct("until: \"2099-01-01\"")).await;
    assert_eq!(planned["correctDoctorAssignment"]["assignment"], json!({"isActive": true, "until": "2099-01-01"}));
    done(&store, "endDoctorAssignment(id: 1, input: {until: \"2021-01-01\"}) { assignment { id } }").await;
    assert_eq!(refused(&store, &correct("isActive: true")).await, ["input.isActive: IN_PAST"]);
    let again = done(&store, &correct("isActive: true, until: null")).await;
    assert_eq!(again["correctDoctorAssignment"]["assignment"], json!({"isActive": true, "until": null}));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doctor_who_is_removed_meanwhile_is_named() {
    let store = Store::new(Backend::MariaDb).await;
    doctors(&store).await;
    // Another program removes the doctor, and commits while the mutation waits for it.
    let other = db::open(&options(&store.url)).await.unwrap();
    for mutation in [
        "assignDoctor(input: {patientId: 1, doctorId: 2, type: PRIMARY}) { assignment { id } }",
        "scheduleAppointment(input: {patientId: 1, doctorId: 2, date: \"2099-01-01\"}) { appointment { id } }",
    ] {
        let removing = async {
            other
                .run("START TRANSACTION; DELETE FROM Doctor WHERE doctor_id = 2; SELECT SLEEP(1); COMMIT")
                .await
                .unwrap();
        };
        let writing = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            refused(&store, mutation).await
        };
        let ((), refused) = tokio::join!(removing, writing);
        assert_eq!(refused, ["input.doctorId: NOT_FOUND"], "{mutation}");
        store.sql("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (2, 'Dr. Bea', 1)").await;
    }
}

on_both!(every_row_that_an_input_points_to_is_looked_for, async |store: Store| {
    doctors(&store).await;
    let doctors = count(&store, "Doctor").await;
    assert_eq!(
        refused(&store, "addDoctor(input: {name: \"Dr. X\", specialtyId: 99, institutionId: 98}) { doctor { id } }")
            .await,
        ["input.specialtyId: NOT_FOUND", "input.institutionId: NOT_FOUND"]
    );
    for (value, code) in [
        ("\"Patient:1\"", "INVALID"),
        ("\"Doctor:x\"", "INVALID"),
        ("\"\"", "INVALID"),
        ("99999999999", "NOT_FOUND"),
        ("0", "NOT_FOUND"),
        ("\"Institution:99\"", "NOT_FOUND"),
    ] {
        let mutation = format!("addDoctor(input: {{name: \"Dr. X\", institutionId: {value}}}) {{ doctor {{ id }} }}");
        assert_eq!(refused(&store, &mutation).await, [format!("input.institutionId: {code}")], "{value}");
    }
    assert_eq!(
        refused(&store, "correctDoctor(id: 1, input: {institutionId: null}) { doctor { id } }").await,
        ["input.institutionId: REQUIRED"]
    );
    // In forms within forms each at its own path, and nothing is half-written.
    let patients = count(&store, "Patient").await;
    let input = "{name: \"Zoe\", sex: FEMALE, doctorAssignments: [{doctorId: 1, type: PRIMARY}, {doctorId: 77, type: SPECIALIST}],
                  appointments: [{date: \"2020-01-01\", doctorId: \"Doctor:78\", status: COMPLETED}]}";
    let missing = [
        "input.patients.0.appointments.0.doctorId: NOT_FOUND",
        "input.patients.0.doctorAssignments.1.doctorId: NOT_FOUND",
    ];
    let answer = store
        .data(&format!("mutation {{ importPatients(input: [{input}, {}]) {{ kept {{ index }} refused {{ index violations {{ path code }} }} }} }}", input.replace("77", "2").replace("78", "1")))
        .await;
    let refused_item = &answer["importPatients"]["refused"];
    let mut shown: Vec<String> = refused_item[0]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|violation| {
            let path: Vec<&str> = violation["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("{}: {}", path.join("."), violation["code"].as_str().unwrap())
        })
        .collect();
    shown.sort();
    assert_eq!(shown, missing.map(|path| path.replace("patients.0", "0")), "{answer}");
    assert_eq!(answer["importPatients"]["kept"], json!([{"index": 1}]));
    assert_eq!((count(&store, "Patient").await, count(&store, "Doctor").await), (patients + 1, doctors));
    let last = store.data("{ patients(last: 1) { nodes { doctorAssignments(first: 1) { doctor { name } } appointments { nodes { doctor { name } } } } } }").await;
    assert_eq!(last["patients"]["nodes"][0]["appointments"]["nodes"][0]["doctor"]["name"], "Dr. Ada", "{last}");
});

on_both!(only_a_caller_who_sees_every_patient_writes_what_everybody_sees, async |store: Store| {
    doctors(&store).await;
    let some = || Scope::patients([3]);
    for (mutation, path) in [
        ("addSpecialty(input: {name: \"X\"}) { specialty { id } }", "input"),
        ("addDoctor(input: {name: \"X\", institutionId: 1}) { doctor { id } }", "input"),
        ("correctDoctor(id: 1, input: {name: \"X\"}) { doctor { id } }", "id"),
        ("removeInstitution(id: 1) { removedId }", "id"),
    ] {
        let (answer, _) = store.ask_as(some(), &format!("mutation {{ {mutation} }}"), Value::Null).await;
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!((&violation["code"], &violation["path"]), (&json!("FORBIDDEN"), &json!([path])), "{answer}");
    }
    assert_eq!(store.data("{ doctor(id: 1) { name } }").await["doctor"]["name"], "Dr. Ada");
    // Such a caller reads doctors, and assigns them to the patients whom the caller sees.
    let assign = |patient| {
        format!(
            "mutation {{ assignDoctor(input: {{patientId: {patient}, doctorId: 1, type: PRIMARY}}) {{ assignment {{ doctor {{ name }} }} }} }}"
        )
    };
    let (answer, _) = store.ask_as(some(), &assign(3), Value::Null).await;
    assert_eq!(answer["data"]["assignDoctor"]["assignment"]["doctor"]["name"], "Dr. Ada", "{answer}");
    let (answer, _) = store.ask_as(some(), &assign(2), Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "NOT_FOUND", "{answer}");
});
