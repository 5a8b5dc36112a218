//! Types of keys that take one of a few words, or a share.

use super::setting::Setting;

/// Declares a key's type: its values, and how each is written.
macro_rules! choices {
    ($($(#[doc = $doc:literal])* $type:ident, $expected:literal { $($(#[doc = $says:literal])* $value:ident = $text:literal),* })*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($(#[doc = $says])* $value),* }

        impl Setting for $type {
            const EXPECTED: &'static str = $expected;
            fn read(text: &str) -> Option<Self> {
                match text {
                    $($text => Some($type::$value),)*
                    _ => None,
                }
            }
            fn show(&self) -> String {
                match self {
                    $($type::$value => $text,)*
                }
                .into()
            }
        }
    )* }
}

choices! {
    /// Who may have a request explained.
    Explain, "off, loopback or on" {
        /// Nobody.
        Off = "off",
        /// Clients on the same machine.
        Loopback = "loopback",
        /// Whoever may ask.
        On = "on"
    }
    /// What becomes of an answer whose entry in the access log cannot be written.
    AccessLog, "required, lenient or off" {
        /// It is held back.
        Required = "required",
        /// It is given, and the gateway's own log says so.
        Lenient = "lenient",
        /// There is no access log.
        Off = "off"
    }
    /// How log lines are written.
    LogFormat, "text or json" {
        /// For people.
        Text = "text",
        /// An object a line, for programs.
        Json = "json"
    }
    /// Which requests get a line in the log.
    LogRequests, "off, errors or all" {
        /// None.
        Off = "off",
        /// Those whose answer has an error.
        Errors = "errors",
        /// Each.
        All = "all"
    }
}

/// A number from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share(f64);

impl Share {
    /// Everything.
    pub const ALL: Share = Share(1.0);

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Setting for Share {
    const EXPECTED: &'static str = "a number from 0 to 1";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(Share)
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_share_is_taken_for_one() {
        assert_eq!(
            ["0", "0.25", "1"].map(|text| Share::read(text).map(Share::get)),
            [Some(0.0), Some(0.25), Some(1.0)]
        );
        assert!(["", "-0.1", "1.1", "NaN", "inf", "half"].iter().all(|text| Share::read(text).is_none()));
    }
}
