//! Whatever bytes come from outside: no panic, and no growth beyond what they are worth.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../../fuzz/checks/media.rs"]
mod checks;
#[path = "../../../fuzz/checks/mutate.rs"]
mod mutate;

fn replay(target: &str, count: usize, check: impl Fn(&[u8])) {
    mutate::replay(env!("CARGO_MANIFEST_DIR"), target, count, check);
}

#[test]
fn opus_packets() {
    replay("opus_stream", 1_500, checks::opus_stream);
}

#[test]
fn headers_of_rtp_packets() {
    replay("rtp_order", 1_000, checks::rtp_order);
}

#[test]
fn redundant_audio() {
    replay("redundant", 5_000, checks::redundant);
}

#[test]
fn telephone_events() {
    replay("telephone_event", 5_000, checks::telephone_event);
}

#[test]
fn ogg_files() {
    replay("ogg", 2_000, checks::ogg);
}

#[test]
fn telephone_sound() {
    replay("g711", 1_000, checks::g711);
}
