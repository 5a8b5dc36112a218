//! Consultations and what follows from them: states, all or nothing, what is copied; scans and predictions of one patient.

use super::{count, done, refused};
use crate::support::{Store, on_both, today};
use serde_json::{Value, json};

/// A doctor, two patients, and a consultation of the first that is scheduled for today; answers its id.
async fn clinic(store: &Store) -> String {
    let day = today();
    for rows in [
        "INSERT INTO Institution (institution_id, name) VALUES (1, 'Clinic')",
        "INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (1, 'Dr Ann One', 1), (2, 'Dr Bob Two', 1)",
        "INSERT INTO Patient (patient_id, name, sex) VALUES (1, 'Ada', 'Female'), (2, 'Ben', 'Male')",
    ] {
        store.sql(rows).await;
    }
    let made = done(
        store,
        &format!(
            "scheduleConsultation(input: {{patientId: 1, doctorId: 1, type: IN_PERSON, date: \"{day}\", time: \"9:30\"}}) \
             {{ consultation {{ id status time doctor {{ name }} }} }}"
        ),
    )
    .await;
    let made = &made["scheduleConsultation"]["consultation"];
    assert_eq!(
        (&made["status"], &made["time"], &made["doctor"]["name"]),
        (&json!("SCHEDULED"), &json!("09:30:00"), &json!("Dr Ann One"))
    );
    made["id"].as_str().unwrap().to_owned()
}

async fn rows(store: &Store) -> [i64; 5] {
    let mut counts = [0; 5];
    for (at, table) in
        ["Medical_History", "Medication", "Medication_Purpose", "Appointment", "Change_Feed"].iter().enumerate()
    {
        counts[at] = count(store, table).await;
    }
    counts
}

on_both!(completing_a_consultation_adds_what_follows_from_it, 0, async |store: Store| {
    let (id, day) = (clinic(&store).await, today());
    let complete = format!(
        "completeConsultation(id: \"{id}\", idempotencyKey: \"c\", input: {{diagnosis: \"Asthma\", prescription: \"Salbutamol\", durationMinutes: 20,
           feeMinorUnits: 4500, feeCurrency: \"eur\",
           history: [{{type: CONDITION, item: \"Asthma\", severity: MILD}}, {{type: ALLERGY, item: \"Dust\", date: null}}],
           medications: [
             {{name: \"Salbutamol\", dosage: \"100 µg\", purposes: [{{conditionName: \"Asthma\"}}]}},
             {{name: \"Cetirizine\", prescribedBy: \"Dr Elsewhere\", prescribedDate: \"2020-01-01\"}},
             {{name: \"Budesonide\", doctorId: 2}}],
           nextVisit: {{date: \"2099-03-01\", time: \"10:00\"}}}})
         {{ replayed
            consultation {{ status diagnosis durationMinutes feeMinorUnits feeCurrency nextVisitDate }}
            history {{ item date isActive }}
            medications {{ name prescribedDate prescribedBy doctor {{ name }} isContinued purposes {{ conditionName }} }}
            nextVisit {{ date time type status doctorName doctor {{ doctorId }} patient {{ patientId }} }} }}"
    );
    let made = done(&store, &complete).await["completeConsultation"].clone();
    let expected = json!({
        "replayed": false,
        "consultation": {"status": "COMPLETED", "diagnosis": "Asthma", "durationMinutes": 20, "feeMinorUnits": 4500, "feeCurrency": "EUR",
            "nextVisitDate": "2099-03-01"},
        "history": [{"item": "Asthma", "date": day.to_string(), "isActive": true}, {"item": "Dust", "date": null, "isActive": true}],
        "medications": [
            {"name": "Salbutamol", "prescribedDate": day.to_string(), "prescribedBy": "Dr Ann One", "doctor": {"name": "Dr Ann One"},
             "isContinued": true, "purposes": [{"conditionName": "Asthma"}]},
            // Whoever is named is not replaced by the doctor of the consultation.
            {"name": "Cetirizine", "prescribedDate": "2020-01-01", "prescribedBy": "Dr Elsewhere", "doctor": null, "isContinued": true, "purposes": []},
            {"name": "Budesonide", "prescribedDate": day.to_string(), "prescribedBy": null, "doctor": {"name": "Dr Bob Two"}, "isContinued": true, "purposes": []},
        ],
        "nextVisit": {"date": "2099-03-01", "time": "10:00:00", "type": "FOLLOW_UP", "status": "SCHEDULED", "doctorName": "Dr Ann One",
            "doctor": {"doctorId": 1}, "patient": {"patientId": 1}},
    });
    assert_eq!(made, expected);
    // Sent again under the same key it is not done again, and answers the same rows.
    let before = rows(&store).await;
    let mut again = done(&store, &complete).await["completeConsultation"].clone();
    assert_eq!(again["replayed"].take(), true);
    again["replayed"] = Value::Bool(false);
    assert_eq!(again, expected);
    assert_eq!(rows(&store).await, before);
    assert_eq!(&before[..4], [2, 3, 1, 1]);
    // One key stands for one list of rows, too.
    let other = complete.replace("Dust", "Mites");
    let answer = store.ask(&format!("mutation {{ {other} }}")).await;
    assert_eq!(crate::support::codes(&answer), ["CONFLICT"]);
});

on_both!(a_completion_with_a_fault_anywhere_writes_nothing_and_tells_every_fault, 0, async |store: Store| {
    let id = clinic(&store).await;
    let before = rows(&store).await;
    let complete =
        |input: &str| format!("completeConsultation(id: \"{id}\", input: {{{input}}}) {{ consultation {{ id }} }}");
    let wrong = complete(
        "diagnosis: \" \", durationMinutes: 0,
         history: [{type: CONDITION, item: \"Asthma\"}, {type: CONDITION, item: \" \", date: \"2099-01-01\"}],
         medications: [{name: \"X\", isContinued: false}, {name: \"\", prescribedDate: \"soon\", purposes: [{conditionName: \"\u{0}\"}]}],
         nextVisit: {date: \"2020-01-01\"}",
    );
    let mut told = refused(&store, &wrong.replace('\u{0}', "\\u0000")).await;
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "input.diagnosis: REQUIRED",
            "input.durationMinutes: OUT_OF_RANGE",
            "input.history.1.date: IN_FUTURE",
            "input.history.1.item: REQUIRED",
            "input.medications.0.discontinuedDate: REQUIRED",
            "input.medications.1.name: REQUIRED",
            "input.medications.1.prescribedDate: INVALID",
            "input.medications.1.purposes.0.conditionName: CONTROL_CHARACTER",
            "input.nextVisit.date: IN_PAST",
        ]
    );
    // What is copied counts, and so does what the row itself breaks.
    let told = refused(
        &store,
        &complete("diagnosis: null, feeMinorUnits: 100, medications: [{name: \"X\"}, {name: \"Y\", isContinued: false, discontinuedDate: \"2020-01-01\"}]"),
    )
    .await;
    assert_eq!(
        told,
        ["input.feeMinorUnits: INCOMPLETE", "input.diagnosis: REQUIRED", "input.medications.1.discontinuedDate: ORDER"]
    );
    let told = refused(&store, &complete("diagnosis: \"A\", medications: [{name: \"X\", doctorId: 77}]")).await;
    assert_eq!(told, ["input.medications.0.doctorId: NOT_FOUND"]);
    assert_eq!(rows(&store).await, before);
    let stale = format!(
        "completeConsultation(id: \"{id}\", expectedVersion: \"0\", input: {{diagnosis: \"A\", history: [{{type: CONDITION, item: \"A\"}}]}}) {{ consultation {{ id }} }}"
    );
    let answer = store.ask(&format!("mutation {{ {stale} }}")).await;
    assert_eq!(crate::support::codes(&answer), ["CONFLICT"]);
    // The database's own refusal, of the last of the rows.
    store
        .sql(match store.backend {
            crate::support::Backend::MariaDb => "ALTER TABLE Appointment ADD CONSTRAINT never CHECK (appointment_date < '2050-01-01')",
            crate::support::Backend::Sqlite => "CREATE TRIGGER never BEFORE INSERT ON Appointment WHEN NEW.appointment_date > '2050-01-01' BEGIN SELECT RAISE(ABORT, 'never'); END",
        })
        .await;
    let late =
        complete("diagnosis: \"A\", history: [{type: CONDITION, item: \"A\"}], nextVisit: {date: \"2099-01-01\"}");
    let told = refused(&store, &late).await;
    assert!(told[0].starts_with("input.nextVisit: "), "{told:?}");
    assert_eq!(rows(&store).await, before);
    let read = store.data(&format!("{{ consultation(id: \"{id}\") {{ status diagnosis nextVisitDate }} }}")).await;
    assert_eq!(read["consultation"], json!({"status": "SCHEDULED", "diagnosis": null, "nextVisitDate": null}));
});

on_both!(a_consultation_that_is_over_says_what_it_is, 0, async |store: Store| {
    let id = clinic(&store).await;
    let verbs = [
        ("completeConsultation", "(id: \"@\", input: {diagnosis: \"A\"})", "COMPLETED"),
        ("cancelConsultation", "(id: \"@\")", "CANCELLED"),
        ("markConsultationNoShow", "(id: \"@\", input: {notes: \"rang twice\"})", "NO_SHOW"),
    ];
    for (verb, args, state) in verbs {
        let day = today();
        let made = done(&store, &format!("scheduleConsultation(input: {{patientId: 1, doctorId: 1, type: TELEMEDICINE, date: \"{day}\"}}) {{ consultation {{ id }} }}")).await;
        let id = made["scheduleConsultation"]["consultation"]["id"].as_str().unwrap().to_owned();
        let change = format!("{verb}{} {{ consultation {{ status }} }}", args.replace('@', &id));
        assert_eq!(done(&store, &change).await[verb]["consultation"]["status"], state);
        for (verb, args, _) in verbs {
            let change = format!("{verb}{} {{ consultation {{ status }} }}", args.replace('@', &id));
            let answer = store.ask(&format!("mutation {{ {change} }}")).await;
            let violation = &answer["errors"][0]["extensions"]["violations"][0];
            assert_eq!((&violation["path"], &violation["code"]), (&json!(["id"]), &json!("STATE")), "{answer}");
            let message = violation["message"].as_str().unwrap();
            assert!(message.contains(state) && message.contains("SCHEDULED"), "{message}");
        }
        // What was entered by mistake is corrected.
        done(
            &store,
            &format!("correctConsultation(id: \"{id}\", input: {{status: SCHEDULED}}) {{ consultation {{ id }} }}"),
        )
        .await;
        done(&store, &change).await;
    }
    // Only scheduling looks at the day; what took place is recorded.
    let of = |verb: &str, rest: &str| {
        format!(
            "{verb}(input: {{patientId: 1, doctorId: 1, type: EMERGENCY, date: \"2020-01-01\"{rest}}}) {{ consultation {{ id status }} }}"
        )
    };
    assert_eq!(refused(&store, &of("scheduleConsultation", "")).await, ["input.date: IN_PAST"]);
    let made = done(&store, &of("recordConsultation", ", status: COMPLETED, nextVisitDate: \"2020-02-01\"")).await;
    assert_eq!(made["recordConsultation"]["consultation"]["status"], "COMPLETED");
    assert_eq!(refused(&store, &of("recordConsultation", ", status: SCHEDULED")).await, ["input.status: IN_PAST"]);
    assert_eq!(
        refused(
            &store,
            &of("recordConsultation", ", status: COMPLETED, nextVisitDate: \"2019-02-01\", feeCurrency: \"EUR\"")
        )
        .await,
        ["input.feeMinorUnits: INCOMPLETE", "input.nextVisitDate: ORDER"]
    );
    let ahead = done(&store, "scheduleConsultation(input: {patientId: 1, doctorId: 1, type: IN_PERSON, date: \"2099-01-01\"}) { consultation { id } }").await;
    let ahead = ahead["scheduleConsultation"]["consultation"]["id"].as_str().unwrap();
    for (verb, args, _) in [verbs[0], verbs[2]] {
        let change = format!("{verb}{} {{ consultation {{ id }} }}", args.replace('@', ahead));
        let told = refused(&store, &change).await;
        assert!(told.len() == 1 && told[0].ends_with(": IN_FUTURE"), "{verb}: {told:?}");
    }
    done(&store, &format!("cancelConsultation(id: \"{ahead}\") {{ consultation {{ id }} }} removeConsultation(id: \"{id}\") {{ removed {{ count }} }}")).await;
});

on_both!(appointments_scans_and_conditions_are_of_the_same_patient, 0, async |store: Store| {
    let (_, day) = (clinic(&store).await, today());
    let made = done(
        &store,
        &format!(
            "scheduleAppointment(input: {{patientId: 1, date: \"{day}\"}}) {{ appointment {{ id }} }}
             recordScan(input: {{patientId: 1, doctorId: 2, modality: MRI, bodyPart: \"Brain\", date: \"2024-05-01\", filePath: \"a/b.dcm\"}}) {{ scan {{ id modality doctor {{ name }} }} }}
             recordMedicalHistory(input: {{patientId: 1, type: CONDITION, item: \"Parkinson's disease\"}}) {{ medicalHistory {{ id }} }}"
        ),
    )
    .await;
    let id = |verb: &str, of: &str| made[verb][of]["id"].as_str().unwrap().to_owned();
    let (appointment, scan, history) = (
        id("scheduleAppointment", "appointment"),
        id("recordScan", "scan"),
        id("recordMedicalHistory", "medicalHistory"),
    );
    let schedule = |patient: i32| {
        format!(
            "scheduleConsultation(input: {{patientId: {patient}, doctorId: 1, appointmentId: \"{appointment}\", type: IN_PERSON, date: \"{day}\"}}) {{ consultation {{ appointment {{ consultation {{ consultationId }} }} }} }}"
        )
    };
    assert_eq!(refused(&store, &schedule(2)).await, ["input.appointmentId: OTHER_PATIENT"]);
    let booked = done(&store, &schedule(1)).await;
    assert!(booked["scheduleConsultation"]["consultation"]["appointment"]["consultation"]["consultationId"].is_i64());
    let predict = |patient: i32, rest: &str| {
        format!("recordPrediction(input: {{patientId: {patient}, scanId: \"{scan}\", medicalHistoryId: \"{history}\", condition: \"Parkinson's disease\", label: \"Parkinson's\"{rest}}})
                 {{ prediction {{ probability predictedAt scan {{ bodyPart predictions {{ label }} }} medicalHistory {{ item }} }} }}")
    };
    assert_eq!(
        refused(&store, &predict(2, "")).await,
        ["input.scanId: OTHER_PATIENT", "input.medicalHistoryId: OTHER_PATIENT"]
    );
    assert_eq!(refused(&store, &predict(1, ", probability: \"1.2\"")).await, ["input.probability: OUT_OF_RANGE"]);
    assert_eq!(refused(&store, &predict(1, ", probability: \"0.12345\"")).await, ["input.probability: INVALID"]);
    let made = done(
        &store,
        &predict(1, ", stage: \"Hoehn and Yahr 1\", probability: \"0.9\", predictedAt: \"2024-05-02T10:00:00Z\""),
    )
    .await;
    assert_eq!(
        made["recordPrediction"]["prediction"],
        json!({"probability": "0.9000", "predictedAt": "2024-05-02T10:00:00Z", "scan": {"bodyPart": "Brain", "predictions": [{"label": "Parkinson's"}]},
            "medicalHistory": {"item": "Parkinson's disease"}})
    );
    done(&store, &predict(1, ", stage: \"Hoehn and Yahr 2\", predictedAt: \"2025-05-02T10:00:00Z\"")).await;
    let read = store.data("{ patient(id: 1) { latestPrediction { stage } predictions { stage } scans { scanId } } other: patient(id: 2) { latestPrediction { stage } } }").await;
    assert_eq!(read["patient"]["latestPrediction"]["stage"], "Hoehn and Yahr 2");
    assert_eq!(read["patient"]["predictions"].as_array().unwrap().len(), 2);
    assert_eq!(read["other"]["latestPrediction"], Value::Null);
    // What is pointed to may be removed: the prediction stays.
    done(&store, &format!("removeScan(id: \"{scan}\") {{ removed {{ type }} }} removeMedicalHistory(id: \"{history}\") {{ removed {{ type }} }} removeAppointment(id: \"{appointment}\") {{ removed {{ type }} }}")).await;
    let read = store.data("{ patient(id: 1) { latestPrediction { scan { id } scanId medicalHistoryId } consultations { nodes { appointmentId } } } }").await;
    assert_eq!(read["patient"]["latestPrediction"], json!({"scan": null, "scanId": null, "medicalHistoryId": null}));
    done(&store, "removePatient(id: 1) { removed { type count } }").await;
    for table in ["Consultation", "Scan", "Prediction"] {
        assert_eq!(count(&store, table).await, 0, "{table}");
    }
});
