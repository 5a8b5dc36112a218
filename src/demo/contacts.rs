//! How patients, doctors and institutions of the demo would be reached: nobody is.
//!
//! Numbers are those that the regulators keep for films (Ofcom's 0191 498 0xxx and 07700 900xxx, ComReg's 020 91x xxxx), mailboxes are those of
//! example.org, .com and .net, and no town has these postal codes.

use super::person::{Person, clock, plus};
use super::rng::{Rng, settled};
use super::row::{Named, row};
use chrono::{NaiveDate, NaiveDateTime};
use unicode_normalization::UnicodeNormalization;

row! {
    /// A row of `Country`.
    DemoCountry in "Country" by "country_id", called "iso2";
    columns {
        /// The two letters.
        iso2: &'static str,
        /// The three letters.
        iso3: &'static str,
        /// The number.
        numeric_code: &'static str,
        /// The name.
        name: &'static str,
    }
}

row! {
    /// A row of `Region`.
    DemoRegion in "Region" by "region_id", called "code";
    columns {
        /// The country.
        country_id: Named<DemoCountry>,
        /// The code.
        code: &'static str,
        /// The name.
        name: &'static str,
        /// What it is.
        category: &'static str,
    }
}

row! {
    /// A row of `Email`.
    DemoEmail in "Email" by "email_id", of "patient_id" or "doctor_id" or "institution_id";
    columns {
        /// The address.
        address: String,
        /// `personal` or `work`.
        email_type: &'static str,
        /// Whether to write to it first.
        is_primary: bool,
        /// Whether it is verified.
        is_verified: bool,
        /// When it was.
        verified_at: Option<NaiveDateTime>,
        /// When it was entered.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

row! {
    /// A row of `Phone`.
    DemoPhone in "Phone" by "phone_id", of "patient_id" or "doctor_id" or "institution_id";
    columns {
        /// The number, in international form.
        number: String,
        /// Its country.
        country: &'static str,
        /// The extension of a doctor.
        extension: Option<String>,
        /// `mobile`, `home`, `work` or `fax`.
        phone_type: &'static str,
        /// Whether to call it first.
        is_primary: bool,
        /// Whether it is verified.
        is_verified: bool,
        /// When it was.
        verified_at: Option<NaiveDateTime>,
        /// When it was entered.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

row! {
    /// A row of `Address`.
    DemoAddress in "Address" by "address_id", of "patient_id" or "doctor_id" or "institution_id";
    columns {
        /// House and street.
        line1: String,
        /// A flat, or a department.
        line2: Option<String>,
        /// The town.
        city: &'static str,
        /// A code that no town has.
        postal_code: String,
        /// The region.
        region_id: Named<DemoRegion>,
        /// The country.
        country_id: Named<DemoCountry>,
        /// Somewhere in the town.
        latitude: Option<String>,
        /// Somewhere in the town.
        longitude: Option<String>,
        /// `home`, `work`, `billing` or `postal`.
        address_type: &'static str,
        /// Whether to use it first.
        is_primary: bool,
        /// Whether it is verified.
        is_verified: bool,
        /// When it was.
        verified_at: Option<NaiveDateTime>,
        /// When it was entered.
        created_at: NaiveDateTime,
        /// When it last changed.
        updated_at: NaiveDateTime,
    }
}

/// Everything by which somebody is reached.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    pub(super) emails: Vec<DemoEmail>,
    pub(super) phones: Vec<DemoPhone>,
    pub(super) addresses: Vec<DemoAddress>,
}

/// The countries: their letters, number and name as ISO 3166-1 has them.
const COUNTRIES: [(&str, &str, &str, &str); 2] =
    [("GB", "GBR", "826", "United Kingdom of Great Britain and Northern Ireland"), ("IE", "IRL", "372", "Ireland")];

/// A town: its country, its region by code, name and kind, its name, its postal code without the last part, and where it is, in millionths of a
/// degree.
struct Town {
    country: &'static str,
    region: (&'static str, &'static str, &'static str),
    name: &'static str,
    code: &'static str,
    latitude: i64,
    longitude: i64,
}

const fn town(
    country: &'static str,
    region: (&'static str, &'static str, &'static str),
    name: &'static str,
    code: &'static str,
    (latitude, longitude): (i64, i64),
) -> Town {
    Town { country, region, name, code, latitude, longitude }
}

static TOWNS: [Town; 6] = [
    town("GB", ("GB-NET", "Newcastle upon Tyne", "district"), "Newcastle upon Tyne", "QN1", (54_978_252, -1_617_780)),
    town("GB", ("GB-GAT", "Gateshead", "district"), "Gateshead", "QN8", (54_952_680, -1_603_411)),
    town("GB", ("GB-SND", "Sunderland", "district"), "Sunderland", "QN2", (54_906_869, -1_383_801)),
    town("GB", ("GB-STY", "South Tyneside", "district"), "South Shields", "QN3", (54_998_700, -1_432_300)),
    town("IE", ("IE-D", "Dublin", "county"), "Dublin", "Q99", (53_349_805, -6_260_310)),
    town("IE", ("IE-KE", "Kildare", "county"), "Naas", "Q91", (53_220_100, -6_659_700)),
];

const STREETS: &[&str] = &[
    "Harbour Street",
    "Orchard Lane",
    "Meadow Rise",
    "Old Market",
    "Chapel Row",
    "Station Approach",
    "Quarry Hill",
    "Lime Avenue",
    "Riverside Walk",
    "Windmill Lane",
];

const DOMAINS: &[&str] = &["example.org", "example.com", "example.net"];

/// The chance of contacts is apart from that of everything else.
pub(super) const CHANCE: u64 = 0xC047_AC75;

/// Every country.
pub(super) fn countries() -> impl Iterator<Item = DemoCountry> {
    COUNTRIES.into_iter().map(|(iso2, iso3, numeric_code, name)| DemoCountry { iso2, iso3, numeric_code, name })
}

/// Every region.
pub(super) fn regions() -> impl Iterator<Item = DemoRegion> {
    TOWNS.iter().map(|town| {
        let (code, name, category) = town.region;
        DemoRegion { country_id: Named::of(town.country), code, name, category }
    })
}

/// A name as it stands in an address: without accents.
fn mailbox(name: &str) -> String {
    let base = |c: char| match c {
        'ł' | 'Ł' => 'l',
        'ø' | 'Ø' => 'o',
        'đ' | 'Đ' => 'd',
        'ı' => 'i',
        'ß' => 's',
        other => other,
    };
    let plain =
        |word: &str| word.nfd().map(base).filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let words: Vec<String> = name.split(' ').map(plain).filter(|word| !word.is_empty() && word != "dr").collect();
    if words.is_empty() { "somebody".to_owned() } else { words.join(".") }
}

/// A number that is kept for films.
fn number(rng: &mut Rng, country: &str, mobile: bool) -> String {
    let last = rng.below(1000);
    match country {
        "IE" => format!("+3532091{}{last:04}", rng.below(10)),
        _ if mobile => format!("+447700900{last:03}"),
        _ => format!("+441914980{last:03}"),
    }
}

/// A decimal of six places, the last of which is no zero: SQLite keeps none.
fn degrees(millionths: i64) -> String {
    let millionths = if millionths % 10 == 0 { millionths + 1 } else { millionths };
    let sign = if millionths < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", millionths.abs() / 1_000_000, millionths.abs() % 1_000_000)
}

/// When something is entered, and when it is verified, if it is.
#[derive(Clone, Copy)]
struct Noted {
    created: NaiveDateTime,
    verified: Option<NaiveDateTime>,
}

impl Noted {
    fn updated(self) -> NaiveDateTime {
        self.verified.unwrap_or(self.created)
    }
}

fn email(address: String, email_type: &'static str, is_primary: bool, noted: Noted) -> DemoEmail {
    DemoEmail {
        address,
        email_type,
        is_primary,
        is_verified: noted.verified.is_some(),
        verified_at: noted.verified,
        created_at: noted.created,
        updated_at: noted.updated(),
    }
}

fn phone(number: String, country: &'static str, phone_type: &'static str, is_primary: bool, noted: Noted) -> DemoPhone {
    DemoPhone {
        number,
        country,
        extension: None,
        phone_type,
        is_primary,
        is_verified: noted.verified.is_some(),
        verified_at: noted.verified,
        created_at: noted.created,
        updated_at: noted.updated(),
    }
}

fn address(rng: &mut Rng, town: &Town, address_type: &'static str, noted: Noted) -> DemoAddress {
    const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
    let letter = |rng: &mut Rng| char::from(rng.pick(LETTERS));
    let line1 = format!("{} {}", rng.between(1, 180), rng.pick(STREETS));
    let last = match town.country {
        "IE" => format!("{}{}{}{}", letter(rng), rng.below(10), letter(rng), rng.below(10)),
        _ => format!("{}{}{}", rng.between(1, 9), letter(rng), letter(rng)),
    };
    let somewhere = |rng: &mut Rng, around: i64| degrees(around + rng.between(-9_000, 9_000));
    let is_placed = rng.percent(70);
    DemoAddress {
        line1,
        line2: None,
        city: town.name,
        postal_code: format!("{} {last}", town.code),
        region_id: Named::of(town.region.0),
        country_id: Named::of(town.country),
        latitude: is_placed.then(|| somewhere(rng, town.latitude)),
        longitude: is_placed.then(|| somewhere(rng, town.longitude)),
        address_type,
        is_primary: true,
        is_verified: noted.verified.is_some(),
        verified_at: noted.verified,
        created_at: noted.created,
        updated_at: noted.updated(),
    }
}

/// The contacts of a patient: children have the telephone of their home, and no mailbox.
pub(super) fn of_patient(rng: &mut Rng, person: &Person) -> Contacts {
    let created = person.created_at();
    let noted = |rng: &mut Rng, percent| {
        let day = plus(person.registered, rng.between(1, 60)).min(person.yesterday);
        let moment = day.and_time(clock(rng.between(8 * 3600, 18 * 3600))).max(created);
        Noted { created, verified: rng.percent(percent).then_some(moment) }
    };
    let is_adult = person.age(person.today) >= 16;
    let place = rng.below(10) as usize;
    // Most live near the hospital.
    let Some(town) = TOWNS.get(if place < TOWNS.len() { place } else { 0 }) else { return Contacts::default() };
    let mut contacts = Contacts::default();
    if is_adult && rng.percent(85) {
        let name = format!("{}{}@{}", mailbox(&person.name), person.n + 1, rng.pick(DOMAINS));
        let first = noted(rng, 60);
        contacts.emails.push(email(name, "personal", true, first));
        if rng.percent(12) {
            let work = format!("{}.work{}@{}", mailbox(&person.name), person.n + 1, rng.pick(DOMAINS));
            let second = noted(rng, 20);
            contacts.emails.push(email(work, "work", false, second));
        }
    }
    let (mobile, landline) = (is_adult && rng.percent(80), rng.percent(45));
    if mobile {
        let (number, when) = (number(rng, town.country, true), noted(rng, 70));
        contacts.phones.push(phone(number, town.country, "mobile", true, when));
    }
    if landline || !mobile {
        let (number, when) = (number(rng, town.country, false), noted(rng, 40));
        contacts.phones.push(phone(number, town.country, "home", !mobile, when));
    }
    let when = noted(rng, 50);
    let mut home = address(rng, town, "home", when);
    if rng.percent(25) {
        home.line2 = Some(format!("Flat {}", rng.between(1, 24)));
    }
    contacts.addresses.push(home);
    if is_adult && rng.percent(8) {
        let when = noted(rng, 0);
        contacts.addresses.push(address(rng, town, "postal", when));
    }
    contacts
}

/// The contacts of a doctor or an institution, from the name, so that they stay when the lists grow.
fn of_house(name: &str, country: &str, house: House) -> Contacts {
    let rng = &mut Rng::new(CHANCE, (settled(CHANCE, name) * 1e12) as u64);
    let entered = NaiveDate::from_ymd_opt(2015, 1, 5).unwrap_or_default().and_time(clock(8 * 3600));
    let noted = Noted { created: entered, verified: Some(entered) };
    let towns: Vec<&Town> = TOWNS.iter().filter(|town| town.country == country).collect();
    let Some(town) = rng.choose(&towns).copied() else { return Contacts::default() };
    let mut line = phone(number(rng, town.country, false), town.country, "work", true, noted);
    let domain = rng.pick(DOMAINS);
    let box_of = |whose: &str| format!("{whose}{}@{domain}", mailbox(name));
    let mut contacts = Contacts { addresses: vec![address(rng, town, "work", noted)], ..Contacts::default() };
    match house {
        House::Doctor { desk } => {
            line.extension = Some(desk.to_string());
            contacts.emails.push(email(box_of(""), "work", true, noted));
            contacts.phones.push(line);
        }
        House::Institution { day_and_night } => {
            contacts.emails.push(email(box_of("reception."), "work", true, noted));
            contacts.emails.push(email(box_of("billing."), "other", false, noted));
            contacts.phones.push(line);
            contacts.phones.push(phone(number(rng, town.country, false), town.country, "fax", true, noted));
            if day_and_night {
                // The emergency department has a number of its own.
                contacts.phones.push(phone(number(rng, town.country, false), town.country, "other", true, noted));
            }
            let billing = address(rng, town, "billing", noted);
            let line2 = Some("Accounts department".to_owned());
            contacts.addresses.push(DemoAddress { line2, ..billing });
        }
    }
    contacts
}

/// Whose contacts they are.
enum House {
    /// A doctor's, at an extension of the house.
    Doctor { desk: u64 },
    /// An institution's: the reception, the billing office, and the emergency department where there is one.
    Institution { day_and_night: bool },
}

/// The contacts of an institution.
pub(super) fn of_institution(name: &str, country: &str, institution_type: &str) -> Contacts {
    of_house(name, country, House::Institution { day_and_night: institution_type == "hospital" })
}

/// The contacts of a doctor who works in a country.
pub(super) fn of_doctor(name: &str, country: &str) -> Contacts {
    of_house(name, country, House::Doctor { desk: 100 + (settled(CHANCE ^ 1, name) * 900.0) as u64 })
}

#[cfg(test)]
mod tests {
    use super::super::{DemoPatient, doctors, institutions, patient};
    use super::*;

    fn some() -> Vec<DemoPatient> {
        (0..1500).map(|n| patient(42, n, NaiveDate::from_ymd_opt(2025, 11, 21).unwrap())).collect()
    }

    #[test]
    fn nobody_is_reached() {
        let patients = some();
        let phones = patients.iter().flat_map(|row| row.phones.clone());
        let phones = phones.chain(doctors::all().flat_map(|row| row.phones));
        let phones: Vec<_> = phones.chain(institutions::all().flat_map(|row| row.phones)).collect();
        for phone in &phones {
            let kept = [("+441914980", 13), ("+447700900", 13), ("+3532091", 13)];
            let film =
                kept.iter().any(|(prefix, length)| phone.number.starts_with(prefix) && phone.number.len() == *length);
            assert!(film, "{phone:?}");
        }
        let emails = patients.iter().flat_map(|row| row.emails.clone());
        let emails = emails.chain(doctors::all().flat_map(|row| row.emails));
        let emails: Vec<_> = emails.chain(institutions::all().flat_map(|row| row.emails)).collect();
        for email in &emails {
            assert!(DOMAINS.iter().any(|domain| email.address.ends_with(&format!("@{domain}"))), "{email:?}");
        }
        let distinct: std::collections::HashSet<&String> = emails.iter().map(|email| &email.address).collect();
        assert_eq!(distinct.len(), emails.len());
        assert!(phones.len() > 1500 && emails.len() > 1000);
    }

    #[test]
    fn an_institution_has_a_reception_a_billing_office_and_a_hospital_an_emergency_number() {
        for house in institutions::all() {
            let mailboxes: Vec<&str> =
                house.emails.iter().map(|row| row.address.split_once('.').unwrap_or_default().0).collect();
            assert_eq!(mailboxes, ["reception", "billing"], "{house:?}");
            let addresses: Vec<&str> = house.addresses.iter().map(|row| row.address_type).collect();
            assert_eq!(addresses, ["work", "billing"], "{house:?}");
            let numbers: std::collections::HashSet<&String> = house.phones.iter().map(|row| &row.number).collect();
            assert_eq!(numbers.len(), if house.institution_type == "hospital" { 3 } else { 2 }, "{house:?}");
        }
        // An address is in one region, which is not named by its kind.
        assert!(regions().all(|region| !region.name.contains(',')));
        assert_eq!(mailbox("Dr. Róisín Łuczak-Ångström"), "roisin.luczakangstrom");
    }

    #[test]
    fn every_patient_has_a_telephone_and_a_home_and_most_have_a_mailbox() {
        let patients = some();
        for row in &patients {
            assert!((1..=2).contains(&row.phones.len()), "{row:?}");
            assert_eq!(row.addresses.iter().filter(|address| address.address_type == "home").count(), 1);
            for (verified, at, created) in
                row.phones.iter().map(|row| (row.is_verified, row.verified_at, row.created_at))
            {
                assert!(verified == at.is_some() && at.is_none_or(|at| at >= created), "{row:?}");
            }
        }
        let mailboxes = patients.iter().filter(|row| !row.emails.is_empty()).count();
        assert!(mailboxes * 2 > patients.len() && mailboxes < patients.len(), "{mailboxes}");
    }
}
