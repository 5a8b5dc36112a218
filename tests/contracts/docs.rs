//! The pages for readers: where their links lead, whom they are for, and how long README is. What stands below the mark of a page is
//! written from the code; `MEDIMAX_TEST_BLESS=1 scripts/test docs` writes it anew.

use medimax::{
    config::{Config, KEYS},
    db::Enumerated,
    error::Code,
    graphql::{
        class::{self, Class},
        json_schema::JsonSchema,
    },
    records::vitals::{VITAL_SIGNS, VitalSign},
    schema::entities,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

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

#[test]
fn the_docs_tell_every_vital_sign() {
    let JsonSchema::SomeOf(members) = &VITAL_SIGNS else { panic!("{VITAL_SIGNS:?}") };
    let mut text = "\n| `VitalSign` | Member of `data` | Meaning | Units, with the least and the greatest number |\n|---|---|---|---|\n".to_owned();
    for sign in VitalSign::OF.values {
        let member = members.iter().find(|member| member.name == sign.stored).unwrap();
        let JsonSchema::Measure(units) = member.schema else { panic!("{member:?}") };
        let units: Vec<String> =
            units.iter().map(|(unit, least, greatest)| format!("`{unit}` {least} to {greatest}")).collect();
        text += &format!("| `{}` | `{}` | {} | {} |\n", sign.name, sign.stored, cell(sign.doc), units.join(", "));
    }
    assert_eq!(members.len(), VitalSign::OF.values.len());
    holds("vital-signs.md", &text);
}

#[test]
fn the_docs_tell_every_class() {
    let mut text = "\n| Class | |\n|---|---|\n".to_owned();
    for class in Class::ALL {
        text += &format!("| `{}` | {} |\n", class.name(), cell(class.doc()));
    }
    text += "\n| Field | Column | Class |\n|---|---|---|\n";
    for line in class::listed(entities()).lines() {
        let cells: Vec<String> = line.split(' ').map(|cell| format!("`{cell}`")).collect();
        text += &format!("| {} |\n", cells.join(" | "));
    }
    holds("classes.md", &text);
}

/// The pages that are read, and their texts. No symbolic link is in their paths, so that targets of links are found among them.
pub(super) fn pages() -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let mut pages = BTreeMap::new();
    for folder in ["", "docs", "docs/clients"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.insert(path.clone(), fs::read_to_string(path).unwrap());
            }
        }
    }
    pages
}

/// A page without what stands in blocks of code.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).collect()
}

/// The anchors of a page's headings, as the usual readers of Markdown make them.
fn anchors(text: &str) -> Vec<String> {
    let prose = prose(text);
    let headings = prose
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    let anchor = |heading: &str| {
        let kept =
            heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
        kept.trim().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_of_the_docs_leads_somewhere() {
    let pages = pages();
    let (mut looked_at, mut lost) = (0, Vec::new());
    for (page, text) in &pages {
        let prose = prose(text);
        for link in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            looked_at += 1;
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let there = target.canonicalize();
            let leads = there.as_ref().is_ok_and(|target| {
                let headings = || {
                    pages
                        .get(target)
                        .is_some_and(|text| anchors(text).iter().any(|known| Some(known.as_str()) == anchor))
                };
                anchor.is_none() || headings()
            });
            if !leads {
                lost.push(format!("{}: {link}", page.file_name().unwrap().display()));
            }
        }
    }
    assert!(looked_at > 50, "only {looked_at} links were looked at");
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The places in files that are no pages where a page of `docs/` is named: file, page, and the heading behind `#`.
fn mentions() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if ![".git", "target", "node_modules", "dist", "data", "docs"].contains(&name.as_str()) {
                    folders.push(path);
                }
                continue;
            }
            // What is no text names no page.
            let text = fs::read_to_string(&path).unwrap_or_default();
            for rest in text.split("docs/").skip(1).filter(|_| !name.ends_with(".md")) {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || "-_./#".contains(c))).unwrap_or(rest.len());
                let page = rest[..end].trim_end_matches(['.', '/']);
                if page.contains(".md") {
                    found.push((path.clone(), page.to_owned()));
                }
            }
        }
    }
    found
}

#[test]
fn every_page_of_the_docs_that_a_file_names_is_there() {
    let (docs, found) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"), mentions());
    for (file, named) in &found {
        let (page, anchor) =
            named.split_once('#').map_or((named.as_str(), None), |(page, anchor)| (page, Some(anchor)));
        let text = fs::read_to_string(docs.join(page));
        let text = text.unwrap_or_else(|error| panic!("{}: docs/{page}: {error}", file.display()));
        let there = anchor.is_none_or(|anchor| anchors(&text).iter().any(|known| known == anchor));
        assert!(there, "{}: docs/{named} is no heading", file.display());
    }
    assert!(found.len() > 5, "only {found:?}");
}

#[test]
fn the_page_of_queries_tells_every_scalar() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [schema, page] = ["schema.graphql", "docs/queries.md"].map(|file| fs::read_to_string(root.join(file)).unwrap());
    let scalars: Vec<&str> = schema
        .lines()
        .filter_map(|line| line.strip_prefix("scalar ")?.split_whitespace().next())
        .filter(|name| !["ID", "Int", "Float", "String", "Boolean"].contains(name))
        .collect();
    assert!(scalars.contains(&"DateTime"), "{scalars:?}");
    for scalar in scalars {
        assert!(page.contains(&format!("`{scalar}` ")), "docs/queries.md does not say what a value of {scalar} is");
    }
}

#[test]
fn readme_is_short_and_leads_to_every_page_of_the_docs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let lines = readme.lines().count();
    assert!(lines <= 200, "README.md has {lines} lines: what is for readers of one kind belongs into a page of docs/");
    for page in pages().keys().filter(|page| page.parent().unwrap().ends_with("docs")) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(readme.contains(&format!("(docs/{name})")), "README.md does not lead to docs/{name}");
    }
}

#[test]
fn every_page_of_the_docs_says_first_whom_it_is_for() {
    let pages = pages();
    let pages: Vec<_> = pages.iter().filter(|(page, _)| page.parent().unwrap().ends_with("docs")).collect();
    for (page, text) in &pages {
        let first = text.lines().skip(1).find(|line| !line.is_empty()).unwrap();
        assert!(text.starts_with("# ") && first.starts_with("For "), "{}: {first}", page.display());
    }
    assert!(pages.len() > 10, "only {} pages", pages.len());
}

#[test]
fn troubleshooting_quotes_what_is_really_said() {
    // Texts of the code, on one line each.
    let squeezed =
        |text: &str| text.replace("\\\n", " ").replace("\\\"", "\"").split_whitespace().collect::<Vec<_>>().join(" ");
    let said: String = super::architecture::sources().iter().map(|(_, text)| squeezed(text) + "\n").collect();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/troubleshooting.md")).unwrap();
    let mut quotes = 0;
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        // What others say: async-graphql, and browsers.
        let seen = line.split('|').nth(1).unwrap();
        if seen.contains("Unknown field") || seen.contains("CORS") {
            continue;
        }
        for quote in seen.split('`').skip(1).step_by(2) {
            for piece in quote.split('…').map(|piece| piece.trim_matches([' ', ','])).filter(|piece| !piece.is_empty())
            {
                quotes += 1;
                assert!(said.contains(piece), "nothing says \"{piece}\"");
            }
        }
    }
    assert!(quotes > 40, "only {quotes} quotes");
}
