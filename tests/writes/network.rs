//! The care network: health profiles, who looks after a patient, and what a registration brings.

use super::{count, done, refused};
use crate::support::{Store, on_both};
use serde_json::json;

/// An institution with three doctors, the only ones of the store.
async fn staff(store: &Store) {
    done(
        store,
        "addInstitution(input: {name: \"North Clinic\"}) { institution { id } }
         a: addDoctor(input: {name: \"Dr. Ada\", institutionId: 1}) { doctor { id } }
         b: addDoctor(input: {name: \"Dr. Bea\", institutionId: 1}) { doctor { id } }
         c: addDoctor(input: {name: \"Dr. Cem\", institutionId: 1}) { doctor { id } }",
    )
    .await;
}

on_both!(a_patient_is_registered_with_profile_institution_and_doctor_or_not_at_all, async |store: Store| {
    staff(&store).await;
    let register = |profile: &str, doctor: &str| {
        format!(
            "registerPatient(input: {{name: \"Ann\", sex: FEMALE, dateOfBirth: \"1980-05-01\", institutionId: \"Institution:1\",
                profile: {{{profile}}}, doctorAssignments: [{{doctorId: {doctor}, type: PRIMARY, since: \"2024-01-01\"}}]}})
             {{ patient {{ institution {{ name }} primaryDoctor {{ name }} careTeam {{ type since }}
                validationStatus {{ isComplete lacks }}
                profile {{ bmi heightCm bloodGroup bloodType {{ group canReceiveFrom canDonateTo }} }} }} }}"
        )
    };
    // All that is wrong is told at once, each in its place, and nothing is written.
    let wrong = "heightCm: 10, weightKg: 0.1, systolicPressure: 80, diastolicPressure: 90, smokingStatus: NEVER, \
                 cigarettesPerDay: 5, alcoholUse: FORMER, drinksPerWeek: 3, emergencyContactRelationship: \"son\"";
    assert_eq!(
        refused(&store, &register(wrong, "1")).await,
        [
            "input.profile.heightCm: OUT_OF_RANGE",
            "input.profile.weightKg: OUT_OF_RANGE",
            "input.profile.systolicPressure: INCOMPLETE",
            "input.profile.smokingStatus: CONTRADICTION",
            "input.profile.alcoholUse: CONTRADICTION",
            "input.profile.emergencyContactName: INCOMPLETE",
        ]
    );
    assert_eq!(
        refused(&store, &register("heightCm: 170", "99")).await,
        ["input.doctorAssignments.0.doctorId: NOT_FOUND"]
    );
    assert_eq!((count(&store, "Patient").await, count(&store, "Health_Profile").await), (0, 0));

    let made = done(&store, &register("heightCm: 170, weightKg: 65.5, bloodGroup: A_NEGATIVE", "2")).await;
    assert_eq!(
        made["registerPatient"]["patient"],
        json!({
            "institution": {"name": "North Clinic"}, "primaryDoctor": {"name": "Dr. Bea"},
            "careTeam": [{"type": "PRIMARY", "since": "2024-01-01"}],
            "validationStatus": {"isComplete": true, "lacks": []},
            "profile": {"bmi": 22.7, "heightCm": "170.0", "bloodGroup": "A_NEGATIVE",
                "bloodType": {"group": "A_NEGATIVE", "canReceiveFrom": ["A_NEGATIVE", "O_NEGATIVE"],
                    "canDonateTo": ["A_POSITIVE", "A_NEGATIVE", "AB_POSITIVE", "AB_NEGATIVE"]}},
        })
    );
    let read = store
        .data("{ institution(id: 1) { patients { totalCount nodes { name } } } patients(filter: { profile: { bloodGroup: { eq: A_NEGATIVE } } }) { totalCount } }")
        .await;
    assert_eq!(
        read,
        json!({"institution": {"patients": {"totalCount": 1, "nodes": [{"name": "Ann"}]}}, "patients": {"totalCount": 1}})
    );
});

on_both!(a_patient_has_one_profile, async |store: Store| {
    for name in ["Ann", "Bob"] {
        done(&store, &format!("registerPatient(input: {{name: \"{name}\", sex: OTHER}}) {{ patient {{ id }} }}")).await;
    }
    let add = |patient: i32| {
        format!(
            "addHealthProfile(input: {{patientId: {patient}, weightKg: 60}}) {{ profile {{ id bmi patient {{ name }} }} }}"
        )
    };
    let made = done(&store, &add(1)).await;
    assert_eq!(made["addHealthProfile"]["profile"]["bmi"], json!(null));
    assert_eq!(refused(&store, &add(1)).await, ["input.patientId: EXISTS"]);
    done(&store, &add(2)).await;
    // A change is held to the values that are there.
    let smokes =
        "correctHealthProfile(id: 1, input: {smokingStatus: CURRENT, cigarettesPerDay: 10}) { profile { id } }";
    done(&store, smokes).await;
    assert_eq!(
        refused(&store, "correctHealthProfile(id: 1, input: {smokingStatus: NEVER}) { profile { id } }").await,
        ["input.smokingStatus: CONTRADICTION"]
    );
    let lacks =
        store.data("{ patient(id: 1) { validationStatus { isComplete lacks } profile { cigarettesPerDay } } }").await;
    assert_eq!(
        lacks["patient"],
        json!({"validationStatus": {"isComplete": false, "lacks": ["DATE_OF_BIRTH", "PRIMARY_DOCTOR", "INSTITUTION"]},
            "profile": {"cigarettesPerDay": 10}})
    );
    // The database holds the rules too, whoever writes.
    for broken in
        ["weight_kg = 0", "systolic_pressure = 120", "emergency_contact_name = 'x'", "smoking_status = 'never'"]
    {
        assert!(
            store.db.run(&format!("UPDATE Health_Profile SET {broken} WHERE profile_id = 1")).await.is_err(),
            "{broken}"
        );
    }
    done(&store, "removePatient(id: 1) { removedId }").await;
    assert_eq!(count(&store, "Health_Profile").await, 1);
});

on_both!(a_patient_has_one_primary_doctor_and_the_earlier_ones_stay_as_history, async |store: Store| {
    staff(&store).await;
    done(&store, "registerPatient(input: {name: \"Ann\", sex: OTHER}) { patient { id } }").await;
    let transfer = |doctor: i32, since: &str| {
        format!(
            "transferPatient(input: {{patientId: 1, doctorId: {doctor}{since}}}) {{ assignment {{ id since until patient {{ primaryDoctor {{ name }} }} }} }}"
        )
    };
    let first = done(&store, &transfer(1, ", since: \"2024-01-01\"")).await;
    assert_eq!(first["transferPatient"]["assignment"]["patient"]["primaryDoctor"]["name"], "Dr. Ada");
    done(&store, "assignDoctor(input: {patientId: 1, doctorId: 3, type: SPECIALIST}) { assignment { id } }").await;
    for (mutation, violation) in [
        (
            "assignDoctor(input: {patientId: 1, doctorId: 2, type: PRIMARY}) { assignment { id } }".into(),
            "input.type: EXISTS",
        ),
        (transfer(1, ""), "input.doctorId: EXISTS"),
        (transfer(2, ", since: \"2023-12-31\""), "input.since: ORDER"),
        (transfer(2, ", since: \"2999-01-01\""), "input.since: IN_FUTURE"),
    ] {
        assert_eq!(refused(&store, &mutation).await, [violation], "{mutation}");
    }
    let today = done(&store, &transfer(2, "")).await;
    let since = today["transferPatient"]["assignment"]["since"].as_str().unwrap().to_owned();
    assert_eq!(today["transferPatient"]["assignment"]["patient"]["primaryDoctor"]["name"], "Dr. Bea");
    let read = store
        .data("{ patient(id: 1) { careTeam { type doctor { name } } doctorAssignments(filter: { type: { eq: PRIMARY } }) { isActive until doctor { name } } } }")
        .await;
    assert_eq!(
        read["patient"]["doctorAssignments"],
        json!([{"isActive": true, "until": null, "doctor": {"name": "Dr. Bea"}},
            {"isActive": false, "until": since, "doctor": {"name": "Dr. Ada"}}])
    );
    assert_eq!(read["patient"]["careTeam"].as_array().unwrap().len(), 2);
    // The database holds it, whoever writes; an assignment that is over is nobody's rival.
    let insert = |active: &str| {
        format!(
            "INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type, is_active, until) VALUES (1, 3, 'primary', {active}, '2020-01-01')"
        )
    };
    assert!(store.db.run(&insert("1")).await.is_err());
    assert!(store.db.run(&insert("NULL")).await.is_err(), "what nothing is said of goes on");
    store.db.run(&insert("0")).await.unwrap();
    let id = today["transferPatient"]["assignment"]["id"].as_str().unwrap();
    let ended = format!("endAssignment(id: \"{id}\", input: {{until: \"{since}\"}}) {{ assignment {{ isActive }} }}");
    done(&store, &ended).await;
    let team = store.data("{ patient(id: 1) { careTeam { type } primaryDoctor { name } } }").await;
    assert_eq!(team["patient"], json!({"careTeam": [{"type": "SPECIALIST"}], "primaryDoctor": null}));
});
