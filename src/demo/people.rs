//! Names of people from many places.

use super::rng::Rng;

/// Given and family names that are found together.
struct Origin {
    /// How many in a hundred.
    percent: u64,
    men: &'static [&'static str],
    women: &'static [&'static str],
    families: &'static [&'static str],
}

static ORIGINS: &[Origin] = &[
    // Britain and North America
    Origin {
        percent: 20,
        men: &[
            "James", "Oliver", "William", "George", "Henry", "Thomas", "Edward", "Arthur", "Samuel", "Daniel", "Jack",
            "Lewis", "Callum", "Ethan",
        ],
        women: &[
            "Emily",
            "Charlotte",
            "Grace",
            "Hannah",
            "Lucy",
            "Eleanor",
            "Margaret",
            "Alice",
            "Ruth",
            "Jessica",
            "Isla",
            "Florence",
            "Abigail",
            "Zoë",
        ],
        families: &[
            "Smith",
            "Taylor",
            "Brown",
            "Wilson",
            "Thompson",
            "Walker",
            "Wright",
            "Robinson",
            "Hughes",
            "Edwards",
            "Clarke",
            "Fletcher",
            "Hawthorne",
            "Ashworth",
            "Campbell",
            "MacLeod",
            "St. John",
            "Price",
        ],
    },
    // Ireland
    Origin {
        percent: 6,
        men: &["Seán", "Conor", "Cillian", "Pádraig", "Oisín", "Brendan", "Declan", "Eoin", "Fionn"],
        women: &["Aoife", "Niamh", "Siobhán", "Ciara", "Róisín", "Maeve", "Sinéad", "Orla", "Gráinne"],
        families: &[
            "O'Brien",
            "O'Connor",
            "Byrne",
            "Murphy",
            "Kelly",
            "Ó Súilleabháin",
            "Fitzgerald",
            "McCarthy",
            "D'Arcy",
            "Nolan",
        ],
    },
    // Spain and Latin America
    Origin {
        percent: 11,
        men: &["José", "Mateo", "Santiago", "Andrés", "Joaquín", "Luis", "Álvaro", "Diego", "Raúl", "Iñigo", "Martín"],
        women: &[
            "María",
            "Lucía",
            "Valentina",
            "Sofía",
            "Inés",
            "Camila",
            "Begoña",
            "Ximena",
            "Rocío",
            "Elena",
            "Paloma",
        ],
        families: &[
            "García",
            "Rodríguez",
            "Hernández",
            "Muñoz",
            "Ibáñez",
            "Castro",
            "Vargas",
            "Peña",
            "Núñez",
            "Romero",
            "de la Cruz",
            "Ortega",
            "Quiñones",
            "Salazar",
            "Méndez",
        ],
    },
    // Portugal and Brazil
    Origin {
        percent: 5,
        men: &["João", "Tiago", "Gonçalo", "Rui", "Caetano", "Luís", "Davi", "Otávio"],
        women: &["Beatriz", "Inês", "Conceição", "Fernanda", "Lívia", "Marisa", "Thaís", "Joana"],
        families: &[
            "Silva",
            "Conceição",
            "Magalhães",
            "dos Santos",
            "Araújo",
            "Sá",
            "Teixeira",
            "Brandão",
            "Nascimento",
            "Guimarães",
        ],
    },
    // France
    Origin {
        percent: 6,
        men: &["Jean-Luc", "François", "Étienne", "Mathieu", "Rémi", "Théo", "Gaël", "Loïc", "Benoît"],
        women: &["Camille", "Chloé", "Anne-Sophie", "Élodie", "Manon", "Hélène", "Noémie", "Marie-Claire", "Inès"],
        families: &[
            "Lefèvre",
            "Dubois",
            "d'Estaing",
            "Moreau",
            "Béranger",
            "Gauthier",
            "Fournier",
            "Le Gall",
            "Perrault",
            "Hébert",
            "Ly",
        ],
    },
    // Germany, the Netherlands
    Origin {
        percent: 7,
        men: &["Lukas", "Jürgen", "Matthias", "Bas", "Hendrik", "Jörg", "Karl-Heinz", "Sven", "Felix", "Joost"],
        women: &["Anneliese", "Käthe", "Saskia", "Heike", "Lotte", "Ursula", "Femke", "Jana", "Sünje", "Mareike"],
        families: &[
            "Müller",
            "Schröder",
            "Weiß",
            "van den Berg",
            "Köhler",
            "de Vries",
            "Hoffmann",
            "Jäger",
            "Bakker",
            "von Arnim",
            "Schäfer",
            "Vogt",
        ],
    },
    // The North
    Origin {
        percent: 4,
        men: &["Bjørn", "Lars", "Søren", "Åke", "Mikko", "Sigurður", "Øyvind", "Anders"],
        women: &["Astrid", "Åsa", "Freja", "Solveig", "Aino", "Guðrún", "Linnéa", "Maren"],
        families: &[
            "Jørgensen",
            "Åkesson",
            "Lindström",
            "Nygård",
            "Virtanen",
            "Østergaard",
            "Bergqvist",
            "Mäkinen",
            "Sørlie",
        ],
    },
    // Italy and Greece
    Origin {
        percent: 6,
        men: &["Luca", "Niccolò", "Alessandro", "Giorgio", "Dimitris", "Matteo", "Stavros", "Pietro"],
        women: &["Giulia", "Chiara", "Francesca", "Eleni", "Beatrice", "Noemi", "Katerina", "Rosalia"],
        families: &[
            "Rossi",
            "D'Angelo",
            "Esposito",
            "Papadakis",
            "Conti",
            "Dell'Acqua",
            "Marchetti",
            "Moretti",
            "Galanis",
            "Lo Presti",
            "Re",
        ],
    },
    // The East of Europe
    Origin {
        percent: 7,
        men: &["Jakub", "Wojciech", "Tomáš", "Andrei", "Miloš", "Oleksandr", "Łukasz", "Ivo", "Bence", "Jiří"],
        women: &["Agnieszka", "Zuzana", "Oksana", "Małgorzata", "Ioana", "Jelena", "Kinga", "Ana", "Réka", "Žaneta"],
        families: &[
            "Nowak",
            "Wójcik",
            "Kovačević",
            "Popescu",
            "Dvořák",
            "Szabó",
            "Kravchenko",
            "Horvat",
            "Mazur",
            "Ștefănescu",
            "Baran",
            "Ilić",
            "Gâlcă",
        ],
    },
    // Arab countries, Turkey, Iran
    Origin {
        percent: 7,
        men: &["Omar", "Yusuf", "Karim", "Mehmet", "Reza", "Hassan", "Çağlar", "Bilal", "Nasser", "Ali"],
        women: &["Fatima", "Layla", "Zeynep", "Nour", "Shirin", "Aisha", "Gülşen", "Mariam", "Yasmin", "Esra"],
        families: &[
            "Al-Sayed",
            "Haddad",
            "Yılmaz",
            "Öztürk",
            "Rahimi",
            "El Amrani",
            "Khoury",
            "Nasser",
            "Şahin",
            "Farahani",
            "Aziz",
            "Ben Youssef",
        ],
    },
    // South Asia
    Origin {
        percent: 10,
        men: &["Arjun", "Rohan", "Imran", "Vikram", "Anil", "Suresh", "Faisal", "Dev", "Harpreet", "Om", "Nuwan"],
        women: &[
            "Priya", "Ananya", "Kavita", "Meera", "Sana", "Lakshmi", "Nisha", "Deepa", "Rukhsana", "Uma", "Ishani",
        ],
        families: &[
            "Sharma",
            "Patel",
            "Khan",
            "Iyer",
            "Reddy",
            "Chowdhury",
            "Singh",
            "Banerjee",
            "Das",
            "Perera",
            "Malik",
            "Rao",
            "Nair",
            "Joshi",
            "Mukhopadhyay",
        ],
    },
    // China and its neighbours overseas
    Origin {
        percent: 6,
        men: &["Wei", "Jun", "Hao", "Ming", "Chi-Wai", "Bo", "Zhiyuan", "Kai", "Lok"],
        women: &["Li", "Mei", "Xiu-Ying", "Jing", "Hui-Min", "Fang", "Yan", "An", "Siu-Ling"],
        families: &["Li", "Wang", "Ng", "Chen", "Wu", "Zhang", "Lam", "Ho", "Xu", "Ouyang", "Lü", "Tan"],
    },
    // Japan and Korea
    Origin {
        percent: 4,
        men: &["Hiroshi", "Kenta", "Ren", "Min-jun", "Sung-ho", "Daichi", "Jae-won", "Takumi"],
        women: &["Yuki", "Sakura", "Aiko", "Ji-woo", "Seo-yeon", "Emi", "Naoko", "Hye-jin"],
        families: &["Satō", "Tanaka", "Kim", "Park", "Itō", "Choi", "Nakamura", "Oh", "Yamaguchi", "Ōta", "Yi"],
    },
    // Vietnam, the Philippines, Indonesia
    Origin {
        percent: 5,
        men: &["Minh", "Đức", "Jose Rizalino", "Budi", "Tuấn", "Agus", "Ramon", "Bảo"],
        women: &["Linh", "Hương", "Maria Luz", "Dewi", "Thảo", "Siti", "Ngọc", "Althea"],
        families: &["Nguyễn", "Trần", "Dela Cruz", "Wijaya", "Lê", "Bautista", "Hoàng", "Santoso", "Đỗ", "Reyes", "Vũ"],
    },
    // Africa
    Origin {
        percent: 7,
        men: &["Kwame", "Chinedu", "Tendai", "Moussa", "Abebe", "Sipho", "Kofi", "Olúwaṣeun", "Juma", "Amadou"],
        women: &["Amina", "Ngozi", "Thandiwe", "Fatou", "Selam", "Abena", "Wanjiru", "Chiamaka", "Adunni", "Zanele"],
        families: &[
            "Okafor",
            "Mensah",
            "N'Diaye",
            "Dlamini",
            "Tesfaye",
            "Adébáyò",
            "Kamau",
            "Diallo",
            "Mwangi",
            "Nkosi",
            "Osei",
            "Traoré",
            "Eze",
            "Ba",
        ],
    },
    // Hebrew, Armenian, Georgian
    Origin {
        percent: 3,
        men: &["Noam", "Eitan", "Tigran", "Giorgi", "Ariel", "Hayk"],
        women: &["Tamar", "Shira", "Anahit", "Nino", "Yael", "Lusine"],
        families: &["Cohen", "Ben-David", "Levi", "Sargsyan", "Beridze", "Mizrahi", "Petrosyan", "Katz"],
    },
    // Hawaiʻi, Aotearoa, Samoa
    Origin {
        percent: 2,
        men: &["Kai", "Tāne", "Sione", "Wiremu", "Keoni"],
        women: &["Leilani", "Aroha", "Mele", "Hinemoa", "Kalena"],
        families: &["Kealoha", "Ngata", "Tuilagi", "Parata", "Kahananui", "Faleolo"],
    },
];

/// A given name and the whole name.
pub(super) fn name(rng: &mut Rng, sex: &str) -> (&'static str, String) {
    let home = origin(rng);
    let given = match sex {
        "Male" => home.men,
        "Female" => home.women,
        _ if rng.percent(50) => home.men,
        _ => home.women,
    };
    let given = rng.pick(given);
    // Families mix: some names come from two places.
    let other = origin(rng);
    let from = if rng.percent(12) { other } else { home };
    let family = rng.pick(from.families);
    let second = rng.pick(other.families);
    let style = rng.below(100);
    let whole = match style {
        // Double-barrelled, of two simple names only.
        0..4 if second != family && !second.contains([' ', '-']) && !family.contains([' ', '-']) => {
            format!("{given} {family}-{second}")
        }
        4..14 => format!("{given} {}. {family}", (b'A' + rng.below(23) as u8) as char),
        _ => format!("{given} {family}"),
    };
    (given, whole)
}

fn origin(rng: &mut Rng) -> &'static Origin {
    static NOBODY: Origin = Origin { percent: 0, men: &[], women: &[], families: &[] };
    let mut left = rng.below(ORIGINS.iter().map(|origin| origin.percent).sum());
    for origin in ORIGINS {
        if left < origin.percent {
            return origin;
        }
        left -= origin.percent;
    }
    &NOBODY
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn count(names: impl Fn(&Origin) -> &'static [&'static str]) -> usize {
        ORIGINS.iter().flat_map(|origin| names(origin).iter()).collect::<HashSet<_>>().len()
    }

    #[test]
    fn there_are_names_enough() {
        let (men, women, families) = (count(|o| o.men), count(|o| o.women), count(|o| o.families));
        assert!(men >= 145 && women >= 145 && families >= 190, "{men} {women} {families}");
    }

    #[test]
    fn every_draw_has_a_name() {
        let mut rng = Rng::new(1, 1);
        for sex in ["Male", "Female", "Other"] {
            for _ in 0..2000 {
                let (given, whole) = name(&mut rng, sex);
                assert!(!given.is_empty() && whole.starts_with(given) && whole.len() > given.len() + 2, "{whole}");
            }
        }
    }
}
