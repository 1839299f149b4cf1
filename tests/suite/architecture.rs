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

fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON of cargo metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    let short = |name: &str| name.strip_prefix("switchboard-").unwrap_or(name).to_owned();
    packages
        .iter()
        .map(|package| {
            let normal = package["dependencies"].as_array().into_iter().flatten().filter(|one| one["kind"].is_null());
            let names = normal.filter_map(|one| one["name"].as_str()).map(short).collect();
            (short(package["name"].as_str().unwrap_or_default()), names)
        })
        .collect()
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
