//! E-mail addresses, telephone numbers and postal addresses of patients, doctors and institutions.

use super::{count, done, refused};
use crate::support::{Store, on_both};
use serde_json::{Value, json};

/// A patient, an institution and a doctor, and the countries and regions.
async fn owners(store: &Store) {
    medimax::schema::iso::load(&store.db).await.unwrap();
    done(
        store,
        "registerPatient(input: {name: \"Ann\", sex: OTHER}) { patient { id } }
         addInstitution(input: {name: \"North Clinic\"}) { institution { id } }
         addDoctor(input: {name: \"Dr. Ada\", institutionId: 1}) { doctor { id } }",
    )
    .await;
}

on_both!(contacts_are_written_in_one_form_and_read_back, async |store: Store| {
    owners(&store).await;
    let country = store.data("{ countries(filter: {code: {eq: \"de\"}}) { nodes { id regions(filter: {code: {eq: \"DE-BY\"}}) { nodes { id } } } } }").await;
    let country = &country["countries"]["nodes"][0];
    let (country, region) = (country["id"].as_str().unwrap(), country["regions"]["nodes"][0]["id"].as_str().unwrap());
    done(
        &store,
        &format!(
            "addEmail(input: {{patientId: 1, address: \" Ann.Lee@Mail.Example.ORG \", type: PERSONAL}}) {{ email {{ id }} }}
             b: addEmail(input: {{patientId: 1, address: \"al@example.com\", type: WORK, isPrimary: true}}) {{ email {{ id }} }}
             addPhone(input: {{doctorId: 1, number: \"(020) 7946 0958\", country: \"gb\", extension: \"12\", type: WORK, isVerified: true, verifiedAt: \"2024-05-01T10:00:00Z\"}}) {{ phone {{ id }} }}
             addAddress(input: {{institutionId: \"Institution:1\", line1: \"Am Markt 1\", city: \"München\", countryId: \"{country}\", regionId: \"{region}\", type: WORK, latitude: \"48.1\", longitude: 11.5}}) {{ address {{ id }} }}"
        ),
    )
    .await;
    let read = store
        .data(
            "{ patient(id: 1) { emails { address type isPrimary isVerified patient { name } doctor { name } } phones { id } }
               doctor(id: 1) { phones { number country extension isVerified verifiedAt doctor { name } } addresses { id } }
               institution(id: 1) { addresses { line1 city latitude longitude country { code code3 name } region { code name } institution { name } } }
               addresses(filter: {country: {code: {eq: \"DE\"}}, region: {name: {eq: \"Bayern\"}}}) { totalCount } }",
        )
        .await;
    assert_eq!(
        read,
        json!({
            "patient": {"phones": [], "emails": [
                {"address": "al@example.com", "type": "WORK", "isPrimary": true, "isVerified": false, "patient": {"name": "Ann"}, "doctor": null},
                {"address": "Ann.Lee@mail.example.org", "type": "PERSONAL", "isPrimary": false, "isVerified": false, "patient": {"name": "Ann"}, "doctor": null},
            ]},
            "doctor": {"addresses": [], "phones": [{"number": "+442079460958", "country": "GB", "extension": "12", "isVerified": true,
                "verifiedAt": "2024-05-01T10:00:00Z", "doctor": {"name": "Dr. Ada"}}]},
            "institution": {"addresses": [{"line1": "Am Markt 1", "city": "München", "latitude": "48.100000", "longitude": "11.500000",
                "country": {"code": "DE", "code3": "DEU", "name": "Germany"}, "region": {"code": "DE-BY", "name": "Bayern"},
                "institution": {"name": "North Clinic"}}]},
            "addresses": {"totalCount": 1},
        })
    );
    // With the patient, and gone with the owner.
    let imported = done(
        &store,
        "importPatients(input: [{name: \"Bob\", sex: MALE, phones: [{number: \"+1 212-555-0100\", type: MOBILE}], emails: [{address: \"bob@example.net\", type: OTHER}]}]) { patients { phones { number } emails { address } } }",
    )
    .await;
    assert_eq!(
        imported["importPatients"]["patients"],
        json!([{"phones": [{"number": "+12125550100"}], "emails": [{"address": "bob@example.net"}]}])
    );
    let removed = done(&store, "a: removePatient(id: 1) { removed { type count } } b: removeDoctor(id: 1) { removed { type count } } c: removeInstitution(id: 1) { removed { type count } }").await;
    let has = |of: &str, what: Value| assert!(removed[of]["removed"].as_array().unwrap().contains(&what), "{removed}");
    has("a", json!({"type": "Email", "count": 2}));
    has("b", json!({"type": "Phone", "count": 1}));
    has("c", json!({"type": "Address", "count": 1}));
    assert_eq!((count(&store, "Email").await, count(&store, "Phone").await, count(&store, "Address").await), (1, 1, 0));
});

on_both!(what_reaches_nobody_is_refused_in_words, async |store: Store| {
    owners(&store).await;
    for (mutation, expected) in [
        (
            "addEmail(input: {address: \"ann@example.org\", type: WORK}) { email { id } }",
            vec!["input.patientId: OWNER"],
        ),
        (
            "addEmail(input: {patientId: 1, doctorId: 1, address: \"ann\", type: WORK}) { email { id } }",
            vec!["input.patientId: OWNER", "input.address: INVALID"],
        ),
        (
            "addEmail(input: {patientId: 1, address: \" \", type: WORK, isVerified: true}) { email { id } }",
            vec!["input.address: REQUIRED", "input.verifiedAt: INCOMPLETE"],
        ),
        (
            "addPhone(input: {patientId: 1, number: \"020 7946 0958\", type: HOME}) { phone { id } }",
            vec!["input.number: INVALID"],
        ),
        (
            "addPhone(input: {patientId: 1, number: \"020 7946 0958\", country: \"Britain\", type: HOME}) { phone { id } }",
            vec!["input.number: INVALID", "input.country: INVALID"],
        ),
        (
            "addAddress(input: {patientId: 1, line1: \"x\", type: HOME, latitude: 91, regionId: 1}) { address { id } }",
            vec!["input.latitude: OUT_OF_RANGE", "input.regionId: NOT_FOUND"],
        ),
        (
            "addAddress(input: {patientId: 1, line1: \"x\", type: HOME, latitude: 50}) { address { id } }",
            vec!["input.longitude: INCOMPLETE"],
        ),
        (
            "addAddress(input: {patientId: 1, line1: \"x\", type: HOME, regionId: 1}) { address { id } }",
            vec!["input.regionId: NOT_FOUND"],
        ),
        ("addCountry(input: {code: \"de\", name: \"Another\"}) { country { id } }", vec!["input.code: TAKEN"]),
        (
            "addRegion(input: {code: \"DE-BY\", name: \"Another\", countryId: 276}) { region { id } }",
            vec!["input.code: TAKEN"],
        ),
        ("importPatients(input: []) { patients { id } } removeCountry(id: 276) { removedId }", vec!["id: IN_USE"]),
    ] {
        assert_eq!(refused(&store, mutation).await, expected, "{mutation}");
    }
    let answer = store
        .ask("mutation { addPhone(input: {patientId: 1, number: \"020 7946 0958\", type: HOME}) { phone { id } } }")
        .await;
    assert!(answer.to_string().contains("in national form with its country beside it"), "{answer}");
    assert_eq!((count(&store, "Email").await, count(&store, "Phone").await, count(&store, "Address").await), (0, 0, 0));
});

/// The addresses of the patient's and the doctor's mailboxes, the primary ones marked.
async fn mailboxes(store: &Store) -> Vec<String> {
    let read = store.data("{ patient(id: 1) { emails { address type isPrimary } } doctor(id: 1) { emails { address type isPrimary } } }").await;
    let all = ["patient", "doctor"].into_iter().flat_map(|of| read[of]["emails"].as_array().unwrap());
    all.map(|one| {
        let mark = if one["isPrimary"] == true { "!" } else { "" };
        format!(
            "{}{mark} {}",
            one["address"].as_str().unwrap().split('@').next().unwrap(),
            one["type"].as_str().unwrap()
        )
    })
    .collect()
}

on_both!(of_each_type_an_owner_has_one_primary_and_another_takes_its_place, async |store: Store| {
    owners(&store).await;
    let add = async |of: &str, name: &str, kind: &str| {
        let input = format!("{of}: 1, address: \"{name}@example.org\", type: {kind}, isPrimary: true");
        done(&store, &format!("addEmail(input: {{{input}}}) {{ email {{ id }} }}")).await;
    };
    add("patientId", "a", "PERSONAL").await;
    add("patientId", "b", "WORK").await;
    add("doctorId", "c", "PERSONAL").await;
    add("patientId", "d", "PERSONAL").await;
    assert_eq!(mailboxes(&store).await, ["d! PERSONAL", "b! WORK", "a PERSONAL", "c! PERSONAL"]);
    done(&store, "correctEmail(id: 1, input: {isPrimary: true}) { email { id } }").await;
    assert_eq!(mailboxes(&store).await, ["b! WORK", "a! PERSONAL", "d PERSONAL", "c! PERSONAL"]);
    // Of another type it takes the place of that type's.
    done(&store, "correctEmail(id: 2, input: {type: PERSONAL}) { email { id } }").await;
    assert_eq!(mailboxes(&store).await, ["b! PERSONAL", "d PERSONAL", "a PERSONAL", "c! PERSONAL"]);
    done(&store, "correctEmail(id: 2, input: {isPrimary: false}) { email { id } } addEmail(input: {patientId: 1, address: \"e@example.org\", type: PERSONAL}) { email { id } }").await;
    assert_eq!(mailboxes(&store).await, ["e PERSONAL", "d PERSONAL", "b PERSONAL", "a PERSONAL", "c! PERSONAL"]);
    assert_eq!(
        refused(&store, "addPhone(input: {patientId: 1, number: \"1\", type: HOME}) { phone { id } }").await.len(),
        1
    );
});

on_both!(what_is_verified_is_one_value, async |store: Store| {
    owners(&store).await;
    done(&store, "addPhone(input: {patientId: 1, number: \"+442079460958\", type: HOME}) { phone { id } }").await;
    let correct = async |verb: &str, input: &str| {
        let query =
            format!("{verb}(id: 1, input: {{{input}}}) {{ phone {{ number extension isVerified verifiedAt }} }}");
        done(&store, &query).await[verb]["phone"].take()
    };
    let when = "2024-05-01T10:00:00Z";
    let verified = json!({"number": "+442079460958", "extension": null, "isVerified": true, "verifiedAt": when});
    assert_eq!(correct("verifyPhone", &format!("verifiedAt: \"{when}\"")).await, verified);
    // The same number is no change, nor is what does not reach elsewhere.
    assert_eq!(correct("correctPhone", "number: \"020 7946 0958\", country: \"GB\"").await, verified);
    assert_eq!(correct("correctPhone", "extension: \"7\"").await["verifiedAt"], when);
    let other = correct("correctPhone", "number: \"+442079460959\"").await;
    assert_eq!((&other["isVerified"], &other["verifiedAt"]), (&json!(false), &Value::Null), "{other}");
    let both =
        correct("correctPhone", &format!("number: \"+442079460958\", isVerified: true, verifiedAt: \"{when}\"")).await;
    assert_eq!(both["verifiedAt"], when);
    for input in ["isVerified: false", "verifiedAt: null"] {
        let query = format!("correctPhone(id: 1, input: {{{input}}}) {{ phone {{ id }} }}");
        assert_eq!(refused(&store, &query).await, ["input.verifiedAt: INCOMPLETE"], "{input}");
    }
    let none = correct("correctPhone", "isVerified: false, verifiedAt: null").await;
    assert_eq!(none["isVerified"], false);
});

on_both!(a_number_and_its_country_agree_whichever_of_them_is_corrected, async |store: Store| {
    done(&store, "registerPatient(input: {name: \"Ann\", sex: OTHER, phones: [{number: \"020 7946 0958\", country: \"GB\", type: HOME}]}) { patient { id } }").await;
    let correct = |input: &str| format!("correctPhone(id: 1, input: {{{input}}}) {{ phone {{ number country }} }}");
    for input in ["country: \"US\"", "country: \"XX\"", "number: \"+4930901820\""] {
        assert_eq!(refused(&store, &correct(input)).await, ["input.number: INVALID"], "{input}");
    }
    for (input, number, country) in [
        ("number: \"+4930901820\", country: \"DE\"", "+4930901820", json!("DE")),
        ("country: null", "+4930901820", Value::Null),
        ("country: \"DE\"", "+4930901820", json!("DE")),
    ] {
        let phone = done(&store, &correct(input)).await["correctPhone"]["phone"].clone();
        assert_eq!(phone, json!({"number": number, "country": country}), "{input}");
    }
    // Verified once, at the moment that is given or now.
    let verify = "verifyPhone(id: 1, input: {}) { phone { isVerified verifiedAt } }";
    let verified = done(&store, verify).await["verifyPhone"]["phone"].clone();
    assert!(verified["isVerified"] == true && verified["verifiedAt"].is_string(), "{verified}");
    assert_eq!(refused(&store, verify).await, ["id: DONE_BEFORE"]);
});

/// The keys of regions, by their codes.
async fn region(store: &Store, code: &str) -> i64 {
    let found =
        store.data(&format!("{{ regions(filter: {{code: {{eq: \"{code}\"}}}}) {{ nodes {{ regionId }} }} }}")).await;
    found["regions"]["nodes"][0]["regionId"].as_i64().unwrap()
}

on_both!(the_region_of_an_address_is_in_its_country, async |store: Store| {
    owners(&store).await;
    let (bavaria, california) = (region(&store, "DE-BY").await, region(&store, "US-CA").await);
    let code = async |address: &Value| address["country"]["code"].as_str().map(str::to_owned);
    let add = |more: &str| {
        format!(
            "addAddress(input: {{patientId: 1, line1: \"x\", type: HOME, {more}}}) {{ address {{ country {{ code }} }} }}"
        )
    };
    // The country of the region, where none is given.
    let made = done(&store, &add(&format!("regionId: {bavaria}"))).await;
    assert_eq!(code(&made["addAddress"]["address"]).await.as_deref(), Some("DE"));
    let made = done(&store, &format!("importPatients(input: [{{name: \"Bob\", sex: MALE, addresses: [{{line1: \"x\", type: HOME, regionId: {california}}}, {{line1: \"y\", type: HOME, countryId: 826}}]}}]) {{ patients {{ addresses {{ country {{ code }} }} }} }}")).await;
    let addresses = &made["importPatients"]["patients"][0]["addresses"];
    assert_eq!(code(&addresses[1]).await.as_deref(), Some("US"), "{addresses}");
    assert_eq!(code(&addresses[0]).await.as_deref(), Some("GB"), "{addresses}");
    assert_eq!(
        refused(&store, &add(&format!("regionId: {bavaria}, countryId: 840"))).await,
        ["input.regionId: CONTRADICTION"]
    );
    // Whichever of the two is corrected.
    let correct = |input: &str| {
        format!("correctAddress(id: 1, input: {{{input}}}) {{ address {{ country {{ code }} region {{ code }} }} }}")
    };
    for (input, at) in
        [("countryId: 840".to_owned(), "input.regionId"), (format!("regionId: {california}"), "input.regionId")]
    {
        assert_eq!(refused(&store, &correct(&input)).await, [format!("{at}: CONTRADICTION")], "{input}");
    }
    for (input, country, region) in [
        (format!("regionId: {california}, countryId: 840"), json!({"code": "US"}), json!({"code": "US-CA"})),
        ("countryId: null".to_owned(), Value::Null, json!({"code": "US-CA"})),
        // The region alone brings its country.
        (format!("regionId: {bavaria}"), json!({"code": "DE"}), json!({"code": "DE-BY"})),
        ("regionId: null, countryId: 826".to_owned(), json!({"code": "GB"}), Value::Null),
        ("countryId: null".to_owned(), Value::Null, Value::Null),
        (format!("regionId: {bavaria}"), json!({"code": "DE"}), json!({"code": "DE-BY"})),
    ] {
        let made = done(&store, &correct(&input)).await;
        assert_eq!(made["correctAddress"]["address"], json!({"country": country, "region": region}), "{input}");
    }
    // A region that addresses point to does not go to another country.
    let into = |country: i32, region: i64| {
        format!("correctRegion(id: {region}, input: {{countryId: {country}}}) {{ region {{ country {{ code }} }} }}")
    };
    assert_eq!(refused(&store, &into(840, bavaria)).await, ["input.countryId: IN_USE"]);
    done(&store, &into(276, bavaria)).await;
    let unused = region(&store, "DE-BE").await;
    assert_eq!(done(&store, &into(840, unused)).await["correctRegion"]["region"]["country"]["code"], "US");
});

on_both!(every_code_of_a_country_that_is_wrong_or_taken_is_told, 0, async |store: Store| {
    let add = |codes: &str| format!("addCountry(input: {{name: \"q\", {codes}}}) {{ country {{ id }} }}");
    done(&store, &add("code: \"IE\", code3: \"IRL\", numericCode: \"372\"")).await;
    assert_eq!(
        refused(&store, &add("code: \"IE\", code3: \"IRL\", numericCode: \"372\""))
            .await
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>(),
        ["input.code: TAKEN", "input.code3: TAKEN", "input.numericCode: TAKEN"].map(str::to_owned).into()
    );
    assert_eq!(
        refused(&store, &add("code: \"QX\", code3: \"1!2\", numericCode: \"xyz\"")).await,
        ["input.code3: INVALID", "input.numericCode: INVALID"]
    );
});
