//! What the server writes into its log, for tests that read it.

use std::{
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{LevelFilter, dynamic_filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

static KEEPS: AtomicBool = AtomicBool::new(false);
static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// Of the product itself; phones, carriers and callers of tests write in the same process.
const OF_THE_SERVER: [&str; 8] = ["api", "backend", "bridge", "domain", "providers", "server", "sip", "storage"];

struct Keeper;

impl io::Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn of_the_server(target: &str) -> bool {
    let krate = target.split("::").next().unwrap_or_default();
    let krate = krate.strip_prefix("switchboard_").unwrap_or(krate);
    OF_THE_SERVER.contains(&krate)
}

pub(crate) fn start() {
    let shown = fmt::layer().with_test_writer().with_filter(EnvFilter::from_default_env());
    let wanted = dynamic_filter_fn(|of, _| KEEPS.load(Ordering::Relaxed) && of_the_server(of.target()));
    let wanted = wanted.with_max_level_hint(LevelFilter::DEBUG);
    let kept = fmt::layer().with_ansi(false).with_writer(|| Keeper).with_filter(wanted);
    drop(tracing_subscriber::registry().with(shown).with(kept).try_init());
}

/// From now on every line of the server is kept, also those that only debugging shows.
pub fn keep() {
    start();
    KEEPS.store(true, Ordering::Relaxed);
}

/// What was kept so far.
pub fn kept() -> String {
    String::from_utf8_lossy(&KEPT.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
