//! The pages of `docs/` that tell what the code knows: what stands below their mark is written from it.
//! `MEDIMAX_TEST_BLESS=1 scripts/test docs` writes it anew.

use medimax::{
    config::{Config, KEYS},
    error::Code,
};
use std::{collections::BTreeMap, fs, path::Path};

const MARK: &str = "<!-- What follows is written from the code: MEDIMAX_TEST_BLESS=1 scripts/test docs -->\n";

/// That a page has this text below its mark.
fn holds(page: &str, written: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page);
    let text = fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once(MARK).unwrap_or_else(|| panic!("docs/{page} has lost its mark"));
    let wanted = format!("{head}{MARK}{written}");
    let bless = std::env::var_os("MEDIMAX_TEST_BLESS").is_some();
    if bless {
        fs::write(&path, wanted).unwrap();
    } else {
        assert!(text == wanted, "docs/{page} is stale: MEDIMAX_TEST_BLESS=1 writes it anew, for you to look at");
    }
    assert!(!bless, "written anew: look at the diff, then run without MEDIMAX_TEST_BLESS");
}

/// A cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_docs_tell_every_key() {
    let defaults: BTreeMap<_, _> =
        Config::default().in_force().into_iter().map(|(key, value, _)| (key.name, value)).collect();
    let (mut text, mut group) = (String::new(), "");
    for key in KEYS {
        if key.group != group {
            group = key.group;
            text +=
                &format!("\n## {group}\n\n| Key | In the environment | Takes | Default | |\n|---|---|---|---|---|\n");
        }
        let default = match defaults[key.name].as_str() {
            "" => String::new(),
            value => format!("`{value}`"),
        };
        let takes = if key.secret { format!("{}, secret", key.takes) } else { key.takes.to_owned() };
        text += &format!(
            "| `{}` | `MEDIMAX_{}` | {takes} | {default} | {} |\n",
            key.name,
            key.name.to_uppercase(),
            cell(key.doc)
        );
    }
    holds("configuration.md", &text);
}

#[test]
fn the_docs_tell_every_code() {
    let mut text = "\n| `extensions.code` | Meaning | HTTP status | What to do |\n|---|---|---|---|\n".to_owned();
    for code in Code::ALL {
        let (meaning, status, todo) = code.told();
        text += &format!("| `{}` | {} | {} | {} |\n", code.as_str(), cell(meaning), cell(status), cell(todo));
    }
    holds("errors.md", &text);
}
