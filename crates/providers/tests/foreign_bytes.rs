//! Whatever comes in a carrier's name: no panic, and nothing passes unsigned.

#[path = "../../../fuzz/checks/providers.rs"]
mod checks;
#[path = "../../../fuzz/checks/mutate.rs"]
mod mutate;

#[test]
fn frames_of_a_media_stream() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "media_stream", 5_000, checks::media_stream);
}

#[test]
fn bodies_of_webhooks() {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), "webhook", 3_000, checks::webhook);
}
