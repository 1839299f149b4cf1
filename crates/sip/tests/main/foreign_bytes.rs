//! Whatever is sent to the SIP ports: no panic, and nobody passes for somebody else.

#[path = "../../../../fuzz/checks/sip.rs"]
mod checks;
#[path = "../../../../fuzz/checks/mutate.rs"]
mod mutate;

#[test]
fn datagrams() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "sip_message", 5_000, checks::sip_message);
}

#[test]
fn descriptions() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "session_description", 5_000, checks::session_description);
}
