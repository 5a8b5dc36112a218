//! Forms in which names are compared. Hospitals, catalogs and drug makers write one thing in many ways; what is done
//! about it is here, and is the same for both ends of a comparison.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The form names are compared in: without case, accents, punctuation, spacing and possessive `'s`. Empty for a text
/// without letters or digits, which names nothing.
pub fn key(text: &str) -> String {
    words(text).concat()
}

/// As [`key`], and each word in the singular, for names that are found in no other way.
///
/// Only regular plurals are known, and only in words of four letters or more: "headaches", "rashes", "allergies", but not
/// "diagnoses". Words that merely look like a plural ("diabetes") lose their ending on both sides of a comparison.
pub fn singular_key(text: &str) -> String {
    words(text).iter().map(|word| singular(word)).collect()
}

/// The words of a text: without case and accents, split at whatever is neither letter nor digit.
pub fn words(text: &str) -> Vec<String> {
    let folded = folded(text);
    let mut words = Vec::new();
    for spaced in folded.split_whitespace() {
        // A possessive ends a word: what follows its apostrophe is no word of its own.
        let bare = spaced.trim_end_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.strip_suffix('s').and_then(|owner| owner.strip_suffix(APOSTROPHES)).unwrap_or(bare);
        let parts = bare.split(|c: char| !c.is_alphanumeric() && !APOSTROPHES.contains(&c));
        // Another apostrophe stands within a name ("D'Arcy").
        let parts = parts.map(|part| part.replace(APOSTROPHES, ""));
        words.extend(parts.filter(|part| !part.is_empty()));
    }
    words
}

/// A name that stands inverted, the right way round: "Purpura, Thrombocytopenic, Idiopathic" is "Idiopathic
/// Thrombocytopenic Purpura".
pub fn inverted(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.rsplit(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    (parts.len() > 1).then(|| parts.join(" "))
}

/// What a drug's name may come down to, the fullest first: without strength, form and route; then without salt too.
///
/// A name that consists of such words alone ("Calcium acetate") does not come down to nothing, nor to its metal.
pub fn ingredient(text: &str) -> Vec<String> {
    let all = words(text);
    let mut drug: Vec<&str> = Vec::new();
    let mut after_number = false;
    for word in &all {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = unit.len() < word.len() && (unit.is_empty() || UNITS.contains(&unit));
        let is_strength = is_number || (after_number && UNITS.contains(&unit));
        if !is_strength && !FORMS.contains(&word.as_str()) {
            drug.push(word);
        }
        after_number = is_strength;
    }
    let base: Vec<&str> = drug.iter().copied().filter(|word| !SALTS.contains(word)).collect();
    let mut found: Vec<String> = Vec::new();
    for (candidate, fuller) in [(&drug, all.len()), (&base, drug.len())] {
        if !candidate.is_empty() && candidate.len() < fuller {
            found.push(candidate.join(" "));
        }
    }
    found
}

const APOSTROPHES: [char; 5] = ['\'', '\u{2019}', '\u{2018}', '\u{2bc}', '`'];

/// Lower case, compatibility forms spelled out, marks dropped; and the letters that have no such form.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase).nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            other => folded.push(other),
        }
    }
    folded
}

fn singular(word: &str) -> String {
    let one = match word.strip_suffix('s') {
        Some(one) if word.chars().count() > 3 && !one.ends_with(['s', 'u', 'i']) => one,
        _ => word,
    };
    // "allergies" has lost its s, "rashes" too; "headache" must come out as "headaches" does.
    match one.strip_suffix("ie") {
        Some(stem) if stem.chars().count() > 1 => format!("{stem}y"),
        _ if one.ends_with("he") || one.ends_with("xe") || one.ends_with("sse") => one.trim_end_matches('e').to_owned(),
        _ => one.to_owned(),
    }
}

/// What follows the number of a strength. (µ is μ once it is folded.)
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "mg", "g", "mcg", "ug", "μg", "ng", "kg", "ml", "l", "dl", "iu", "u", "unit", "units", "meq", "mmol", "mol",
    "percent", "dose", "doses", "actuation", "actuations", "puff", "puffs", "h", "hr", "hour", "hours", "day", "days",
    "x",
];

/// Forms, ways of release and routes.
#[rustfmt::skip]
const FORMS: &[&str] = &[
    "tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "caplet", "caplets", "pill", "pills",
    "lozenge", "lozenges", "sachet", "sachets", "granules", "powder", "solution", "suspension", "syrup", "elixir",
    "liquid", "drop", "drops", "injection", "inj", "infusion", "vial", "vials", "ampoule", "ampoules", "syringe",
    "pen", "cream", "ointment", "gel", "lotion", "foam", "shampoo", "spray", "mouthwash", "patch", "patches",
    "suppository", "suppositories", "pessary", "pessaries", "enema", "inhaler", "inhalation", "aerosol", "evohaler",
    "nebuliser", "nebulizer", "nebules", "film", "coated", "enteric", "ec", "gastro", "resistant", "chewable",
    "soluble", "dispersible", "effervescent", "orodispersible", "odt", "modified", "extended", "sustained",
    "prolonged", "controlled", "delayed", "immediate", "slow", "release", "retard", "xr", "xl", "er", "sr", "mr",
    "la", "cr", "dr", "cd", "ir", "oral", "orally", "po", "intravenous", "iv", "intramuscular", "im", "subcutaneous",
    "sc", "sublingual", "buccal", "topical", "nasal", "ophthalmic", "eye", "otic", "ear", "rectal", "vaginal",
    "transdermal", "inhaled",
];

/// Salts, esters and water of crystallisation. Lithium is missing: it is the drug, whichever its salt. The esters of
/// nitric acid are too: isosorbide mononitrate and dinitrate are different drugs.
#[rustfmt::skip]
const SALTS: &[&str] = &[
    "hydrochloride", "dihydrochloride", "hcl", "hydrobromide", "bromide", "chloride", "iodide", "sodium", "disodium",
    "potassium", "calcium", "magnesium", "zinc", "iron", "ferrous", "ferric", "aluminium", "aluminum", "carbonate",
    "bicarbonate", "hydroxide", "oxide", "maleate", "besylate", "besilate", "mesylate", "mesilate", "tosylate",
    "tosilate", "sulfate", "sulphate", "bisulfate", "succinate", "tartrate", "bitartrate", "hemitartrate", "fumarate",
    "hemifumarate", "phosphate", "diphosphate", "acetate", "citrate", "nitrate", "gluconate", "lactate", "oxalate",
    "malate", "propionate", "dipropionate", "furoate", "valerate", "xinafoate", "pamoate", "embonate", "palmitate",
    "decanoate", "enanthate", "hyclate", "tromethamine", "trometamol", "meglumine", "erbumine", "arginine",
    "medoxomil", "cilexetil", "axetil", "proxetil", "mofetil", "pivoxil", "dipivoxil", "etexilate", "anhydrous",
    "hydrate", "hemihydrate", "monohydrate", "dihydrate", "trihydrate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_many_spellings_has_one_key() {
        for (spellings, expected) in [
            (&["Crohn's disease", "Crohn\u{2019}s Disease", "CROHN DISEASE", "crohn disease "][..], "crohndisease"),
            (&["Fuchs' endothelial dystrophy", "Fuchs endothelial dystrophy"], "fuchsendothelialdystrophy"),
            (&["Behçet's disease", "Behcet disease", "Behc\u{327}et's, disease"], "behcetdisease"),
            (&["Ménière's disease", "Meniere's disease"], "menieredisease"),
            (&["Sjøgren", "SJÖGREN", "sjogren"], "sjogren"),
            (&["Dyskinesia, Drug-Induced", "dyskinesia drug induced"], "dyskinesiadruginduced"),
            (&["head ache", "Headache", "head-ache"], "headache"),
            (&["Brown-S\u{e9}quard Syndrome", "Brown Sequard syndrome"], "brownsequardsyndrome"),
            (&["D'Arcy's sign (left)", "darcy sign left"], "darcysignleft"),
            (&["H₂ blocker", "H2-blocker"], "h2blocker"),
        ] {
            for spelling in spellings {
                assert_eq!(key(spelling), expected, "{spelling}");
            }
        }
        // The s of a name is no possessive.
        assert_ne!(key("Graves' disease"), key("Grave disease"));
        for nothing in ["", "  ", "--", "?", "'s"] {
            assert_eq!(key(nothing), "", "{nothing:?}");
        }
    }

    #[test]
    fn only_regular_plurals_are_singular() {
        for (many, one) in [
            ("Headaches", "headache"),
            ("skin rashes", "Skin rash"),
            ("Hot Flashes", "hot flash"),
            ("Allergies", "allergy"),
            ("Seizures", "seizure"),
            ("abscesses", "abscess"),
            ("Tics", "tic"),
            ("reflexes", "reflex"),
            ("Crohns disease", "Crohn's disease"),
            ("Night sweats", "night sweat"),
        ] {
            assert_eq!(singular_key(many), singular_key(one), "{many}");
            assert_ne!(key(many), key(one), "{many}");
        }
        for (word, other) in [("Tinnitus", "Tinnitu"), ("Pyrosis", "Pyrosi"), ("Illness", "Illnes"), ("Gas", "Ga")] {
            assert_ne!(singular_key(word), singular_key(other), "{word}");
        }
    }

    #[test]
    fn words_are_whole_and_bare() {
        assert_eq!(words("Alzheimer's Disease, early-onset"), ["alzheimer", "disease", "early", "onset"]);
        assert_eq!(words("(Crohn's)"), ["crohn"]);
        assert_eq!(words(" , "), [""; 0]);
    }

    #[test]
    fn inversions_are_turned_around() {
        assert_eq!(inverted("Pain, Postoperative").as_deref(), Some("Postoperative Pain"));
        let purpura = inverted("Purpura, Thrombocytopenic, Idiopathic");
        assert_eq!(purpura.as_deref(), Some("Idiopathic Thrombocytopenic Purpura"));
        assert_eq!(inverted("Headache"), None);
        assert_eq!(inverted("Headache,"), None);
    }

    #[test]
    fn a_drug_comes_down_to_its_ingredient() {
        for (text, expected) in [
            ("Metformin hydrochloride 500 mg modified release tablets", &["metformin hydrochloride", "metformin"][..]),
            ("Glucophage XR 1,000 mg", &["glucophage"]),
            ("Amoxicillin 10mg/5ml oral suspension", &["amoxicillin"]),
            ("Betaxolol 0.1% eye drops", &["betaxolol"]),
            ("Insulin glargine 100 units/ml pen", &["insulin glargine"]),
            ("Amlodipine (besylate)", &["amlodipine"]),
            ("Enalapril maleate 2.5mg", &["enalapril maleate", "enalapril"]),
            ("levothyroxine sodium 50 µg", &["levothyroxine sodium", "levothyroxine"]),
            ("Ipratropium bromide", &["ipratropium"]),
            ("Lithium carbonate 400 mg", &["lithium carbonate", "lithium"]),
            ("Metformin", &[]),
            // Neither a salt nor a letter of a name is a strength.
            ("Calcium acetate", &[]),
            ("L-DOPA", &[]),
            ("WF10", &[]),
            ("Vitamin D 1000 IU", &["vitamin d"]),
            ("Isosorbide Dinitrate", &[]),
            ("500 mg tablets", &[]),
        ] {
            assert_eq!(ingredient(text), expected, "{text}");
        }
    }
}
