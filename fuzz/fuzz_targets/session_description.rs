#![no_main]

#[path = "../checks/sip.rs"]
#[expect(dead_code, reason = "each target uses one check of its file")]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::session_description(data));
