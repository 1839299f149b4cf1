//! The layers of ARCHITECTURE.md, held against what the manifests say.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// What each crate may use of ours, besides itself.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("media", &["domain"]),
    ("wire", &["domain"]),
    ("analysis", &["domain"]),
    ("tables", &[]),
    ("storage", &["domain"]),
    ("providers", &["domain"]),
    ("sip", &["domain"]),
    ("bridge", &["domain", "media"]),
    ("phone", &["domain", "media", "wire"]),
    ("backend", &["analysis", "bridge", "domain", "media", "providers", "sip", "storage", "tables", "wire"]),
    ("api", &["backend", "domain", "wire"]),
    ("simulator", &["domain", "media", "phone", "wire"]),
    (
        "server",
        &["analysis", "api", "backend", "bridge", "domain", "phone", "providers", "simulator", "storage", "wire"],
    ),
    ("desktop", &["domain", "phone", "server", "wire"]),
];
/// Crates whose decisions have no clock, no threads and no files behind them.
const PURE: [&str; 4] = ["domain", "media", "wire", "analysis"];
const NOT_PURE: [&str; 6] = ["tokio", "async-trait", "reqwest", "sqlx", "axum", "tracing"];

/// What each crate uses in every build, by the full names of the packages.
fn declared() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON of cargo metadata");
    let name = |of: &Value| of["name"].as_str().unwrap_or_default().to_owned();
    let used = |package: &Value| {
        let all = package["dependencies"].as_array().into_iter().flatten();
        all.filter(|one| one["kind"].is_null()).map(name).collect()
    };
    metadata["packages"].as_array().expect("packages").iter().map(|one| (name(one), used(one))).collect()
}

/// The same by the short names of ours.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let short = |name: String| name.strip_prefix("switchboard-").map_or_else(|| name.clone(), str::to_owned);
    declared().into_iter().map(|(name, used)| (short(name), used.into_iter().map(short).collect())).collect()
}

#[test]
fn each_crate_uses_only_the_layers_below_it() {
    let all = dependencies();
    for (name, allowed) in MAY_USE {
        let ours = all[name].iter().filter(|one| MAY_USE.iter().any(|(known, _)| known == one));
        for used in ours {
            assert!(allowed.contains(&used.as_str()), "{name} uses {used}");
        }
    }
    let known = all.keys().filter(|name| *name != "tests");
    for name in known {
        assert!(MAY_USE.iter().any(|(one, _)| one == name), "{name} has no place in the layers");
    }
}

#[test]
fn pure_crates_have_nothing_that_waits_or_writes() {
    let all = dependencies();
    for name in PURE {
        for used in &all[name] {
            assert!(!NOT_PURE.contains(&used.as_str()), "{name} uses {used}");
        }
    }
}

/// Packages of a lock file with the names of what they use.
fn locked(text: &str) -> BTreeMap<String, Vec<String>> {
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let package = |block: &str| {
        let name = block.lines().find(|line| line.starts_with("name = ")).and_then(quoted)?;
        let used = block.lines().filter(|line| line.starts_with(" \"")).filter_map(quoted);
        Some((name, used.map(|one| one.split(' ').next().unwrap_or_default().to_owned()).collect()))
    };
    text.split("[[package]]").filter_map(package).collect()
}

/// `scripts/fuzz` builds by a lock of its own, which nothing else would find to be old.
#[test]
fn the_lock_of_the_fuzz_targets_knows_what_our_crates_use() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/Cargo.lock");
    let lock = locked(&std::fs::read_to_string(file).expect("the lock"));
    let all = declared();
    let ours: Vec<_> = all.iter().filter(|(name, _)| lock.contains_key(*name)).collect();
    assert!(ours.len() >= 6, "{ours:?}");
    for (name, used) in ours {
        let old =
            |one: &str| panic!("the lock does not fit what {name} uses: {one}; cargo update --workspace in fuzz/");
        used.iter().filter(|one| !lock[name].contains(one)).for_each(|one| old(one));
        lock[name].iter().filter(|one| !used.contains(one)).for_each(|one| old(one));
    }
}
