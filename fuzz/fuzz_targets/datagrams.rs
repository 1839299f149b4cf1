#![no_main]

#[path = "../checks/bridge.rs"]
#[expect(dead_code, reason = "each target uses one check of its file")]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::datagrams(data));
