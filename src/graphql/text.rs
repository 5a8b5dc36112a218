//! What must hold of text, in a column of its own and within JSON: one form, and no characters that are not text.

use super::rules::Longest;
use regex::Regex;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Text in the one form that is stored: trimmed, composed, lines ended alike.
pub fn clean(longest: Longest, text: &str) -> Result<Option<String>, (&'static str, String)> {
    let lines = matches!(longest, Longest::Prose(_));
    let text: String = text.replace("\r\n", "\n").trim().nfc().collect();
    if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t'))) {
        return Err(("CONTROL_CHARACTER", "this must hold no control characters".into()));
    }
    if text.chars().any(is_noncharacter) {
        return Err(("NONCHARACTER", "this must hold no noncharacters, as U+FFFE is one: no text has them".into()));
    }
    if !shows(&text) {
        return Ok(None);
    }
    // They turn the direction of what stands behind them, outside this text too. Marks within words (U+200E, U+200F) do not.
    if !lines && text.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
        let message =
            "this must hold no characters that turn the direction of text: U+202A to U+202E, U+2066 to U+2069";
        return Err(("DIRECTION_CONTROL", message.into()));
    }
    let too_long = |most: usize, unit: &str| Err(("TOO_LONG", format!("this must be no longer than {most} {unit}")));
    match longest {
        Longest::Line(most) if text.chars().count() > most => too_long(most, "characters"),
        Longest::Prose(most) if text.len() > most => too_long(most, "bytes"),
        _ => Ok(Some(text)),
    }
}

/// Whether Unicode keeps a code point free of characters for good.
pub fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether any character of a text is to be seen: none is that is a space, a control, a format character, a mark without a
/// letter, one of the fillers of Hangul, the blank of Braille, or kept for invisible ones to come.
pub fn shows(text: &str) -> bool {
    static SEEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let fillers = r"\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}\u{2065}\u{fff0}-\u{fff8}\u{e0000}-\u{e0fff}";
        Regex::new(&format!(r"[^\p{{Z}}\p{{Cc}}\p{{Cf}}\p{{M}}{fillers}]")).ok()
    });
    SEEN.as_ref().is_none_or(|seen| seen.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_stored_in_one_form() {
        let line = |text: &str| clean(Longest::Line(5), text);
        assert_eq!(line("  A\u{30a}sa "), Ok(Some("Åsa".into())));
        assert_eq!(line("\u{2003}\n"), Ok(None));
        assert_eq!(line("abcdef").unwrap_err().0, "TOO_LONG");
        assert_eq!(line("a\nb").unwrap_err().0, "CONTROL_CHARACTER");
        assert_eq!(clean(Longest::Prose(9), "a\r\n\tb"), Ok(Some("a\n\tb".into())));
        assert_eq!(clean(Longest::Prose(9), "a\u{0}b").unwrap_err().0, "CONTROL_CHARACTER");
        assert_eq!(clean(Longest::Prose(3), "ååå").unwrap_err().0, "TOO_LONG");
    }

    #[test]
    fn what_shows_nothing_is_blank() {
        let line = |text: &str| clean(Longest::Line(50), text);
        for text in [
            "\u{200b}",
            "\u{200e}",
            "\u{202e}",
            "\u{2060}",
            "\u{3164}",
            "\u{115f}",
            "\u{1160}",
            "\u{ffa0}",
            "\u{2800}",
            "\u{feff}",
            "\u{ad}",
            "\u{301}",
            "\u{301}\u{302}",
            "\u{180e}",
            "\u{fe0f}",
            "\u{e0100}",
            "\u{e0001}",
            "\u{3000}\u{200b} \u{3164}",
        ] {
            assert_eq!(line(text), Ok(None), "{text:?}");
            assert_eq!(clean(Longest::Prose(50), text), Ok(None), "{text:?}");
        }
        for text in
            ["Ö", "李", "علي", "-", "1", "❤\u{fe0f}", "\u{e000}", "می\u{200c}خواهم", "דוד\u{200f}", "क\u{94d}\u{200d}ष"]
        {
            assert_eq!(line(text), Ok(Some(text.into())), "{text:?}");
        }
    }

    #[test]
    fn noncharacters_and_what_turns_the_direction_are_refused() {
        let code = |longest, text: &str| clean(longest, text).map_err(|(code, _)| code);
        for text in ["a\u{fffe}", "\u{ffff}", "\u{fdd0}b", "a\u{fdef}", "\u{1fffe}", "a\u{10ffff}"] {
            assert_eq!(code(Longest::Line(5), text), Err("NONCHARACTER"), "{text:?}");
            assert_eq!(code(Longest::Prose(50), text), Err("NONCHARACTER"), "{text:?}");
        }
        for text in ["a\u{202e}b", "\u{202a}a", "a\u{2066}b\u{2069}", "\u{2068}a"] {
            assert_eq!(code(Longest::Line(5), text), Err("DIRECTION_CONTROL"), "{text:?}");
            assert_eq!(code(Longest::Prose(50), text), Ok(Some(text.into())), "{text:?}");
        }
    }
}
