//! What calls by SIP and webhooks cost. Run in a release build by `scripts/bench sip webhooks`; `--small` only shows that the programs work.

mod held;
mod load;
mod process;
mod set_up;
mod webhooks;

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    Small,
    Full,
}

impl Size {
    pub const fn of<T: Copy>(self, small: T, full: T) -> T {
        match self {
            Self::Small => small,
            Self::Full => full,
        }
    }
}

/// The value below which this share of them is. They are sorted.
pub fn at(times: &[f64], share: f64) -> f64 {
    times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

pub async fn run(what: &str, size: Size) {
    match what {
        "sip" => {
            set_up::run(size).await;
            held::run(size).await;
        }
        "webhooks" => webhooks::run(size).await,
        other => panic!("there are sip and webhooks, and no {other}"),
    }
}
