//! Mutations whose input points to other rows: doctors, their specialties and institutions.

use super::{count, done};
use crate::support::{Store, on_both};
use serde_json::json;

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
