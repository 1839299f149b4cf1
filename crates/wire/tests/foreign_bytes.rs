//! Whatever comes over the live connection: no panic.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../../fuzz/checks/wire.rs"]
mod checks;
#[path = "../../../fuzz/checks/mutate.rs"]
mod mutate;

#[test]
fn messages_of_the_live_connection() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "live", 5_000, checks::live);
}
