//! The patient layer: which rows become which nodes, with which properties, and how they hang together. Names are those
//! that hospitals' own graph queries use already.

/// The kinds of nodes a patient's part of the graph consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    /// The patient.
    Patient,
    /// An entry of the medical history.
    MedicalHistory,
    /// An appointment.
    Appointment,
    /// A symptom reported at an appointment.
    Symptom,
    /// A prescribed medicine.
    Medication,
    /// A laboratory report.
    LabReport,
    /// A finding of a laboratory report.
    LabFinding,
    /// A report.
    Report,
    /// A finding of a report.
    ReportFinding,
}

/// How a column becomes a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// The text.
    Text,
    /// A word in lower case: older databases have other spellings.
    Word,
    /// A day.
    Date,
    /// A flag, which NULL leaves at this.
    Flag(bool),
    /// A flag as one of two words (true, false); NULL reads as true.
    Status(&'static str, &'static str),
}

/// A relationship that a row brings with it.
#[derive(Debug)]
pub struct Bond {
    /// Its type.
    pub name: &'static str,
    /// Whether it comes from the patient, not from the row's owner.
    pub from_patient: bool,
    /// Its properties: the name, and the row's property that it repeats.
    pub props: &'static [(&'static str, &'static str)],
}

/// A table and its nodes.
#[derive(Debug)]
pub struct Shape {
    /// The kind.
    pub kind: NodeKind,
    /// The label that the key is unique under.
    pub label: &'static str,
    /// Labels besides.
    pub also: &'static [&'static str],
    /// The table.
    pub table: &'static str,
    /// Its primary key; the node's property has the same name.
    pub key: &'static str,
    /// The row that it hangs below, and our column with its key.
    pub owner: (NodeKind, &'static str),
    /// The property that a drawing shows.
    pub caption: &'static str,
    /// Properties: name, column, form.
    pub props: &'static [(&'static str, &'static str, As)],
    /// Relationships that lead to it.
    pub bonds: &'static [Bond],
}

/// Every kind, owners before what they own.
pub static SHAPES: [Shape; 9] = [
    Shape {
        kind: NodeKind::Patient,
        label: "Patient",
        also: &["Person"],
        table: "Patient",
        key: "patient_id",
        owner: (NodeKind::Patient, "patient_id"),
        caption: "name",
        props: &[("name", "name", As::Text), ("dob", "dob", As::Date), ("gender", "sex", As::Text)],
        bonds: &[],
    },
    Shape {
        kind: NodeKind::MedicalHistory,
        label: "MedicalHistory",
        also: &[],
        table: "Medical_History",
        key: "history_id",
        owner: (NodeKind::Patient, "patient_id"),
        caption: "name",
        props: &[
            ("name", "history_item", As::Text),
            ("description", "history_details", As::Text),
            ("category", "history_type", As::Word),
            ("severity", "severity", As::Word),
            ("status", "is_active", As::Status("active", "resolved")),
            ("date", "history_date", As::Date),
        ],
        bonds: &[Bond {
            name: "HAS_MEDICAL_HISTORY",
            from_patient: true,
            props: &[("date", "date"), ("severity", "severity")],
        }],
    },
    Shape {
        kind: NodeKind::Appointment,
        label: "Appointment",
        also: &[],
        table: "Appointment",
        key: "appointment_id",
        owner: (NodeKind::Patient, "patient_id"),
        caption: "appointment_type",
        props: &[
            ("date", "appointment_date", As::Date),
            ("time", "appointment_time", As::Text),
            ("status", "status", As::Text),
            ("appointment_type", "appointment_type", As::Word),
            ("doctor_name", "doctor_name", As::Text),
        ],
        bonds: &[Bond { name: "HAS_APPOINTMENT", from_patient: true, props: &[("date", "date")] }],
    },
    Shape {
        kind: NodeKind::Symptom,
        label: "Symptom",
        also: &[],
        table: "Appointment_Symptom",
        key: "symptom_id",
        owner: (NodeKind::Appointment, "appointment_id"),
        caption: "name",
        props: &[
            ("name", "symptom_name", As::Text),
            ("description", "symptom_description", As::Text),
            ("severity", "severity", As::Word),
            ("duration", "duration", As::Text),
            ("onset", "onset_type", As::Word),
        ],
        bonds: &[
            Bond { name: "REPORTED_SYMPTOM", from_patient: false, props: &[] },
            Bond { name: "HAS_SYMPTOM", from_patient: true, props: &[("severity", "severity")] },
        ],
    },
    Shape {
        kind: NodeKind::Medication,
        label: "Medication",
        also: &[],
        table: "Medication",
        key: "medication_id",
        owner: (NodeKind::Patient, "patient_id"),
        caption: "name",
        props: &[
            ("name", "medicine_name", As::Text),
            ("dosage", "dosage", As::Text),
            ("frequency", "frequency", As::Text),
            ("status", "is_continued", As::Status("active", "discontinued")),
            ("prescribed_date", "prescribed_date", As::Date),
            ("discontinued_date", "discontinued_date", As::Date),
            ("prescriber", "prescribed_by", As::Text),
        ],
        bonds: &[Bond {
            name: "TAKES_MEDICATION",
            from_patient: true,
            props: &[("status", "status"), ("prescribed_date", "prescribed_date"), ("prescriber", "prescriber")],
        }],
    },
    Shape {
        kind: NodeKind::LabReport,
        label: "LabReport",
        also: &["LabStudy"],
        table: "Lab_Report",
        key: "lab_report_id",
        owner: (NodeKind::Patient, "patient_id"),
        caption: "lab_type",
        props: &[
            ("lab_date", "lab_date", As::Date),
            ("lab_type", "lab_type", As::Text),
            ("ordering_doctor", "ordering_doctor", As::Text),
            ("lab_facility", "lab_facility", As::Text),
        ],
        bonds: &[Bond {
            name: "HAS_LAB_REPORT",
            from_patient: true,
            props: &[("date", "lab_date"), ("type", "lab_type")],
        }],
    },
    Shape {
        kind: NodeKind::LabFinding,
        label: "LabFinding",
        also: &["LabResult", "TestResult"],
        table: "Lab_Finding",
        key: "lab_finding_id",
        owner: (NodeKind::LabReport, "lab_report_id"),
        caption: "test_name",
        props: &[
            ("test_name", "test_name", As::Text),
            ("test_value", "test_value", As::Text),
            ("test_unit", "test_unit", As::Text),
            ("reference_range", "reference_range", As::Text),
            ("is_abnormal", "is_abnormal", As::Flag(false)),
            ("flag", "abnormal_flag", As::Word),
        ],
        bonds: &[
            Bond {
                name: "CONTAINS_FINDING",
                from_patient: false,
                props: &[("abnormal", "is_abnormal"), ("flag", "flag")],
            },
            Bond { name: "CONTAINS_RESULT", from_patient: false, props: &[] },
            Bond { name: "HAS_LAB_RESULT", from_patient: true, props: &[("abnormal", "is_abnormal")] },
        ],
    },
    Shape {
        kind: NodeKind::Report,
        label: "Report",
        also: &[],
        table: "Report",
        key: "report_id",
        owner: (NodeKind::Patient, "patient_id"),
        caption: "report_type",
        props: &[
            ("report_date", "report_date", As::Date),
            ("report_type", "report_type", As::Text),
            ("summary", "report_summary", As::Text),
            ("doctor_name", "doctor_name", As::Text),
        ],
        bonds: &[Bond { name: "HAS_REPORT", from_patient: true, props: &[("date", "report_date")] }],
    },
    Shape {
        kind: NodeKind::ReportFinding,
        label: "ReportFinding",
        also: &[],
        table: "Report_Finding",
        key: "finding_id",
        owner: (NodeKind::Report, "report_id"),
        caption: "finding_key",
        props: &[
            ("finding_key", "finding_key", As::Text),
            ("finding_value", "finding_value", As::Text),
            ("finding_unit", "finding_unit", As::Text),
            ("is_abnormal", "is_abnormal", As::Flag(false)),
            ("severity", "abnormal_severity", As::Word),
        ],
        bonds: &[Bond { name: "CONTAINS_FINDING", from_patient: false, props: &[] }],
    },
];

impl NodeKind {
    /// Its shape.
    pub fn shape(self) -> &'static Shape {
        let [patient, history, appointment, symptom, medication, lab_report, lab_finding, report, finding] = &SHAPES;
        match self {
            NodeKind::Patient => patient,
            NodeKind::MedicalHistory => history,
            NodeKind::Appointment => appointment,
            NodeKind::Symptom => symptom,
            NodeKind::Medication => medication,
            NodeKind::LabReport => lab_report,
            NodeKind::LabFinding => lab_finding,
            NodeKind::Report => report,
            NodeKind::ReportFinding => finding,
        }
    }
}

/// The label of a history entry besides `MedicalHistory`, by its category.
pub fn history_label(category: &str) -> Option<&'static str> {
    Some(match category {
        "condition" => "Condition",
        "allergy" => "Allergy",
        "surgery" => "Surgery",
        "family_history" => "FamilyHistory",
        "lifestyle" => "Lifestyle",
        _ => return None,
    })
}

/// From a symptom to a condition of the same patient that it speaks for.
pub const INDICATES_CONDITION: &str = "INDICATES_CONDITION";
/// From a medication to a condition of the same patient that it is for.
pub const TREATS_CONDITION: &str = "TREATS_CONDITION";
/// From a patient's entry to the concept that its name names.
pub const INSTANCE_OF: &str = "INSTANCE_OF";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_finds_its_own_shape_after_its_owners() {
        for (at, shape) in SHAPES.iter().enumerate() {
            assert!(std::ptr::eq(shape.kind.shape(), shape));
            let owner = SHAPES.iter().position(|other| other.kind == shape.owner.0).unwrap();
            assert!(owner < at || shape.kind == NodeKind::Patient);
            let names: Vec<_> = shape.props.iter().map(|(name, ..)| *name).collect();
            assert!(names.contains(&shape.caption));
            assert!(shape.bonds.iter().flat_map(|bond| bond.props).all(|(_, prop)| names.contains(prop)));
        }
    }
}
