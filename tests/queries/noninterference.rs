//! What a caller is told who may see some patients does not depend on the others: the same questions before and after all others
//! are deleted. This needs no list of what must not be told.

use crate::support::{Store, on_both};
use serde_json::Value;

/// Questions and refused mutations that lead through doctors, institutions and specialties.
fn queries() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let inner = [
        "assignments: {%: {isActive: {eq: true}}}",
        "assignments: {%: {patient: {name: {startsWith: \"A\"}}}}",
        "assignments: {%: {patient: {sex: {eq: FEMALE}}}}",
        "assignments: {%: {notes: {isNull: true}}}",
        "assignments: {%: {}}",
        "patients: {%: {}}",
        "patients: {%: {sex: {eq: MALE}}}",
        "patients: {%: {appointments: {some: {status: {eq: COMPLETED}}}}}",
        "patients: {%: {doctorAssignments: {%: {doctor: {patients: {%: {sex: {eq: MALE}}}}}}}}",
        "patients: {%: {doctorAssignments: {%: {doctor: {assignments: {%: {type: {eq: SPECIALIST}}}}}}}}",
        "not: {patients: {%: {sex: {eq: MALE}}}}",
        "or: [{assignments: {%: {type: {eq: PRIMARY}}}}, {patients: {%: {name: {contains: \"e\"}}}}]",
        "institution: {doctors: {%: {patients: {%: {sex: {eq: MALE}}}}}}",
        "specialty: {doctors: {%: {assignments: {%: {since: {gte: \"2020-01-01\"}}}}}}",
    ];
    for quantifier in ["some", "none", "every"] {
        for cond in inner {
            let cond = cond.replace('%', quantifier);
            let page = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id name }";
            all.push(format!("{{ doctors(first: 5, filter: {{{cond}}}) {{ {page} }} }}"));
            all.push(format!("{{ doctors(last: 5, filter: {{{cond}}}, orderBy: [NAME_DESC]) {{ {page} }} }}"));
            all.push(format!("{{ patients(first: 5, filter: {{doctorAssignments: {{{quantifier}: {{doctor: {{{cond}}}}}}}}}) {{ {page} }} }}"));
            all.push(format!("{{ appointments(first: 5, filter: {{doctor: {{{cond}}}, date: {{gte: \"1900-01-01\"}}}}) {{ totalCount nodes {{ id }} }} }}"));
            all.push(format!("{{ institutions(first: 50, filter: {{doctors: {{{quantifier}: {{{cond}}}}}}}) {{ totalCount nodes {{ id }} }} }}"));
            all.push(format!("{{ specialties(first: 50, filter: {{doctors: {{{quantifier}: {{{cond}}}}}}}) {{ totalCount nodes {{ id doctors(first: 3, filter: {{{cond}}}) {{ totalCount }} }} }} }}"));
            all.push(format!("{{ doctors(first: 50) {{ nodes {{ id patients(first: 2, filter: {{doctorAssignments: {{{quantifier}: {{doctor: {{{cond}}}}}}}}}) {{ totalCount pageInfo {{ hasNextPage }} nodes {{ id }} }} }} }} }}"));
        }
    }
    for order in ["ID_ASC", "ID_DESC", "NAME_ASC", "NAME_DESC", "DATE_OF_BIRTH_ASC", "DATE_OF_BIRTH_DESC"] {
        for way in ["first", "last"] {
            all.push(format!("{{ doctors(first: 60) {{ nodes {{ patients({way}: 1, orderBy: [{order}]) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ id name doctorAssignments {{ id doctor {{ patients(first: 5) {{ totalCount nodes {{ id }} }} assignments(first: 5) {{ totalCount nodes {{ id patient {{ id }} }} }} }} }} }} }} }} }} }} }}"));
        }
    }
    for order in ["ID_ASC", "ID_DESC", "SINCE_ASC", "SINCE_DESC"] {
        for way in ["first", "last"] {
            all.push(format!("{{ doctors(first: 60) {{ nodes {{ version assignments({way}: 1, orderBy: [{order}]) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} nodes {{ id version patient {{ id }} }} }} }} }} }}"));
            all.push(format!("{{ doctorAssignments({way}: 3, orderBy: [{order}]) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage endCursor }} nodes {{ id }} }} }}"));
        }
    }
    for id in 1..40 {
        all.push(format!("{{ node(id: \"DoctorAssignment:{id}\") {{ id }} doctorAssignment(id: {id}) {{ id notes }} nodes(ids: [\"DoctorAssignment:{id}\", \"Doctor:{id}\", \"Patient:{id}\"]) {{ id }} }}"));
    }
    // Refused mutations: the same refusal, whether the row is another's or is not there.
    for id in [1, 2, 5, 9, 14, 20] {
        for mutation in [
            format!("endDoctorAssignment(id: {id}, input: {{until: \"1800-01-01\"}}) {{ assignment {{ id }} }}"),
            format!("correctDoctorAssignment(id: {id}, input: {{doctorId: 9999}}) {{ assignment {{ id }} }}"),
            format!(
                "correctDoctorAssignment(id: {id}, expectedVersion: \"x\", input: {{until: \"1800-01-01\"}}) {{ assignment {{ id }} }}"
            ),
            format!("removeDoctorAssignment(id: {id}, expectedVersion: \"x\") {{ removedId }}"),
            format!(
                "correctAppointment(id: {id}, expectedVersion: \"x\", input: {{doctorId: 9999}}) {{ appointment {{ id }} }}"
            ),
            format!("removeDoctor(id: {id}) {{ removedId }}"),
            format!("removeDoctor(id: {id}, expectedVersion: \"x\", idempotencyKey: \"q\") {{ removedId }}"),
            format!("correctDoctor(id: {id}, input: {{institutionId: 9999}}) {{ doctor {{ id }} }}"),
            format!("removeInstitution(id: {id}) {{ removedId }}"),
            "addDoctor(input: {name: \"x\", institutionId: 9999}) { doctor { id } }".to_owned(),
            format!(
                "assignDoctor(input: {{patientId: {}, doctorId: {id}, type: PRIMARY}}) {{ assignment {{ id }} }}",
                8 + id % 4
            ),
            format!(
                "assignDoctor(input: {{patientId: {}, doctorId: 9999, type: PRIMARY}}) {{ assignment {{ id }} }}",
                8 + id % 4
            ),
        ] {
            all.push(format!("mutation {{ {mutation} }}"));
        }
    }
    // All that is wrong is told at once: nothing of it depends on rows of others. A text is missing, so that nothing is written.
    for id in (1..40).step_by(3) {
        for other in (1..40).step_by(4) {
            for mutation in [
                format!("correctChatMessage(id: {id}, input: {{text: \"\", parentMessageId: {other}}}) {{ replayed }}"),
                format!("correctChatMessage(id: {id}, input: {{text: \"\", chatSessionId: {other}}}) {{ replayed }}"),
                format!(
                    "sendChatMessage(input: {{patientId: {}, text: \"\", chatSessionId: {other}, sentAt: \"2026-01-01T00:00:00Z\"}}) {{ replayed }}",
                    1 + id % 12
                ),
                format!(
                    "sendChatMessage(input: {{patientId: {}, text: \"\", parentMessageId: {other}, chatSessionId: {id}}}) {{ replayed }}",
                    1 + id % 12
                ),
            ] {
                all.push(format!("mutation {{ {mutation} }}"));
            }
        }
    }
    all
}

/// An answer without what is another each time.
fn lasting(mut answer: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("requestId");
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut answer);
    answer
}

on_both!(an_answer_does_not_depend_on_patients_out_of_scope, 12, async |store: Store| {
    let [_, scope, _] = store.scopes([3, 7]).await;
    let ask = async |query: &str| {
        let (answer, ran) = store.ask_as(scope.clone(), query, Value::Null).await;
        // What is known of values is kept for a while, so that the second time less is asked before the list is.
        let lists = ran.iter().filter(|ran| !matches!(ran.what, "probe" | "sample")).count();
        (lasting(answer), lists)
    };
    // Every doctor looks after others, too.
    store.sql("INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) SELECT p.patient_id, d.doctor_id, 'specialist' \
               FROM Patient p JOIN Doctor d WHERE d.doctor_id < 12 AND p.patient_id NOT IN (3, 7)").await;
    store.sql("INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type) VALUES (3, 2, 'consultant'), (7, 2, 'consultant'), (7, 2, 'consultant')").await;
    let (queries, mut before, mut answered) = (queries(), Vec::new(), 0);
    for query in &queries {
        before.push(ask(query).await);
    }
    store.sql("DELETE FROM Patient WHERE patient_id NOT IN (3, 7)").await;
    for (query, before) in queries.iter().zip(before) {
        let after = ask(query).await;
        answered += usize::from(after.0.get("errors").is_none());
        assert_eq!(before, after, "{query}");
    }
    assert!(answered > 300 && answered < queries.len(), "{answered} of {}", queries.len());
});
