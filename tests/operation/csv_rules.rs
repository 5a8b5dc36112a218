//! Rules between rows: a dry run tells what the import itself tells.

use super::{done, folder, number};
use crate::support::{
    Backend, Store, empty, on_both,
    process::{medimax, run},
    scratch, unique,
};
use medimax::schema::iso;
use std::fs;

/// What an import refuses but for what is left out with it, dry and then really.
fn refused(store: &Store, files: &[(&str, &str)], more: &[&str]) -> Vec<String> {
    let dir = folder(files);
    let told = ["--dry-run", ""].map(|dry| {
        let report = scratch(&unique("report"));
        let mut command = medimax(&["import", "csv", "--database-url", &store.url]);
        command.arg(&dir).arg("--report").arg(&report).args(more).args((!dry.is_empty()).then_some(dry));
        let ended = run(&mut command);
        let text = fs::read_to_string(report).unwrap();
        assert_eq!(ended.code, Some(i32::from(text.lines().count() > 1)), "{ended:?}");
        let said = ended.out.split_once(" rows of ").unwrap().0.rsplit(' ').next().unwrap().to_owned();
        let lines = text.lines().skip(1).map(|line| line.rsplit_once('\t').unwrap().0.replace('\t', " "));
        (said, lines.filter(|line| !line.ends_with("LEFT_OUT")).collect::<Vec<String>>())
    });
    let [dry, real] = told;
    assert_eq!(dry, real, "a dry run says what would be");
    real.1
}

const PATIENTS: (&str, &str) =
    ("Patient.csv", "patient_id,name,sex\n1,Ann,Female\n2,Bob,Male\n3,Cid,Male\n4,Dee,Female\n5,Eve,Female\n");

on_both!(a_dry_run_knows_what_only_one_row_may_have, async |store: Store| {
    store.sql("INSERT INTO Institution (institution_id, name) VALUES (9, 'North Clinic')").await;
    store.sql("INSERT INTO Doctor (doctor_id, name, institution_id) VALUES (3, 'Dr. Ada', 9), (4, 'Dr. Bea', 9)").await;
    // What the database has already is in the way as well.
    store.sql("INSERT INTO Patient (patient_id, name, sex) VALUES (8, 'Old', 'Male'), (9, 'Other', 'Female')").await;
    store.sql("INSERT INTO Doctor_Patient_Assignment (patient_id, doctor_id, assignment_type, is_active) VALUES (8, 3, 'primary', 1)").await;
    store
        .sql("INSERT INTO Chat_Session (patient_id, session_uuid) VALUES (9, '0e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22')")
        .await;
    store.sql("INSERT INTO Country (country_id, iso2, iso3, name) VALUES (7, 'DE', 'DEU', 'Germany')").await;
    let files = [
        PATIENTS,
        (
            "Doctor_Patient_Assignment.csv",
            "assignment_id,patient_id,doctor_id,type,is_active,until\n\
             11,1,3,primary,1,\n12,1,4,PRIMARY,1,\n13,2,3,primary,1,\n14,2,4,primary,0,2020-01-01\n15,8,4,primary,,\n",
        ),
        ("Health_Profile.csv", "profile_id,patient_id,height_cm\n1,3,170\n2,3,171\n3,2,172\n"),
        (
            "Chat_Session.csv",
            "chat_session_id,patient_id,session_uuid\n101,2,1e5af2d1-93c4-4b6a-8f0e-aa00bb11cc22\n\
             102,4,1E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22\n103,5,0E5AF2D1-93C4-4B6A-8F0E-AA00BB11CC22\n",
        ),
        (
            "Country.csv",
            "country_id,iso2,iso3,name\n20,de,GER,Germany\n21,FR,FRA,France\n22,fr,FRB,France\n23,ES,FRA,Spain\n",
        ),
    ];
    let expected = [
        "Country.csv 2 iso2 TAKEN",
        "Country.csv 4 iso2 TAKEN",
        "Country.csv 5 iso3 TAKEN",
        "Health_Profile.csv 3 patient_id EXISTS",
        "Doctor_Patient_Assignment.csv 3 type EXISTS",
        "Doctor_Patient_Assignment.csv 6 type EXISTS",
        "Chat_Session.csv 3 session_uuid TAKEN",
        "Chat_Session.csv 4 session_uuid TAKEN",
    ];
    assert_eq!(refused(&store, &files, &[]), expected);
    // What was imported is there, and in nobody's way but of what is refused again.
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Chat_Session").await, 2);
    assert_eq!(refused(&store, &files, &[]), expected);
    // With new keys the patients are others, and have other UUIDs.
    let others: Vec<(&str, &str)> = files.into_iter().filter(|(name, _)| *name != "Country.csv").collect();
    let told = refused(&store, &others, &["--new-keys"]);
    assert_eq!(
        told,
        [
            "Health_Profile.csv 3 patient_id EXISTS",
            "Doctor_Patient_Assignment.csv 3 type EXISTS",
            "Doctor_Patient_Assignment.csv 6 type EXISTS",
        ]
    );
});

on_both!(an_address_in_a_file_is_in_the_country_of_its_region, async |store: Store| {
    iso::load(&store.db).await.unwrap();
    let bavaria = number(&store.db, "SELECT region_id FROM Region WHERE code = 'DE-BY'").await;
    let addresses = format!(
        "address_id,patient_id,line1,type,region_id,country_id\n\
         1,1,x,home,{bavaria},276\n2,2,x,home,{bavaria},840\n3,3,x,home,{bavaria},\n4,4,x,home,900001,901\n5,5,x,home,900001,276\n"
    );
    // Regions of the files, of the database's countries and of the files' own.
    let files = [
        PATIENTS,
        ("Country.csv", "country_id,iso2,name\n901,XQ,Elsewhere\n"),
        ("Region.csv", "region_id,country_id,code,name\n900001,901,XQ-1,One\n900002,276,DE-ZZ,Two\n"),
        ("Address.csv", &addresses),
    ];
    let expected = ["Address.csv 3 region_id CONTRADICTION", "Address.csv 6 region_id CONTRADICTION"];
    assert_eq!(refused(&store, &files, &[]), expected);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Address").await, 3);
    assert_eq!(refused(&store, &files, &[]), expected);
});

#[test]
fn a_dry_run_makes_no_store_where_there_is_none() {
    let (data, dir) = (scratch(&unique("data")), folder(&[PATIENTS]));
    let mut import = medimax(&["import", "csv", "--dry-run"]);
    let ended = run(import.arg("--data-dir").arg(&data).arg(&dir));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.starts_with("Would add 5 rows of 5 patients"), "{ended:?}");
    assert!(!data.exists());
    let file = scratch(&unique("store")).with_extension("sqlite");
    let mut import = medimax(&["import", "csv", "--dry-run", "--database-url"]);
    let ended = run(import.arg(format!("sqlite://{}", file.display())).arg(&dir));
    assert_eq!((ended.code, file.exists()), (Some(0), false), "{ended:?}");
}

#[tokio::test]
async fn a_new_embedded_store_has_its_countries_before_rows_come() {
    let url = empty(Backend::Sqlite).await;
    let dir = folder(&[
        PATIENTS,
        ("Address.csv", "address_id,patient_id,line1,address_type,country_id\n1,1,Road 1,home,826\n"),
    ]);
    for dry in [true, false] {
        let mut command = medimax(&["import", "csv", "--database-url", &url]);
        let said = done(command.arg(&dir).args(dry.then_some("--dry-run")));
        assert!(!said.contains("country_id"), "{said}");
    }
}

on_both!(an_end_is_not_before_a_beginning_that_is_left_out, async |store: Store| {
    let ended = ("Chat_Session.csv", "chat_session_id,patient_id,ended_at\n1,1,2020-01-01 00:00:00\n");
    assert_eq!(refused(&store, &[PATIENTS, ended], &[]), ["Chat_Session.csv 2 ended_at ORDER"]);
});
