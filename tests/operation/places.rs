//! The countries and regions that the binary brings.

use super::{done, number};
use crate::support::{Backend, Store, empty, on_both, options, process::medimax, scratch, unique};
use medimax::{
    db,
    schema::iso::{self, Loaded},
};
use serde_json::json;
use std::fs;

on_both!(countries_and_regions_are_loaded_once_and_renamed_by_code, async |store: Store| {
    assert_eq!(iso::load(&store.db).await.unwrap(), Loaded { added: 5_319, renamed: 0 });
    assert_eq!(iso::load(&store.db).await.unwrap(), Loaded::default());
    let read = "{ countries(filter: {code: {eq: \"IE\"}}) { totalCount nodes { id countryId code3 numericCode name regions(filter: {name: {startsWith: \"Kil\"}}) { totalCount nodes { code name country { name } } } } }
                  regions(filter: {code: {in: [\"GB-DUR\", \"US-CA\"]}}) { nodes { name country { code } } } }";
    let before = store.data(read).await;
    let region = |code, name| json!({"code": code, "name": name, "country": {"name": "Ireland"}});
    assert_eq!(
        before,
        json!({
            "countries": {"totalCount": 1, "nodes": [{"id": "Country:372", "countryId": 372, "code3": "IRL", "numericCode": "372", "name": "Ireland",
                "regions": {"totalCount": 2, "nodes": [region("IE-KE", "Kildare"), region("IE-KK", "Kilkenny")]}}]},
            "regions": {"nodes": [{"name": "Durham, County", "country": {"code": "GB"}}, {"name": "California", "country": {"code": "US"}}]},
        })
    );
    // What is gone comes back, what has another name is renamed, and the hospital's own stays.
    for text in [
        "UPDATE Country SET name = 'Eire' WHERE iso2 = 'IE'",
        "UPDATE Region SET name = 'Durham', category = 'county' WHERE code = 'GB-DUR'",
        "DELETE FROM Region WHERE code IN ('IE-KE', 'US-CA')",
        "INSERT INTO Country (country_id, iso2, name) VALUES (999, 'XK', 'Kosovo')",
        "INSERT INTO Region (country_id, code, name) VALUES (999, 'XK-1', 'One')",
    ] {
        store.sql(text).await;
    }
    assert_eq!(iso::load(&store.db).await.unwrap(), Loaded { added: 2, renamed: 2 });
    assert_eq!(store.data(read).await, before);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Region WHERE code = 'GB-DUR' AND category = 'county'").await, 1);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Region").await, 5_071);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Country").await, 250);
    // Another row has the key.
    for text in [
        "DELETE FROM Region WHERE code LIKE 'AX%'",
        "DELETE FROM Country WHERE iso2 = 'AX'",
        "INSERT INTO Country (country_id, iso2, name) VALUES (248, 'QQ', 'Elsewhere')",
    ] {
        store.sql(text).await;
    }
    assert_eq!(iso::load(&store.db).await.unwrap().renamed, 0);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Country WHERE iso2 IN ('AX', 'QQ')").await, 2);
});

on_both!(the_demo_s_countries_are_those_of_the_list, 3, async |store: Store| {
    let before = number(&store.db, "SELECT COUNT(*) FROM Country").await
        + number(&store.db, "SELECT COUNT(*) FROM Region").await;
    assert!(before > 5);
    let loaded = iso::load(&store.db).await.unwrap();
    assert_eq!(loaded, Loaded { added: 5_319 - before as usize, renamed: 0 });
    // The other way round, the demo points to the rows that are there.
    medimax::cli::seed::fill(&store.db, 7, 3, crate::support::today()).await.unwrap();
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Country").await, 249);
    assert_eq!(number(&store.db, "SELECT COUNT(*) FROM Region").await, 5_070);
    let placed =
        "SELECT COUNT(*) FROM Address a JOIN Region r ON r.region_id = a.region_id AND r.country_id = a.country_id";
    assert_eq!(number(&store.db, placed).await, number(&store.db, "SELECT COUNT(*) FROM Address").await);
});

async fn migrated(backend: Backend) {
    let url = empty(backend).await;
    done(&mut medimax(&["migrate", "--database-url", &url]));
    let db = db::open(&options(&url)).await.unwrap();
    assert_eq!(number(&db, "SELECT COUNT(*) FROM Region").await, 5_070);
    // A backup goes into a store that has nothing else, and brings its own.
    let store = Store::with_patients(backend, 2).await;
    let file = scratch(&unique("places"));
    done(&mut medimax(&["backup", file.to_str().unwrap(), "--database-url", &store.url]));
    done(&mut medimax(&["restore", file.to_str().unwrap(), "--database-url", &url]));
    fs::remove_file(file).unwrap();
    for table in ["Country", "Region", "Patient", "Email", "Phone", "Address"] {
        let count = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(number(&db, &count).await, number(&store.db, &count).await, "{table}");
        assert!(number(&db, &count).await > 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_brings_them_and_a_backup_its_own_mariadb() {
    migrated(Backend::MariaDb).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_brings_them_and_a_backup_its_own_sqlite() {
    migrated(Backend::Sqlite).await;
}

on_both!(files_of_contacts_are_checked_like_mutations, async |store: Store| {
    iso::load(&store.db).await.unwrap();
    let dir = scratch(&unique("csv"));
    fs::create_dir_all(&dir).unwrap();
    for (file, text) in [
        ("Patient.csv", "patient_id,name,sex\n1,Ann,Female\n2,Bob,Male\n3,Cid,Male\n4,Dee,Female\n5,Eve,Female\n"),
        ("Institution.csv", "institution_id,name\n1,North\n"),
        (
            "Email.csv",
            "email_id,patient_id,institution_id,address,type,is_primary\n1,1,,Ann@Example.ORG,personal,1\n2,,1,desk@example.org,work,1\n3,2,,bob,work,0\n\
             4,3,,c1@example.org,work,1\n5,3,,c2@example.org,WORK,true\n",
        ),
        (
            "Phone.csv",
            "phone_id,patient_id,number,country,type,is_verified,verified_at\n1,1,020 7946 0958,gb,home,1,2024-05-01 10:00:00\n2,4,020 7946 0958,,home,0,\n3,5,+442079460958,,home,1,\n",
        ),
        ("Address.csv", "address_id,patient_id,line1,type,country_id\n1,1,1 High Street,home,826\n"),
    ] {
        fs::write(dir.join(file), text).unwrap();
    }
    let report = scratch(&unique("report"));
    let mut import = medimax(&["import", "csv", "--database-url", &store.url]);
    let ended = crate::support::process::run(import.arg(&dir).arg("--report").arg(&report));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let text = fs::read_to_string(report).unwrap();
    let refused: Vec<String> = text
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once('\t').unwrap().0.replace('\t', " "))
        .filter(|line| !line.ends_with("LEFT_OUT"))
        .collect();
    assert_eq!(
        refused,
        [
            "Email.csv 4 address INVALID",
            "Email.csv 6 is_primary DUPLICATE",
            "Phone.csv 3 number INVALID",
            "Phone.csv 4 verified_at INCOMPLETE"
        ],
        "{text}"
    );
    assert!(!text.contains("c2@") && !text.contains("\tbob"), "no value is told: {text}");
    let read = store.data("{ patients { nodes { name emails { address } phones { number country verifiedAt } addresses { country { code } } } } institutions { nodes { emails { address isPrimary } } } }").await;
    assert_eq!(
        read,
        json!({
            "patients": {"nodes": [{"name": "Ann", "emails": [{"address": "Ann@example.org"}],
                "phones": [{"number": "+442079460958", "country": "GB", "verifiedAt": "2024-05-01T10:00:00Z"}], "addresses": [{"country": {"code": "GB"}}]}]},
            "institutions": {"nodes": [{"emails": [{"address": "desk@example.org", "isPrimary": true}]}]},
        })
    );
});
