//! The institutions of the demo: where its doctors work, and where blood is sent.
//!
//! Their addresses end in `.example`, and their telephone numbers are those that are kept for films: nobody is reached by either.

use super::contacts::{self, Contacts, DemoAddress, DemoEmail, DemoPhone};
use super::row::row;

row! {
    /// A row of `Institution`.
    DemoInstitution in "Institution" by "institution_id", called "name";
    columns {
        /// Its name.
        name: &'static str,
        /// `clinic`, `hospital`, `laboratory` or `pharmacy`.
        institution_type: &'static str,
        /// The region.
        region: &'static str,
        /// The country, by its code of two letters.
        country: &'static str,
        /// How it would be reached.
        contact: &'static str,
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

/// An institution without its type, which is that of the list in which it stands.
#[derive(Debug)]
pub(super) struct Institution {
    pub(super) name: &'static str,
    region: &'static str,
    pub(super) country: &'static str,
    contact: &'static str,
}

const fn of(name: &'static str, region: &'static str, country: &'static str, contact: &'static str) -> Institution {
    Institution { name, region, country, contact }
}

/// Where the family doctors work.
pub(super) static CLINICS: &[Institution] = &[
    of("Riverside Family Practice", "Tyne and Wear", "GB", "Practice manager, tel. +44 1632 960101"),
    of("Harbour Street Surgery", "Tyne and Wear", "GB", "Practice manager, manager@harbour-street-surgery.example"),
    of("Meadowbank Health Centre", "Leinster", "IE", "Practice manager, tel. +353 20 910 0102"),
];

/// Where all other doctors work.
pub(super) static HOSPITALS: &[Institution] = &[
    of("University Hospital", "Tyne and Wear", "GB", "Patient liaison, tel. +44 1632 960200"),
    of("St. Brigid Hospital", "Leinster", "IE", "Patient liaison, liaison@st-brigid-hospital.example"),
    of("Northgate General Hospital", "Tyne and Wear", "GB", "Patient liaison, tel. +44 1632 960202"),
];

/// Where blood is sent.
pub(super) static LABORATORIES: &[Institution] = &[
    of("Riverside Clinical Laboratory", "Tyne and Wear", "GB", "Sample reception, tel. +44 1632 960301"),
    of("St. Brigid Hospital Laboratory", "Leinster", "IE", "Sample reception, samples@st-brigid-hospital.example"),
    of("Northgate Diagnostics", "Tyne and Wear", "GB", "Sample reception, samples@northgate-diagnostics.example"),
    of(
        "University Hospital, Department of Laboratory Medicine",
        "Tyne and Wear",
        "GB",
        "Sample reception, tel. +44 1632 960304",
    ),
    of(
        "Harbour Street Medical Laboratory",
        "Tyne and Wear",
        "GB",
        "Results, results@harbour-street-laboratory.example",
    ),
    of("Meadowbank Pathology", "Leinster", "IE", "Sample reception, tel. +353 20 910 0306"),
];

static PHARMACIES: &[Institution] =
    &[of("Old Market Pharmacy", "Tyne and Wear", "GB", "Duty pharmacist, counter@old-market-pharmacy.example")];

/// Every institution.
pub(super) fn all() -> impl Iterator<Item = DemoInstitution> {
    let kinds = [("clinic", CLINICS), ("hospital", HOSPITALS), ("laboratory", LABORATORIES), ("pharmacy", PHARMACIES)];
    kinds.into_iter().flat_map(|(institution_type, institutions)| {
        institutions.iter().map(move |&Institution { name, region, country, contact }| {
            let Contacts { emails, phones, addresses } = contacts::of_institution(name, country, institution_type);
            DemoInstitution { name, institution_type, region, country, contact, emails, phones, addresses }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::{DemoValue, doctors, reference};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn reference_data_is_unique_by_name_and_stands_after_what_it_points_to() {
        let mut known = HashSet::new();
        for row in reference() {
            let (table, name) = (row.table.name, row.name().map(str::to_owned).unwrap());
            let points = |value: &DemoValue| match value {
                DemoValue::Named(table, name) => known.contains(&(table.name, (*name).to_owned())),
                _ => true,
            };
            assert!(row.values.iter().chain(row.below.iter().flat_map(|row| &row.values)).all(points), "{row:?}");
            assert!(known.insert((table, name)), "twice: {row:?}");
        }
        let kinds =
            ["Specialty", "Institution", "Doctor"].map(|table| known.iter().filter(|row| row.0 == table).count());
        assert_eq!(kinds, [18, 13, 49]);
    }

    #[test]
    fn family_doctors_work_at_clinics_and_others_at_hospitals_under_a_licence_of_their_own() {
        let mut licences = HashSet::new();
        let mut houses = HashSet::new();
        for doctor in doctors::all() {
            let house = all().find(|house| house.name == doctor.institution_id.name()).unwrap();
            let family = doctor.specialty_id.name() == "General practice";
            assert_eq!(house.institution_type, if family { "clinic" } else { "hospital" }, "{doctor:?}");
            assert!(licences.insert(doctor.licence_number.clone()), "{doctor:?}");
            houses.insert(house.name);
        }
        assert_eq!(houses.len(), CLINICS.len() + HOSPITALS.len(), "nobody works at one of them");
    }

    #[test]
    fn nobody_is_reached() {
        for institution in all() {
            // The numbers that the regulators of both countries keep for films.
            let (who, how) = institution.contact.split_once(", ").unwrap();
            let film = ["tel. +44 1632 960", "tel. +353 20 91"].iter().any(|kept| how.starts_with(kept));
            assert!(!who.is_empty() && (film || how.ends_with(".example")), "{institution:?}");
        }
    }
}
