//! E-mail addresses in the one form that is stored. Pure.

/// The most bytes of an address, and of what stands before its `@` (RFC 5321).
const EMAIL: usize = 254;
const LOCAL: usize = 64;

/// An address with its domain in small letters, or what it must be. What stands before the `@` is kept: its case may matter to the server that has
/// the mailbox. Quoted names and addresses in brackets, which no patient has, are none.
pub fn email(text: &str) -> Result<String, String> {
    let parts = text.trim().split_once('@').filter(|(_, domain)| !domain.contains('@'));
    let address = parts.filter(|(local, domain)| is_local(local) && is_domain(domain));
    let address = address.map(|(local, domain)| format!("{local}@{}", domain.to_lowercase()));
    address.filter(|address| address.len() <= EMAIL).ok_or_else(|| {
        format!("an e-mail address of at most {EMAIL} characters, {LOCAL} of them before the @, as ann@example.org")
    })
}

fn is_local(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    text.len() <= LOCAL && text.split('.').all(|part| !part.is_empty() && part.chars().all(plain))
}

fn is_domain(text: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '-';
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && text.split('.').all(is_label) && !last.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        for (text, stored) in [
            (" Ann.B+x@Example.ORG ", "Ann.B+x@example.org"),
            ("o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"),
            ("a@b-c.example", "a@b-c.example"),
            ("jürgen@bücher.example", "jürgen@bücher.example"),
        ] {
            assert_eq!(email(text).as_deref(), Ok(stored), "{text}");
        }
        let long = format!("{}@example.org", "x".repeat(65));
        let longer = format!("a@{}.org", ["x".repeat(60).as_str(); 5].join("."));
        for text in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@example",
            "a@b@example.org",
            "an n@example.org",
            ".ann@example.org",
            "ann.@example.org",
            "a..b@example.org",
            "ann@-example.org",
            "ann@example-.org",
            "ann@.org",
            "ann@example.org.",
            "ann@127.0.0.1",
            "ann@[127.0.0.1]",
            "\"ann b\"@example.org",
            "Ann <ann@example.org>",
            "ann@exa_mple.org",
            "mailto:ann@example.org",
            "ann@example.org, b@example.org",
            &long,
            &longer,
        ] {
            assert!(email(text).is_err(), "{text}");
        }
        assert_eq!(email(&format!("{}@example.org", "x".repeat(64))).map(|text| text.len()), Ok(76));
    }
}
