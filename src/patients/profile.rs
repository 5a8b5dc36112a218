//! The general facts of a patient's health, of which there is one row a patient.

use super::patient;
use crate::{
    db::{DateTime, Decimal, Enum, Enumerated, Path, Whole, enumeration},
    entity::entity,
    graphql::{
        form::Form,
        made::{MadeRow, OfRow, Values, made},
        model::{Children, FieldDef, Object},
        relation::{One, Sole},
        rules::{Cells, Check, Holds, Unique},
    },
    write::Add,
};

enumeration! {
    /// A blood group of the systems AB0 and Rhesus.
    BloodGroup {
        /// Blood group A, Rhesus positive.
        APositive "A_POSITIVE" = "A+",
        /// Blood group A, Rhesus negative.
        ANegative "A_NEGATIVE" = "A-",
        /// Blood group B, Rhesus positive.
        BPositive "B_POSITIVE" = "B+",
        /// Blood group B, Rhesus negative.
        BNegative "B_NEGATIVE" = "B-",
        /// Blood group AB, Rhesus positive.
        AbPositive "AB_POSITIVE" = "AB+",
        /// Blood group AB, Rhesus negative.
        AbNegative "AB_NEGATIVE" = "AB-",
        /// Blood group 0, Rhesus positive.
        OPositive "O_POSITIVE" = "O+",
        /// Blood group 0, Rhesus negative.
        ONegative "O_NEGATIVE" = "O-",
    }
}

enumeration! {
    /// The gender with which a person identifies.
    GenderIdentity {
        /// The person is a woman.
        Woman "WOMAN" = "woman",
        /// The person is a man.
        Man "MAN" = "man",
        /// The person is neither only a woman nor only a man.
        NonBinary "NON_BINARY" = "non_binary",
        /// The person is a transgender woman.
        TransgenderWoman "TRANSGENDER_WOMAN" = "transgender_woman",
        /// The person is a transgender man.
        TransgenderMan "TRANSGENDER_MAN" = "transgender_man",
        /// The person has a gender that is not listed.
        Other "OTHER" = "other",
        /// The person was asked and does not say.
        Undisclosed "UNDISCLOSED" = "undisclosed",
    }
}

enumeration! {
    /// Whether a person smokes tobacco.
    SmokingStatus {
        /// The person has never smoked.
        Never "NEVER" = "never",
        /// The person smoked, and stopped.
        Former "FORMER" = "former",
        /// The person smokes.
        Current "CURRENT" = "current",
    }
}

enumeration! {
    /// Whether a person drinks alcohol.
    AlcoholUse {
        /// The person has never drunk alcohol.
        Never "NEVER" = "never",
        /// The person drank alcohol, and stopped.
        Former "FORMER" = "former",
        /// The person drinks alcohol at times.
        Occasional "OCCASIONAL" = "occasional",
        /// The person drinks alcohol in most weeks.
        Regular "REGULAR" = "regular",
    }
}

entity! {
    /// The general facts of a patient's health: body, blood group, habits, and whom to call in an emergency.
    HealthProfile, "Health_Profile" by profile_id, search false;
    called "a health profile", "health profiles";
    root "healthProfile", "healthProfiles";
    written "profile", "profiles";
    belongs { patient_id of patient, as one "profile" "The general facts of the patient's health." }
    columns {
        /// The key of the health profile in the relational store.
        profile_id: i32 = "profileId" index, Key;
        /// The key of the patient in the relational store.
        patient_id: Option<i32> = "patientId" index, Key;
        /// The patient's height in centimetres.
        height_cm: Option<Decimal<1, 20, 300>> = "heightCm", Clinical, value;
        /// The patient's weight in kilograms.
        weight_kg: Option<Decimal<2, 0, 700>> = "weightKg", Clinical, value;
        /// The patient's blood group.
        blood_type: Option<Enum<BloodGroup>> = "bloodGroup" index, Clinical, value;
        /// The gender with which the patient identifies; `sex` of the patient is what the hospital recorded.
        gender_identity: Option<Enum<GenderIdentity>> = "genderIdentity", Clinical, value;
        /// The patient's usual systolic blood pressure in mmHg.
        systolic_pressure: Option<Whole<40, 300>> = "systolicPressure", Clinical, value;
        /// The patient's usual diastolic blood pressure in mmHg.
        diastolic_pressure: Option<Whole<20, 200>> = "diastolicPressure", Clinical, value;
        /// Whether the patient smokes.
        smoking_status: Option<Enum<SmokingStatus>> = "smokingStatus", Clinical, value;
        /// How many cigarettes a day the patient smokes, or smoked.
        cigarettes_per_day: Option<Whole<0, 200>> = "cigarettesPerDay", Clinical, value;
        /// For how many years the patient has smoked, or smoked.
        smoking_years: Option<Whole<0, 100>> = "smokingYears", Clinical, value;
        /// Whether the patient drinks alcohol.
        alcohol_use: Option<Enum<AlcoholUse>> = "alcoholUse", Clinical, value;
        /// How many standard drinks of alcohol a week the patient has.
        drinks_per_week: Option<Whole<0, 200>> = "drinksPerWeek", Clinical, value;
        /// The name of the person to call in an emergency.
        emergency_contact_name: Option<String> = "emergencyContactName", Contact, line(255);
        /// The telephone number of the person to call in an emergency.
        emergency_contact_phone: Option<String> = "emergencyContactPhone", Contact, line(50);
        /// What the person to call in an emergency is to the patient, as "daughter".
        emergency_contact_relationship: Option<String> = "emergencyContactRelationship", Contact, line(100);
        /// The language in which the patient wants to be spoken to.
        preferred_language: Option<String> = "preferredLanguage", Clinical, code(Language);
        /// Notes on the patient's health in general.
        notes: Option<String> = "notes", FreeText, prose;
        /// When the health profile was entered.
        created_at: Option<DateTime> = "createdAt", Operational;
        /// When the health profile last changed.
        updated_at: Option<DateTime> = "updatedAt", Operational;
    }
    computed {
        /// The body mass index in kg/m², of height and weight, rounded to one place; null without both.
        "bmi": Option<f64> = |profile, _| bmi(profile.height_cm.as_ref()?.number()?, profile.weight_kg.as_ref()?.number()?), Clinical;
    }
    fields {
        /// The patient whom the health profile describes.
        "patient" = One { entity: &patient::ENTITY, column: "patient_id" };
        /// The patient's blood group, and who gives blood to whom.
        "bloodType" = OfRow { object: &BLOOD_TYPE, make: Blood::of };
    }
    gives {
        /// The general facts of the patient's health; null if nobody recorded them.
        patient, "profile" = Sole { children: &OF_PATIENT };
    }
    verbs {
        /// Records the health profile of a patient who has none.
        "addHealthProfile" = ADD;
    }
    checks &[
        Check {
            columns: &["patient_id"],
            code: "EXISTS",
            message: "the patient has a health profile already: correct it",
            constraint: Some("uq_profile_patient"),
            holds: Holds::Unique(Unique::by(&["patient_id"])),
        },
        Check {
            columns: &["weight_kg"],
            code: "OUT_OF_RANGE",
            message: "a weight must be at least 0.2 kg",
            constraint: Some("chk_profile_weight"),
            holds: Holds::Always(|row| number(row, "weight_kg").is_none_or(|weight| weight >= 0.2)),
        },
        Check {
            columns: &["systolic_pressure", "diastolic_pressure"],
            code: "INCOMPLETE",
            message: "systolic and diastolic pressure must be given together, the systolic one greater",
            constraint: Some("chk_profile_pressure"),
            holds: Holds::Always(|row| {
                match (number(row, "systolic_pressure"), number(row, "diastolic_pressure")) {
                    (Some(systolic), Some(diastolic)) => systolic > diastolic,
                    (systolic, diastolic) => systolic.is_none() && diastolic.is_none(),
                }
            }),
        },
        Check {
            columns: &["smoking_status", "cigarettes_per_day", "smoking_years"],
            code: "CONTRADICTION",
            message: "who has never smoked has neither cigarettes a day nor years of smoking: give the smoking status that fits, or leave them out",
            constraint: Some("chk_profile_smoking"),
            holds: Holds::Always(|row| {
                !matches!(row.get("smoking_status"), None | Some("never"))
                    || is_nothing(row, "cigarettes_per_day") && is_nothing(row, "smoking_years")
            }),
        },
        Check {
            columns: &["alcohol_use", "drinks_per_week"],
            code: "CONTRADICTION",
            message: "who does not drink alcohol has no drinks a week: give the alcohol use that fits, or leave the drinks out",
            constraint: Some("chk_profile_alcohol"),
            holds: Holds::Always(|row| {
                !matches!(row.get("alcohol_use"), None | Some("never" | "former")) || is_nothing(row, "drinks_per_week")
            }),
        },
        Check {
            columns: &["emergency_contact_name", "emergency_contact_phone", "emergency_contact_relationship"],
            code: "INCOMPLETE",
            message: "a person to call in an emergency needs a name and a telephone number: give both, or neither and no relationship",
            constraint: Some("chk_profile_emergency"),
            holds: Holds::Always(|row| {
                let [name, phone, relationship] =
                    ["name", "phone", "relationship"].map(|part| row.get(&format!("emergency_contact_{part}")).is_some());
                name == phone && (name || !relationship)
            }),
        },
    ];
}

fn number(row: &Cells, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok()
}

/// Whether a number is 0 or not given.
fn is_nothing(row: &Cells, column: &str) -> bool {
    number(row, column).unwrap_or_default() == 0.0
}

/// The body mass index of a height in centimetres and a weight in kilograms.
fn bmi(height: f64, weight: f64) -> Option<f64> {
    let metres = height / 100.0;
    Some((weight / (metres * metres) * 10.0).round() / 10.0).filter(|bmi| bmi.is_finite())
}

static ADD: Add = Add(&Form::add("AddHealthProfileInput", "The fields of a new health profile.", &ENTITY));

static OF_PATIENT: Children = Children {
    name: "ProfileOfPatient",
    of: &ENTITY,
    path: Path::Direct("patient_id"),
    order: &[],
    preset: None,
    expected: 1,
};

/// A blood group with those that it goes with.
#[derive(Debug, Clone, Copy)]
struct Blood(BloodGroup);

impl Blood {
    fn of(profile: &HealthProfile) -> Option<Self> {
        let stored = profile.blood_type.as_ref()?.canonical()?;
        ALL.into_iter().find(|group| group.stored() == stored).map(Blood)
    }
}

made! {
    Blood {
        /// The blood group.
        "group": BloodGroup = |blood| blood.0;
    }
}

static BLOOD_TYPE: Object = Object {
    name: "BloodType",
    doc: "A blood group with the groups whose red cells go with it. Before a transfusion a laboratory tests both; this replaces no test.",
    is_node: false,
    of: None,
    scalars: Blood::SCALARS,
    fields: &[
        FieldDef {
            name: "canReceiveFrom",
            doc: "The blood groups whose red cells a person of this group can be given.",
            field: &Values(|blood: &Blood| with(|other| goes_to(other, blood.0))),
        },
        FieldDef {
            name: "canDonateTo",
            doc: "The blood groups that can be given red cells of this group.",
            field: &Values(|blood: &Blood| with(|other| goes_to(blood.0, other))),
        },
    ],
};

static ALL: [BloodGroup; 8] = {
    use BloodGroup::*;
    [APositive, ANegative, BPositive, BNegative, AbPositive, AbNegative, OPositive, ONegative]
};

impl BloodGroup {
    fn stored(self) -> &'static str {
        BloodGroup::OF.canonical(self.name()).unwrap_or_default()
    }
}

/// The groups for which something holds.
fn with(holds: impl Fn(BloodGroup) -> bool) -> Vec<BloodGroup> {
    ALL.into_iter().filter(|group| holds(*group)).collect()
}

/// Whether red cells of one group go to another: no antigen (A, B, Rhesus D) that the other lacks.
fn goes_to(from: BloodGroup, to: BloodGroup) -> bool {
    let is_antigen = |sign: &char| matches!(sign, 'A' | 'B' | '+');
    from.stored().chars().filter(is_antigen).all(|antigen| to.stored().contains(antigen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_cells_go_to_whoever_has_their_antigens() {
        use BloodGroup::*;
        let from = |group| with(|other| goes_to(other, group));
        assert_eq!(from(ONegative), [ONegative]);
        assert_eq!(from(OPositive), [OPositive, ONegative]);
        assert_eq!(from(ANegative), [ANegative, ONegative]);
        assert_eq!(from(BPositive), [BPositive, BNegative, OPositive, ONegative]);
        assert_eq!(from(AbNegative), [ANegative, BNegative, AbNegative, ONegative]);
        assert_eq!(from(AbPositive).len(), 8);
        assert_eq!(with(|other| goes_to(ONegative, other)).len(), 8);
        assert_eq!(with(|other| goes_to(AbPositive, other)), [AbPositive]);
    }

    #[test]
    fn a_body_mass_index_is_rounded_to_one_place() {
        assert_eq!(bmi(180.0, 81.0), Some(25.0));
        assert_eq!(bmi(162.5, 58.75), Some(22.2));
        assert_eq!(bmi(0.0, 50.0), None);
    }
}
