//! Whatever bytes come from devices and strangers: no panic, no flood of answers.

#[path = "../../../../fuzz/checks/bridge.rs"]
mod checks;
#[path = "../../../../fuzz/checks/mutate.rs"]
mod mutate;

#[test]
fn offers() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "offer", 2_000, checks::offer);
}

#[test]
fn datagrams() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "datagrams", 1_000, checks::datagrams);
}
