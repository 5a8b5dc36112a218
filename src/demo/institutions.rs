//! The institutions of the demo: where its doctors work, and where blood is sent.
//!
//! Their addresses end in `.example`, and their telephone numbers are those that are kept for films: nobody is reached by either.

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
}

/// An institution without its type, which is that of the list in which it stands.
#[derive(Debug)]
pub(super) struct Institution {
    pub(super) name: &'static str,
    region: &'static str,
    country: &'static str,
    contact: &'static str,
}

const fn of(name: &'static str, region: &'static str, country: &'static str, contact: &'static str) -> Institution {
    Institution { name, region, country, contact }
}

/// Where the family doctors work.
pub(super) static CLINICS: &[Institution] = &[
    of("Riverside Family Practice", "Tyne and Wear", "GB", "tel. +44 1632 960101"),
    of("Harbour Street Surgery", "Tyne and Wear", "GB", "reception@harbour-street-surgery.example"),
    of("Meadowbank Health Centre", "Leinster", "IE", "tel. +353 20 910 0102"),
];

/// Where all other doctors work.
pub(super) static HOSPITALS: &[Institution] = &[
    of("University Hospital", "Tyne and Wear", "GB", "tel. +44 1632 960200"),
    of("St. Brigid Hospital", "Leinster", "IE", "switchboard@st-brigid-hospital.example"),
    of("Northgate General Hospital", "County Durham", "GB", "tel. +44 1632 960202"),
];

/// Where blood is sent.
pub(super) static LABORATORIES: &[Institution] = &[
    of("Riverside Clinical Laboratory", "Tyne and Wear", "GB", "tel. +44 1632 960301"),
    of("St. Brigid Hospital Laboratory", "Leinster", "IE", "laboratory@st-brigid-hospital.example"),
    of("Northgate Diagnostics", "County Durham", "GB", "samples@northgate-diagnostics.example"),
    of("University Hospital, Department of Laboratory Medicine", "Tyne and Wear", "GB", "tel. +44 1632 960304"),
    of("Harbour Street Medical Laboratory", "Tyne and Wear", "GB", "results@harbour-street-laboratory.example"),
    of("Meadowbank Pathology", "Leinster", "IE", "tel. +353 20 910 0306"),
];

static PHARMACIES: &[Institution] =
    &[of("Old Market Pharmacy", "Tyne and Wear", "GB", "counter@old-market-pharmacy.example")];

/// Every institution.
pub(super) fn all() -> impl Iterator<Item = DemoInstitution> {
    let kinds = [("clinic", CLINICS), ("hospital", HOSPITALS), ("laboratory", LABORATORIES), ("pharmacy", PHARMACIES)];
    kinds.into_iter().flat_map(|(institution_type, institutions)| {
        institutions.iter().map(move |&Institution { name, region, country, contact }| DemoInstitution {
            name,
            institution_type,
            region,
            country,
            contact,
        })
    })
}
