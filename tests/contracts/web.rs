//! The assets of `web/dist` are what `web/` builds, so that Rust alone is enough to build the gateway.

use crate::support::{process, scratch, unique};
use flate2::read::GzDecoder;
use medimax::error::Code;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::Command,
};

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("web")
}

/// All files below a folder by their paths from it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, out);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                out.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

/// What the assets are built from; `web/vite.config.ts` has the same list.
fn sources() -> BTreeMap<String, Vec<u8>> {
    let mut sources = BTreeMap::new();
    for entry in fs::read_dir(web()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if ["dist", "node_modules", "tests", "README.md"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            sources.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            sources.insert(name, fs::read(&path).unwrap());
        }
    }
    sources
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_assets_are_built_from_the_sources_as_they_are() {
    let sources = sources();
    assert!(sources.len() > 30, "the sources are gone");
    let mut lines: Vec<_> =
        sources.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(Sha256::digest(bytes)))).collect();
    lines.sort();
    let committed = fs::read_to_string(web().join("dist/sources.sha256")).unwrap();
    assert_eq!(committed.trim(), hex(Sha256::digest(lines.concat())), "in web/: npm ci && npm run build");
}

/// The files of a build, unpacked: how well they are packed depends on the version of Node.
fn unpacked(dist: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = files(dist);
    let packed = files.iter().filter_map(|(name, bytes)| Some((name.strip_suffix(".gz")?.to_owned(), bytes)));
    packed
        .map(|(name, bytes)| {
            assert!(files.contains_key(&format!("{name}.br")), "{name} is packed in one way only");
            let mut plain = Vec::new();
            GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            (name, plain)
        })
        .collect()
}

#[test]
fn a_build_gives_the_committed_assets() {
    let folder = scratch(&unique("web"));
    let _ = fs::remove_dir_all(&folder);
    for (name, bytes) in sources() {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    std::os::unix::fs::symlink(process::program("MEDIMAX_TEST_WEB_MODULES"), folder.join("node_modules")).unwrap();
    let ended = process::run(Command::new("npm").args(["run", "build"]).current_dir(&folder));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (built, committed) = (unpacked(&folder.join("dist")), unpacked(&web().join("dist")));
    assert!(built.len() > 20, "{:?}", built.keys());
    assert!(built.keys().eq(committed.keys()), "{:?}\n{:?}", built.keys(), committed.keys());
    for (name, bytes) in built {
        assert!(committed[&name] == bytes, "{name} is another: in web/: npm ci && npm run build");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_first_load_is_small() {
    // All of it, though a browser asks for less: both pages and what they load on demand.
    let total: usize =
        files(&web().join("dist")).iter().filter(|(name, _)| name.ends_with(".gz")).map(|(_, bytes)| bytes.len()).sum();
    assert!(total < 700_000, "{total} bytes");
}

#[test]
fn the_playground_has_a_hint_for_every_error_code() {
    let hints = fs::read_to_string(web().join("src/playground/hints.ts")).unwrap();
    for code in Code::ALL {
        assert!(hints.contains(&format!("\n  {}: ", code.as_str())), "no hint for {}", code.as_str());
    }
}
