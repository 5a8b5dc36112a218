//! What partners use patients' data for.

use crate::db::{Enumerated, enumeration};

enumeration! {
    /// What a partner uses patients' data for.
    Purpose {
        /// The patient is treated elsewhere.
        Treatment "TREATMENT" = "treatment",
        /// The patient asked somebody else for an opinion.
        SecondOpinion "SECOND_OPINION" = "second_opinion",
        /// The cost of the patient's care is paid for.
        Insurance "INSURANCE" = "insurance",
        /// The patient takes part in a study.
        Research "RESEARCH" = "research",
        /// The patient uses a program of the partner, as an app.
        PersonalUse "PERSONAL_USE" = "personal_use",
    }
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 5] =
        [Purpose::Treatment, Purpose::SecondOpinion, Purpose::Insurance, Purpose::Research, Purpose::PersonalUse];

    /// The purpose of a name, in whatever case.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name().eq_ignore_ascii_case(text))
    }

    /// The purpose of a stored spelling.
    pub fn of_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.stored() == text)
    }

    /// How it is stored.
    pub fn stored(self) -> &'static str {
        Self::OF.canonical(self.name()).unwrap_or_default()
    }
}
