//! What the packages tell the system about the app. They are built elsewhere; these files are what they are built from.

use std::{fs, path::Path};

use serde_json::Value;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("it is part of the repository")
}

fn config() -> Value {
    serde_json::from_str(&read("tauri.conf.json")).expect("JSON")
}

#[test]
fn macos_is_told_why_the_microphone_is_used_and_lets_it_be_used() {
    let info = read("Info.plist");
    let (_, after) = info.split_once("<key>NSMicrophoneUsageDescription</key>").expect("the reason is given");
    assert!(after.trim_start().starts_with("<string>Your voice"), "{after}");
    let entitlements = config()["bundle"]["macOS"]["entitlements"].as_str().expect("named").to_owned();
    let granted = read(&entitlements);
    let (_, after) = granted.split_once("<key>com.apple.security.device.audio-input</key>").expect("it is asked for");
    assert!(after.trim_start().starts_with("<true/>"), "{after}");
}

#[test]
fn links_to_telephone_numbers_open_the_app_on_each_system() {
    let schemes = ["tel", "callto", "sip", "sips"];
    assert_eq!(config()["plugins"]["deep-link"]["desktop"]["schemes"], serde_json::json!(schemes));
    let entry = read("app.desktop");
    let types = entry.lines().find_map(|line| line.strip_prefix("MimeType=")).expect("types");
    let named: Vec<&str> = types.split_terminator(';').collect();
    assert_eq!(named, schemes.map(|scheme| format!("x-scheme-handler/{scheme}")));
    assert!(entry.contains("Exec={{exec}} %u"), "the link is handed over");
}
