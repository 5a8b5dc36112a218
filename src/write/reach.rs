//! Telephone numbers in the one form that is stored. Pure.

use phonenumber::{
    Mode, country,
    metadata::{DATABASE, Database},
};

/// The most characters of a number: a plus sign and fifteen digits (E.164).
const NUMBER: usize = 16;

/// A number in international form, or what it must be. `by` is the country in whose national form it may be written. A number has the length of
/// its country's numbers; whether it is in use is not looked up, because ranges are opened and closed.
pub(crate) fn phone(text: &str, by: Option<&str>) -> Result<String, String> {
    let text = text.trim();
    let what = || "a telephone number in international form, as +44 20 7946 0958".to_owned();
    let country = match by.map(|code| code.parse::<country::Id>().ok().filter(|_| has_numbers(code))) {
        Some(None) => return Err(format!("{}: the numbers of the country that is given are not known", what())),
        country => country.flatten(),
    };
    if country.is_none() && !text.contains('+') {
        return Err(format!("{}, or in national form with its country beside it", what()));
    }
    let number = phonenumber::parse(country, text).map_err(|_none| what())?;
    if number.extension().is_some() {
        return Err(format!("{}, with the extension in its own field", what()));
    }
    if country.is_some_and(|id| DATABASE.by_id(id.as_ref()).is_none_or(|of| of.country_code() != number.code().value()))
    {
        return Err(format!("{}, of the country that is given", what()));
    }
    let stored = number.format().mode(Mode::E164).to_string();
    match is_possible(&DATABASE, &number) && stored.len() <= NUMBER {
        true => Ok(stored),
        false => Err(format!("{}: it has too few or too many digits", what())),
    }
}

/// Whether the numbers of a country, by its two letters, are known.
pub(crate) fn has_numbers(country: &str) -> bool {
    country.parse::<country::Id>().is_ok_and(|id| DATABASE.by_id(id.as_ref()).is_some())
}

/// Whether the countries of the number's code have numbers of this length.
fn is_possible(database: &Database, number: &phonenumber::PhoneNumber) -> bool {
    let length = number.format().mode(Mode::E164).to_string().len() - 1 - number.code().value().to_string().len();
    let countries = database.by_code(&number.code().value()).unwrap_or_default();
    countries.iter().any(|of| {
        let kinds = of.descriptors();
        let kinds = [
            kinds.fixed_line(),
            kinds.mobile(),
            kinds.toll_free(),
            kinds.premium_rate(),
            kinds.shared_cost(),
            kinds.personal_number(),
            kinds.voip(),
            kinds.pager(),
            kinds.uan(),
            kinds.voicemail(),
        ];
        kinds.into_iter().flatten().any(|kind| kind.possible_length().contains(&(length as u16)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_international_or_has_its_country() {
        for (text, by, stored) in [
            ("+44 20 7946 0958", None, "+442079460958"),
            ("tel:+44-20-7946-0958", None, "+442079460958"),
            ("(020) 7946 0958", Some("GB"), "+442079460958"),
            ("+442079460958", Some("GB"), "+442079460958"),
            ("0044 20 7946 0958", Some("DE"), "+442079460958"),
            ("212-555-0100", Some("US"), "+12125550100"),
            ("+1 (212) 555-0100", Some("CA"), "+12125550100"),
            // Kept for films, so given to nobody, but as long as others.
            ("+44 1632 960101", None, "+441632960101"),
            ("07700 900123", Some("GB"), "+447700900123"),
            ("030 23125 123", Some("DE"), "+493023125123"),
        ] {
            let read = phone(text, by);
            match (text, by) {
                // It is of Germany then, and is not.
                ("0044 20 7946 0958", _) => assert!(read.unwrap_err().ends_with("of the country that is given")),
                _ => assert_eq!(read.as_deref(), Ok(stored), "{text}"),
            }
        }
        for (text, by, says) in [
            ("020 7946 0958", None, "with its country beside it"),
            ("+1 987 654", None, "too few or too many digits"),
            ("+44 20 7946 09581234", None, "digits"),
            ("+999 123456", None, "in international form"),
            ("call me", Some("GB"), "in international form"),
            ("", Some("GB"), "in international form"),
            ("+49 30 23125 123", Some("GB"), "of the country that is given"),
            ("+44 20 7946 0958 ext. 12", None, "with the extension in its own field"),
            ("1234567", Some("XX"), "are not known"),
        ] {
            let told = phone(text, by).unwrap_err();
            assert!(told.contains(says), "{text}: {told}");
        }
    }
}
