//! The doctors of the demo: fixed names, each with one specialty.

use super::contacts::{self, Contacts, DemoAddress, DemoEmail, DemoPhone};
use super::institutions::{CLINICS, DemoInstitution, HOSPITALS};
use super::person::{Person, plus};
use super::rng::{Rng, settled};
use super::row::{Named, row};
use chrono::NaiveDate;

row! {
    /// A row of `Specialty`.
    DemoSpecialty in "Specialty" by "specialty_id", called "name";
    columns {
        /// Its name.
        name: &'static str,
        /// The larger field.
        category: &'static str,
    }
}

row! {
    /// A row of `Doctor`.
    DemoDoctor in "Doctor" by "doctor_id", called "name";
    columns {
        /// The name, with title.
        name: &'static str,
        /// What the doctor is trained in.
        specialty_id: Named<DemoSpecialty>,
        /// Where the doctor works: family doctors at a clinic, all others at a hospital.
        institution_id: Named<DemoInstitution>,
        /// A made-up number.
        licence_number: String,
    }
    below {
        /// `Email`.
        emails: DemoEmail,
        /// `Phone`.
        phones: DemoPhone,
        /// `Address`.
        addresses: DemoAddress,
    }
}

/// What a doctor is trained in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Specialty {
    General,
    Paediatrics,
    Emergency,
    Cardiology,
    Endocrinology,
    Respiratory,
    Gastroenterology,
    Nephrology,
    Neurology,
    Psychiatry,
    Rheumatology,
    Orthopaedics,
    Dermatology,
    Gynaecology,
    Urology,
    EarNoseThroat,
    Ophthalmology,
    Radiology,
}

impl Specialty {
    /// From this age on nobody goes to a paediatrician.
    pub(super) const ADULT: i64 = 16;

    /// Its name, and the larger field.
    fn words(self) -> (&'static str, &'static str) {
        use Specialty::*;
        const MEDICAL: &str = "Medical specialties";
        const SURGICAL: &str = "Surgical specialties";
        match self {
            General => ("General practice", "Primary care"),
            Paediatrics => ("Paediatrics", "Child health"),
            Emergency => ("Emergency medicine", "Emergency care"),
            Cardiology => ("Cardiology", MEDICAL),
            Endocrinology => ("Endocrinology", MEDICAL),
            Respiratory => ("Respiratory medicine", MEDICAL),
            Gastroenterology => ("Gastroenterology", MEDICAL),
            Nephrology => ("Nephrology", MEDICAL),
            Neurology => ("Neurology", MEDICAL),
            Psychiatry => ("Psychiatry", "Mental health"),
            Rheumatology => ("Rheumatology", MEDICAL),
            Orthopaedics => ("Orthopaedics", SURGICAL),
            Dermatology => ("Dermatology", MEDICAL),
            Gynaecology => ("Gynaecology and obstetrics", SURGICAL),
            Urology => ("Urology", SURGICAL),
            EarNoseThroat => ("Ear, nose and throat", SURGICAL),
            Ophthalmology => ("Ophthalmology", SURGICAL),
            Radiology => ("Radiology", "Diagnostics"),
        }
    }

    /// Its place in [`DOCTORS`].
    pub(super) fn doctors(self) -> &'static [&'static str] {
        DOCTORS.iter().find(|(specialty, _)| *specialty == self).map_or(&[], |(_, names)| names)
    }

    /// Who sees a patient of this age: children go to a paediatrician, save where a specialty sees all ages.
    pub(super) fn at_age(self, age: i64) -> Self {
        use Specialty::*;
        match self {
            General | Emergency | Radiology | Dermatology | EarNoseThroat | Ophthalmology => self,
            _ if age < Self::ADULT => Paediatrics,
            _ => self,
        }
    }

    /// The doctor of this specialty for the patient whose `key` this is: always the same one.
    pub(super) fn doctor(self, key: u64) -> &'static str {
        let doctors = self.doctors();
        let place = key.rotate_left(self as u32 * 3).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
        doctors.get(place as usize % doctors.len().max(1)).copied().unwrap_or_default()
    }
}

/// Every specialty that has a doctor.
pub(super) fn specialties() -> impl Iterator<Item = DemoSpecialty> {
    DOCTORS.iter().map(|(specialty, _)| {
        let (name, category) = specialty.words();
        DemoSpecialty { name, category }
    })
}

/// Every doctor.
pub(super) fn all() -> impl Iterator<Item = DemoDoctor> {
    DOCTORS.iter().flat_map(|&(specialty, names)| {
        let houses = if specialty == Specialty::General { CLINICS } else { HOSPITALS };
        // One after the other, and each specialty begins at another house: those with a single doctor are not all at the first.
        let houses = houses.iter().cycle().skip(specialty as usize % houses.len().max(1));
        names.iter().zip(houses).map(move |(&name, house)| {
            let Contacts { emails, phones, addresses } = contacts::of_doctor(name, house.country);
            DemoDoctor {
                name,
                specialty_id: Named::of(specialty.words().0),
                institution_id: Named::of(house.name),
                // From the name, so that it stays when the list grows.
                licence_number: format!("DEMO-{:06}", (settled(0, name) * 1_000_000.0) as u64),
                emails,
                phones,
                addresses,
            }
        })
    })
}

/// Rows older than so many days may name a doctor without pointing to the row.
pub(super) const LINKED_DAYS: i64 = 3 * 365;

/// The row of the doctor whom a row of the record names. A few of the older rows have none, as in a practice that kept names alone
/// before it kept a list of doctors.
pub(super) fn link(rng: &mut Rng, person: &Person, on: NaiveDate, name: &'static str) -> Option<Named<DemoDoctor>> {
    let unlinked = on < plus(person.today, -LINKED_DAYS) && rng.percent(15);
    (!unlinked).then(|| Named::of(name))
}

/// Every doctor by specialty.
pub(super) static DOCTORS: &[(Specialty, &[&str])] = &[
    (
        Specialty::General,
        &[
            "Dr. Amara Okafor",
            "Dr. Helen Whitfield",
            "Dr. Rajesh Menon",
            "Dr. Claire Dubois",
            "Dr. Tomás Herrera",
            "Dr. Siobhán O'Leary",
            "Dr. Yusuf Demir",
            "Dr. Ingrid Halvorsen",
            "Dr. Mei-Lin Tan",
            "Dr. Piotr Zieliński",
            "Dr. Grace Mensah",
            "Dr. Daniel Cohen",
        ],
    ),
    (Specialty::Paediatrics, &["Dr. Anjali Deshpande", "Dr. Oliver Bennett", "Dr. Lucía Navarro"]),
    (Specialty::Emergency, &["Dr. Marcus Reid", "Dr. Farah Haddad", "Dr. Kenji Watanabe"]),
    (Specialty::Cardiology, &["Dr. Elena Petrova", "Dr. Samuel Osei", "Dr. Vikram Nair"]),
    (Specialty::Endocrinology, &["Dr. Nadia Rahman", "Dr. Johan Lindqvist"]),
    (Specialty::Respiratory, &["Dr. Patrick Doyle", "Dr. Shreya Banerjee"]),
    (Specialty::Gastroenterology, &["Dr. Giulia Ferraro", "Dr. Hassan Khalil"]),
    (Specialty::Nephrology, &["Dr. Thomas Becker", "Dr. Ngozi Eze"]),
    (Specialty::Neurology, &["Dr. Aisling Murphy", "Dr. Sanjay Kulkarni"]),
    (Specialty::Psychiatry, &["Dr. Miriam Goldberg", "Dr. André Laurent"]),
    (Specialty::Rheumatology, &["Dr. Beatriz Almeida", "Dr. Karl Steiner"]),
    (Specialty::Orthopaedics, &["Dr. William Hartley", "Dr. Omar Siddiqui"]),
    (Specialty::Dermatology, &["Dr. Sofía Castellanos", "Dr. Hyun-Ju Park"]),
    (Specialty::Gynaecology, &["Dr. Rebecca Stone", "Dr. Lakshmi Venkatesan", "Dr. Zainab Bello"]),
    (Specialty::Urology, &["Dr. Robert Fraser", "Dr. Dimitris Pappas"]),
    (Specialty::EarNoseThroat, &["Dr. Charlotte Evans"]),
    (Specialty::Ophthalmology, &["Dr. Arjun Pillai"]),
    (Specialty::Radiology, &["Dr. Katarína Nováková", "Dr. Ben Carter", "Dr. Leila Moradi"]),
];
