//! A scan of a patient: an examination that makes pictures. The pictures themselves are elsewhere.

use crate::{
    db::{By, Date, DateTime, Enum, Path, enumeration},
    entity::entity,
    graph::shape::{As, Bond, Shape},
    graphql::{
        form::Form,
        model::Children,
        relation::{Connection, List, One},
        rules::{Check, Holds},
    },
    patients::patient,
    providers::doctor,
    write::Add,
};

enumeration! {
    /// How the pictures of a scan are made.
    ScanModality {
        /// The pictures are made by magnetic resonance imaging.
        Mri "MRI" = "mri",
        /// The pictures are made by computed tomography.
        Ct "CT" = "ct",
        /// The pictures are plain X-ray pictures.
        Xray "X_RAY" = "x_ray",
        /// The pictures are made by ultrasound.
        Ultrasound "ULTRASOUND" = "ultrasound",
        /// The pictures are made by positron emission tomography.
        Pet "PET" = "pet",
        /// The pictures are made by single-photon emission computed tomography, as those of dopamine transporters.
        Spect "SPECT" = "spect",
        /// The pictures are X-ray pictures of the breast.
        Mammography "MAMMOGRAPHY" = "mammography",
        /// The pictures are made in another way.
        Other "OTHER" = "other",
    }
}

entity! {
    /// A scan of a patient: an examination that makes pictures of a part of the body.
    Scan, "Scan" by scan_id, search false;
    called "a scan", "scans";
    root "scan", "scans";
    written "scan", "scans";
    belongs { patient_id of patient, as "scans" "The patient's scans." }
    links { doctor_id -> doctor; }
    columns {
        /// The key of the scan in the relational store.
        scan_id: i32 = "scanId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The key of the doctor who made the scan or reads its pictures, in the relational store.
        doctor_id: Option<i32> = "doctorId" index, Key, link;
        /// How the pictures are made.
        modality: Option<Enum<ScanModality>> = "modality" index with scan_date, Clinical, required value;
        /// The part of the body that the pictures show.
        body_part: Option<String> = "bodyPart", Clinical, line(255);
        /// The day of the scan.
        scan_date: Option<Date> = "date" order, Date, required value;
        /// Where the pictures are: the path of a file, or an address in a picture archive. Nothing is read from there.
        file_path: Option<String> = "filePath", Operational, line(1024);
        /// What the pictures are of, and what was seen.
        description: Option<String> = "description", FreeText, prose;
        /// When the scan was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the entry of the scan last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    fields {
        /// The patient whose body the pictures show.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The doctor who made the scan or reads its pictures.
        "doctor" = One { entity: &doctor::ENTITY, column: "doctor_id" };
    }
    gives {
        /// The patient's scans, the latest first.
        patient, "scans" = List { children: &OF_PATIENT, narrowing: None };
        /// The scans that the doctor made or reads, the latest first.
        doctor, "scans" = Connection { children: &OF_DOCTOR };
    }
    verbs {
        /// Records a scan of a patient.
        "recordScan" = RECORD;
    }
    graph nodes SHAPE;
    checks &[Check {
        columns: &["scan_date"],
        code: "IN_FUTURE",
        message: "a scan must not be in the future",
        constraint: None,
        holds: Holds::Happened(None),
    }];
}

/// A scan in the graph.
static SHAPE: Shape = Shape {
    caption: "modality",
    props: &[
        ("modality", "modality", As::Word),
        ("body_part", "body_part", As::Text),
        ("date", "scan_date", As::Date),
        ("file_path", "file_path", As::Text),
    ],
    bonds: &[Bond { name: "HAS_SCAN", from_patient: true, props: &[("date", "date"), ("type", "modality")] }],
    ..Shape::PLAIN
};

static RECORD: Add = Add(&Form::add("RecordScanInput", "The fields of a new scan.", &ENTITY));

const LATEST_FIRST: &[By] = &[By { column: "scan_date", descending: true, via: false, nullable: true }];

/// A patient's scans, the latest first.
static OF_PATIENT: Children = Children {
    name: "ScansOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 3,
};

/// The scans of a doctor, the latest first.
static OF_DOCTOR: Children = Children {
    name: "ScansOfDoctor",
    of: &ENTITY,
    path: Path::Direct("doctor_id"),
    order: LATEST_FIRST,
    preset: None,
    expected: 20,
};
