//! Sign-in throttling: after five failures for one account or twenty from one address, each further try has to wait.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::time::UnixMillis;

const ACCOUNT_TRIES: u32 = 5;
const ADDRESS_TRIES: u32 = 20;
const FORGET_AFTER: Duration = Duration::from_secs(15 * 60);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// Entries kept; the oldest go first, so that a flood of made-up accounts costs no memory.
const MOST_ENTRIES: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: UnixMillis,
}

impl Failures {
    /// Doubles from one second with each failure above the allowance.
    fn wait(self, allowed: u32) -> Duration {
        match self.count.checked_sub(allowed) {
            None => Duration::ZERO,
            Some(over) => Duration::from_secs(1 << over.min(10)).min(LONGEST_WAIT),
        }
    }
}

#[derive(Default)]
pub struct SignInThrottle(Mutex<HashMap<Key, Failures>>);

impl SignInThrottle {
    /// Seconds to wait before a try counts, if any.
    pub fn wait(&self, account: &str, address: IpAddr, now: UnixMillis) -> Option<u32> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = |key: Key, allowed| {
            let failures = entries.get(&key)?;
            let wait = failures.wait(allowed).checked_sub(now.since(failures.last))?;
            (now.since(failures.last) < FORGET_AFTER && !wait.is_zero()).then_some(wait)
        };
        let wait = left(Key::Account(account.to_lowercase()), ACCOUNT_TRIES)
            .max(left(Key::Address(address), ADDRESS_TRIES))?;
        Some(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
    }

    pub fn failed(&self, account: &str, address: IpAddr, now: UnixMillis) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_ENTRIES {
            entries.retain(|_, failures| now.since(failures.last) < FORGET_AFTER);
        }
        for key in [Key::Account(account.to_lowercase()), Key::Address(address)] {
            if entries.len() >= MOST_ENTRIES && !entries.contains_key(&key) {
                continue;
            }
            let entry = entries.entry(key).or_insert(Failures { count: 0, last: now });
            if now.since(entry.last) >= FORGET_AFTER {
                entry.count = 0;
            }
            *entry = Failures { count: entry.count + 1, last: now };
        }
    }

    /// Forgets the account's failures; those of the address stay.
    pub fn succeeded(&self, account: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&Key::Account(account.to_lowercase()));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn the_sixth_try_waits_and_the_wait_doubles() {
        let throttle = SignInThrottle::default();
        let now = UnixMillis(0);
        for _ in 0..4 {
            throttle.failed("a@example.org", HOME, now);
            assert_eq!(throttle.wait("A@Example.org", HOME, now), None);
        }
        throttle.failed("a@example.org", HOME, now);
        assert_eq!(throttle.wait("A@Example.org", HOME, now), Some(1));
        throttle.failed("a@example.org", HOME, now);
        assert_eq!(throttle.wait("a@example.org", HOME, now), Some(2));
        assert_eq!(throttle.wait("a@example.org", HOME, UnixMillis(2_000)), None);
        assert_eq!(throttle.wait("b@example.org", HOME, now), None);
    }

    #[test]
    fn one_address_that_tries_many_accounts_waits_too() {
        let throttle = SignInThrottle::default();
        for n in 0..20 {
            throttle.failed(&format!("{n}@example.org"), HOME, UnixMillis(0));
        }
        assert!(throttle.wait("new@example.org", HOME, UnixMillis(0)).is_some());
    }

    #[test]
    fn success_and_time_forgive() {
        let throttle = SignInThrottle::default();
        for _ in 0..9 {
            throttle.failed("a@example.org", HOME, UnixMillis(0));
        }
        assert!(throttle.wait("a@example.org", HOME, UnixMillis(1)).is_some());
        assert_eq!(throttle.wait("a@example.org", HOME, UnixMillis(900_000)), None);
        throttle.succeeded("a@example.org");
        assert_eq!(throttle.wait("a@example.org", HOME, UnixMillis(1)), None);
    }
}
