//! Catalogs into both stores: what is loaded, what replaces what, and what is said of rows that are refused.

use crate::support::{
    Backend, Store, on_both,
    process::{medimax, run},
    scratch, unique,
};
use medimax::{
    db::{Db, Dialect, Sql},
    terminology::{
        catalog::{self, About, Files, Parsed, Stored},
        knowledge::{ConceptKind, FactKind, How, Knowledge},
    },
};
use std::{fs, path::PathBuf};

const CONDITIONS: &str = "id\tname\tdescription\tsynonyms\n\
    C:1\tCrohn's disease\tAn intestinal disease.\tRegional enteritis|Ileitis\n\
    C:2\tnarcolepsy\t\t\n\
    C:3\tType 2 diabetes mellitus\t\tT2DM\n";
const SYMPTOMS: &str = "id\tname\nS:1\tNarcolepsy\nS:2\tPain, Abdominal\nS:3\tPolyuria\n";
const MEDICATIONS: &str = "id\tname\tbrands\nM:1\tMetformin\tGlucophage\nM:2\tMesalazine\t\n";
const XREFS: &str = "condition_id\tsystem\tcode\nC:1\tICD10\tK50\n";
const CLASSES: &str = "medication_id\tclass_id\tclass_name\nM:1\tK:1\tBiguanides\n";
const INDICATES: &str = "symptom_id\tcondition_id\tsource\nS:2\tC:1\tMEDLINE\nS:3\tC:3\t\nS:1\tC:2\t\n";
const TREATS: &str = "medication_id\tcondition_id\tkind\tn_curators\nM:1\tC:3\ttreats\t3\nM:2\tC:1\tpalliates\t1\n";
const INTERACTIONS: &str =
    "medication_id_a\tmedication_id_b\tseverity\tevidence\tweight\nM:2\tM:1\tmajor\tboth harm kidneys\t7\n";

/// The files of a small catalog, some of them others.
fn files(others: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut files = vec![
        ("conditions.tsv", CONDITIONS),
        ("symptoms.tsv", SYMPTOMS),
        ("medications.tsv", MEDICATIONS),
        ("condition_xrefs.tsv", XREFS),
        ("medication_classes.tsv", CLASSES),
        ("indicates.tsv", INDICATES),
        ("treats.tsv", TREATS),
        ("interactions.tsv", INTERACTIONS),
    ];
    files.retain(|(name, _)| others.iter().all(|(other, _)| other != name));
    files.extend(others);
    files
}

fn parsed(others: &[(&'static str, &'static str)]) -> Parsed {
    let files = files(others);
    let files: Files<'_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let (parsed, refused) = catalog::read(&files, "small", About::default()).unwrap();
    assert_eq!(refused, []);
    parsed
}

async fn store(db: &Db, parsed: &Parsed) -> Stored {
    catalog::store(db, parsed, |_, _| {}).await.unwrap()
}

/// The files in a folder, for the command line.
fn folder(files: &[(&str, &[u8])]) -> PathBuf {
    let path = scratch(&unique("catalog"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    for (name, bytes) in files {
        fs::write(path.join(name), bytes).unwrap();
    }
    path
}

/// Every row of the four tables, keys and all, each as a text.
async fn rows(db: &Db) -> Vec<(i32, Option<String>)> {
    let concat = |columns: &[&str]| match db.dialect() {
        Dialect::MariaDb => format!("CONCAT_WS('|', {})", columns.join(", ")),
        Dialect::Sqlite => format!("concat_ws('|', {})", columns.join(", ")),
    };
    let mut all = Vec::new();
    for (table, key, columns) in [
        ("Catalog", "catalog_id", &["source", "title", "version", "license", "digest", "loaded_ms"][..]),
        ("Concept", "concept_id", &["kind", "code", "name", "description"]),
        ("Concept_Name", "name_id", &["concept_id", "kind", "name"]),
        ("Concept_Fact", "fact_id", &["kind", "from_id", "to_id", "source", "evidence", "weight"]),
    ] {
        let mut sql = Sql::new(db.dialect());
        sql.push(format!("SELECT {key}, {} FROM {table} ORDER BY {key}", concat(columns)));
        all.extend(db.texts(&sql).await.unwrap());
    }
    all
}

fn id(knowledge: &Knowledge, kind: ConceptKind, code: &str) -> Option<i32> {
    let found = knowledge.concepts().iter().find(|concept| concept.kind == kind && &*concept.code == code);
    found.map(|concept| concept.id)
}

on_both!(what_is_imported_is_known, async |given: Store| {
    let db = &given.db;
    assert_eq!(Knowledge::version_of(db).await.unwrap(), Knowledge::empty().version());
    let about = ("catalog.toml", "title = \"A small one\"\nversion = \"7\"\nlicense = \"CC0\"\nother = 1\n");
    assert_eq!(store(db, &parsed(&[about])).await, Stored { changed: true, new: 9, gone: 0 });

    let known = Knowledge::load(db).await.unwrap();
    assert_eq!(known.version(), Knowledge::version_of(db).await.unwrap());
    assert_ne!(known.version(), Knowledge::empty().version());
    let [of] = known.catalogs() else { panic!("{:?}", known.catalogs()) };
    assert_eq!(
        (&*of.source, of.title.as_deref(), &*of.version, of.license.as_deref()),
        ("small", Some("A small one"), "7", Some("CC0"))
    );

    let crohn = id(&known, ConceptKind::Condition, "C:1").unwrap();
    let concept = known.get(crohn).unwrap();
    assert_eq!((&*concept.name, concept.description.as_deref()), ("Crohn's disease", Some("An intestinal disease.")));
    let named = |kind, text: &str| known.named(kind, text).iter().map(|tie| (tie.concept, tie.how)).collect::<Vec<_>>();
    assert_eq!(named(ConceptKind::Condition, "ileitis"), [(crohn, How::Synonym)]);
    assert_eq!(named(ConceptKind::Condition, "icd10 k50"), [(crohn, How::Code)]);
    let metformin = id(&known, ConceptKind::Drug, "M:1").unwrap();
    assert_eq!(named(ConceptKind::Drug, "Glucophage"), [(metformin, How::Brand)]);
    let biguanides = id(&known, ConceptKind::Class, "K:1").unwrap();
    assert_eq!(named(ConceptKind::Class, "biguanide"), [(biguanides, How::Name)]);
    // A name that is both symptom and condition is two concepts.
    let sleepy = [ConceptKind::Symptom, ConceptKind::Condition].map(|kind| named(kind, "Narcolepsy"));
    assert!(sleepy[0] != sleepy[1] && sleepy.iter().all(|ties| ties.len() == 1), "{sleepy:?}");

    let mesalazine = id(&known, ConceptKind::Drug, "M:2").unwrap();
    let interaction = known.fact(FactKind::InteractsWith, metformin, mesalazine).unwrap();
    assert_eq!((interaction.evidence.as_deref(), interaction.weight), (Some("major; both harm kidneys"), Some(7)));
    let palliates = known.fact(FactKind::Palliates, mesalazine, crohn).unwrap();
    assert_eq!((palliates.evidence.as_deref(), &*palliates.source), (Some("n_curators 1"), "small"));
    assert!(known.fact(FactKind::MemberOf, metformin, biguanides).is_some());
    let pain = id(&known, ConceptKind::Symptom, "S:2").unwrap();
    assert_eq!(&*known.fact(FactKind::Indicates, pain, crohn).unwrap().source, "MEDLINE");
    // ln(1 + 3 conditions / 1 that it indicates).
    assert_eq!((known.get(pain).unwrap().weight, known.get(crohn).unwrap().weight), (1386, 1386));
});

on_both!(the_same_catalog_a_second_time_changes_nothing, async |given: Store| {
    let db = &given.db;
    store(db, &parsed(&[])).await;
    let before = rows(db).await;
    assert!(before.len() > 20, "{before:?}");
    let in_other_order = "id\tbrands\tname\nM:2\t\tMesalazine\nM:1\tGlucophage\tMetformin\n";
    let again = parsed(&[("medications.tsv", in_other_order)]);
    assert_eq!(store(db, &again).await, Stored { changed: false, new: 0, gone: 0 });
    assert_eq!(rows(db).await, before);
});

on_both!(a_newer_catalog_replaces_the_older_and_no_other, async |given: Store| {
    let db = &given.db;
    let other = Parsed { source: "other".into(), ..parsed(&[]) };
    store(db, &parsed(&[])).await;
    store(db, &other).await;
    let old = Knowledge::load(db).await.unwrap();

    // M:0 is new and its key is larger than that of M:2, which it interacts with; C:3 is gone with its facts.
    let newer = parsed(&[
        ("conditions.tsv", "id\tname\nC:1\tCrohn disease\nC:2\tnarcolepsy\n"),
        ("medications.tsv", "id\tname\nM:0\tAspirin\nM:1\tMetformin\nM:2\tMesalazine\n"),
        ("indicates.tsv", "symptom_id\tcondition_id\nS:2\tC:1\n"),
        ("treats.tsv", "medication_id\tcondition_id\nM:2\tC:1\n"),
        ("interactions.tsv", "medication_id_a\tmedication_id_b\nM:0\tM:2\n"),
    ]);
    assert_eq!(store(db, &newer).await, Stored { changed: true, new: 1, gone: 1 });
    let new = Knowledge::load(db).await.unwrap();
    assert_ne!(new.version(), old.version());
    let of = |knowledge: &Knowledge, source: &str, code: &str| {
        let mut concepts = knowledge.concepts().iter().filter(|concept| &*concept.catalog == source);
        concepts.find(|concept| &*concept.code == code).map(|concept| concept.id)
    };
    for code in ["C:1", "C:2", "S:1", "S:2", "S:3", "M:1", "M:2", "K:1"] {
        assert!(of(&old, "small", code).is_some() && of(&old, "small", code) == of(&new, "small", code), "{code}");
    }
    assert_eq!(of(&new, "small", "C:3"), None);
    let crohn = new.get(of(&new, "small", "C:1").unwrap()).unwrap();
    assert_eq!((&*crohn.name, crohn.description.as_deref(), crohn.names.len()), ("Crohn disease", None, 1));
    let (mesalazine, aspirin) = (of(&new, "small", "M:2").unwrap(), of(&new, "small", "M:0").unwrap());
    assert!(mesalazine < aspirin && new.fact(FactKind::InteractsWith, mesalazine, aspirin).is_some());
    let facts = |knowledge: &Knowledge, source: &str| {
        let concepts = knowledge.concepts().iter().filter(|concept| &*concept.catalog == source);
        concepts.map(|concept| knowledge.facts_from(concept.id).len()).sum::<usize>()
    };
    assert_eq!((facts(&old, "small"), facts(&new, "small")), (7, 4));
    assert_eq!((facts(&old, "other"), facts(&new, "other")), (7, 7));
    assert!(of(&new, "other", "C:3").is_some());
});

on_both!(imports_at_the_same_time_take_turns, async |given: Store| {
    let db = &given.db;
    let versions =
        ["id\tname\nM:1\tMetformin\nM:2\tMesalazine\n", "id\tname\nM:1\tMetformin\nM:2\tMesalazin\nM:3\tIron\n"];
    let versions = versions.map(|text| parsed(&[("medications.tsv", text)]));
    let (one, two) = (versions[0].clone(), versions[1].clone());
    store(db, &one).await;
    let facts = one.facts.len() as i64;
    assert!(facts > 0 && two.facts.len() as i64 == facts);
    let imports = async {
        for _ in 0..5 {
            let ended = futures_util::future::join_all([&one, &two, &one, &two].map(|each| store(db, each))).await;
            assert!(ended.iter().any(|stored| stored.changed), "{ended:?}");
        }
    };
    // Whoever reads meanwhile sees one of them, whole.
    let reads = async {
        let mut sql = Sql::new(db.dialect());
        sql.push("SELECT 0, COUNT(*) FROM Concept_Fact");
        loop {
            assert_eq!(db.numbers(&sql).await.unwrap(), [(0, facts)]);
        }
    };
    tokio::select! {
        () = imports => {}
        () = reads => {}
    }
    let known = Knowledge::load(db).await.unwrap();
    assert_eq!(known.catalogs().len(), 1);
    let last = versions.iter().find(|version| version.version == *known.catalogs()[0].version).unwrap();
    assert_eq!(known.concepts().len(), last.concepts.len());
    let facts: usize = known.concepts().iter().map(|concept| known.facts_from(concept.id).len()).sum();
    assert_eq!(facts, last.facts.len());
});

on_both!(every_refused_row_is_reported_and_all_others_are_loaded, async |given: Store| {
    let long = "x".repeat(256);
    let symptoms = [
        b"id\tname\nS:1\tFever\nS:2\nS:3\tBehc\xffet\nS:1\tAgain\n\tNo id\nS:4\t\nS:5\t".as_slice(),
        long.as_bytes(),
        b"\n",
    ]
    .concat();
    let bad: &[(&str, &[u8])] = &[
        ("conditions.tsv", b"id\tname\nC:1\tFlu\nC:2\tCold\textra\n"),
        ("symptoms.tsv", &symptoms),
        (
            "indicates.tsv",
            b"symptom_id\tcondition_id\tweight\nS:1\tC:1\t2\nS:1\tC:1\t3\nS:9\tC:1\t\nS:1\tC:9\t\nS:1\tC:2\tx\n",
        ),
        ("resembles.tsv", b"condition_id_a\tcondition_id_b\nC:1\tC:1\n"),
        ("treats.tsv", b"drug\tcondition_id\nM:1\tC:1\n"),
        ("not_indicated.tsv", b"medication_id\tcondition_id\n"),
        ("README", b""),
    ];
    let (dir, report) = (folder(bad), scratch(&unique("report")));
    let import = || {
        let mut command = medimax(&["import", "catalog", "--source", "messy", "--database-url", &given.url]);
        run(command.arg(&dir).arg("--report").arg(&report))
    };
    let ended = import();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.concat().contains("13 rows were refused; all others are loaded"), "{ended:?}");
    assert!(ended.out.contains("1 conditions, 1 symptoms, 0 medications, 0 classes, 1 facts"), "{ended:?}");
    for said in [
        "Not read: README (not a file of a catalog)",
        "Not read: not_indicated.tsv (what does not hold is not kept)",
        "Refused, unknown id: 3\n  indicates.tsv:4  symptom_id S:9\n  indicates.tsv:5  condition_id C:9\n",
    ] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    let rows = "conditions.tsv\t3\ttoo many columns\t\n\
        symptoms.tsv\t3\ttoo few columns\t\n\
        symptoms.tsv\t4\tnot UTF-8\t\n\
        symptoms.tsv\t5\tduplicate\tS:1\n\
        symptoms.tsv\t6\tmissing value\tid\n\
        symptoms.tsv\t7\tmissing value\tname\n\
        symptoms.tsv\t8\ttoo long\tname\n\
        indicates.tsv\t3\tduplicate\tS:1 C:1\n\
        indicates.tsv\t4\tunknown id\tsymptom_id S:9\n\
        indicates.tsv\t5\tunknown id\tcondition_id C:9\n\
        indicates.tsv\t6\tunknown id\tcondition_id C:2\n\
        treats.tsv\t1\tmissing column\tmedication_id\n\
        resembles.tsv\t2\trefers to itself\tC:1\n";
    assert_eq!(fs::read_to_string(&report).unwrap(), format!("file\tline\treason\tdetail\n{rows}"));
    let known = Knowledge::load(&given.db).await.unwrap();
    assert_eq!(known.concepts().iter().map(|concept| &*concept.name).collect::<Vec<_>>(), ["Fever", "Flu"]);
    assert_eq!(known.facts_from(known.concepts()[0].id).len(), 1);
    // Its good rows are there already; the bad ones are still bad.
    let again = import();
    assert!(again.code == Some(1) && again.out.contains("is unchanged"), "{again:?}");
});

#[tokio::test]
async fn the_command_says_what_it_loaded() {
    let store = Store::new(Backend::Sqlite).await;
    let files: Vec<(&str, &[u8])> = files(&[]).into_iter().map(|(name, text)| (name, text.as_bytes())).collect();
    let dir = folder(&files);
    let import =
        |flags: &[&str]| run(medimax(&["import", "catalog", "--database-url", &store.url]).args(flags).arg(&dir));
    let name = dir.file_name().unwrap().to_string_lossy().into_owned();
    let ended = import(&[]);
    assert!(ended.code == Some(0) && ended.out.starts_with(&format!("Loaded {name} ")), "{ended:?}");
    assert!(
        ended
            .out
            .contains("3 conditions, 3 symptoms, 2 medications, 1 classes, 7 facts; 9 concepts are new, 0 are gone")
    );
    let ended = import(&["--source", "ours", "--catalog-version", "2026.1"]);
    assert!(ended.code == Some(0) && ended.out.starts_with("Loaded ours 2026.1 in "), "{ended:?}");
    assert!(import(&["--source", "ours", "--catalog-version", "2026.1"]).out.starts_with("ours 2026.1 is unchanged"));
    assert_eq!(Knowledge::load(&store.db).await.unwrap().catalogs().len(), 2);

    let nowhere = run(medimax(&["import", "catalog", "--database-url", &store.url]).arg(dir.join("missing")));
    assert!(nowhere.code == Some(1) && nowhere.err.concat().contains("cannot read"), "{nowhere:?}");
    let misuse = run(&mut medimax(&["import"]));
    assert_eq!(misuse.code, Some(2), "{misuse:?}");
}

on_both!(demo_patients_bring_the_shipped_catalog, 1, async |given: Store| {
    let known = Knowledge::load(&given.db).await.unwrap();
    assert_eq!(known.concepts().len(), catalog::shipped().unwrap().concepts.len());
    assert_eq!(known.catalogs().len(), 1);
});
