//! Throttling of sign-in and registration: after five tries for one account, twenty from one network, or five registrations
//! from one network, each further one has to wait. A try counts when it begins, so that many at once do not pass together;
//! one that succeeds is taken back.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::time::UnixMillis;

const ACCOUNT_TRIES: u32 = 5;
const ADDRESS_TRIES: u32 = 20;
const REGISTRATIONS: u32 = 5;
const FORGET_AFTER: Duration = Duration::from_secs(15 * 60);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// Entries kept; the oldest goes first, so that a flood of made-up accounts costs no memory.
const MOST_ENTRIES: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
    Registration(IpAddr),
}

impl Key {
    fn account(account: &str) -> Self {
        Self::Account(account.to_lowercase())
    }

    const fn allowed(&self) -> u32 {
        match self {
            Self::Account(_) => ACCOUNT_TRIES,
            Self::Address(_) => ADDRESS_TRIES,
            Self::Registration(_) => REGISTRATIONS,
        }
    }
}

/// One customer of a provider has a whole /64 of IPv6 (RFC 6177 section 2).
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX)).into(),
        },
    }
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: UnixMillis,
}

impl Tries {
    /// What is left to wait. The wait doubles from one second with each try above the allowance.
    fn wait(self, allowed: u32, now: UnixMillis) -> Option<Duration> {
        let over = self.count.checked_sub(allowed)?;
        let wait = Duration::from_secs(1 << over.min(10)).min(LONGEST_WAIT);
        wait.checked_sub(now.since(self.last)).filter(|left| !left.is_zero())
    }
}

#[derive(Default)]
pub struct SignInThrottle(Mutex<HashMap<Key, Tries>>);

impl SignInThrottle {
    /// Counts a try to sign in, or to prove a password.
    ///
    /// # Errors
    /// Seconds to wait before a try counts.
    pub fn begin(&self, account: &str, address: IpAddr, now: UnixMillis) -> Result<(), u32> {
        self.count(&[Key::account(account), Key::Address(network(address))], now)
    }

    /// Counts a registration: nobody needs many tenants in a minute.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn begin_registration(&self, address: IpAddr, now: UnixMillis) -> Result<(), u32> {
        self.count(&[Key::Registration(network(address))], now)
    }

    /// Takes the try back, and forgets the account's failures; those of the address stay.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.remove(&Key::account(account));
        if let Some(tries) = entries.get_mut(&Key::Address(network(address))) {
            tries.count = tries.count.saturating_sub(1);
        }
    }

    fn count(&self, keys: &[Key], now: UnixMillis) -> Result<(), u32> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |tries: &&Tries| now.since(tries.last) < FORGET_AFTER;
        let left = |key: &Key| entries.get(key).filter(fresh).and_then(|tries| tries.wait(key.allowed(), now));
        if let Some(wait) = keys.iter().filter_map(left).max() {
            return Err(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX));
        }
        for key in keys {
            if entries.len() >= MOST_ENTRIES && !entries.contains_key(key) {
                make_room(&mut entries, now);
            }
            let before = entries.get(key).filter(fresh).map_or(0, |tries| tries.count);
            entries.insert(key.clone(), Tries { count: before + 1, last: now });
        }
        Ok(())
    }
}

/// Forgets what is forgiven anyway, and when that is nothing, the oldest.
fn make_room(entries: &mut HashMap<Key, Tries>, now: UnixMillis) {
    entries.retain(|_, tries| now.since(tries.last) < FORGET_AFTER);
    if entries.len() >= MOST_ENTRIES
        && let Some(oldest) = entries.iter().min_by_key(|(_, tries)| tries.last.0).map(|(key, _)| key.clone())
    {
        entries.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn tried(throttle: &SignInThrottle, account: &str, times: u32, ms: i64) {
        for _ in 0..times {
            assert_eq!(throttle.begin(account, HOME, UnixMillis(ms)), Ok(()));
        }
    }

    #[test]
    fn the_sixth_try_waits_and_the_wait_doubles() {
        let throttle = SignInThrottle::default();
        tried(&throttle, "a@example.org", 5, 0);
        assert_eq!(throttle.begin("A@Example.org", HOME, UnixMillis(0)), Err(1));
        assert_eq!(throttle.begin("a@example.org", HOME, UnixMillis(1_000)), Ok(()));
        assert_eq!(throttle.begin("a@example.org", HOME, UnixMillis(1_000)), Err(2));
        assert_eq!(throttle.begin("a@example.org", HOME, UnixMillis(3_000)), Ok(()));
        assert_eq!(throttle.begin("b@example.org", HOME, UnixMillis(3_000)), Ok(()));
    }

    #[test]
    fn many_tries_at_once_count_though_none_has_failed_yet() {
        let throttle = SignInThrottle::default();
        let passed = (0..50).filter(|_| throttle.begin("a@example.org", HOME, UnixMillis(0)).is_ok()).count();
        assert_eq!(passed, 5);
    }

    #[test]
    fn one_network_that_tries_many_accounts_waits_too() {
        let throttle = SignInThrottle::default();
        let neighbour = |n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, n));
        for n in 0..20 {
            throttle.begin(&format!("{n}@example.org"), neighbour(n), UnixMillis(0)).unwrap();
        }
        assert!(throttle.begin("new@example.org", neighbour(99), UnixMillis(0)).is_err());
        assert!(throttle.begin("new@example.org", HOME, UnixMillis(0)).is_ok());
    }

    #[test]
    fn registrations_are_counted_by_network_and_hold_nobody_else_up() {
        let throttle = SignInThrottle::default();
        for _ in 0..5 {
            throttle.begin_registration(HOME, UnixMillis(0)).unwrap();
        }
        assert!(throttle.begin_registration(HOME, UnixMillis(0)).is_err());
        assert!(throttle.begin_registration(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9)), UnixMillis(0)).is_ok());
        tried(&throttle, "a@example.org", 1, 0);
    }

    #[test]
    fn success_and_time_forgive() {
        let throttle = SignInThrottle::default();
        tried(&throttle, "a@example.org", 5, 0);
        assert!(throttle.begin("a@example.org", HOME, UnixMillis(1)).is_err());
        assert_eq!(throttle.begin("a@example.org", HOME, UnixMillis(900_000)), Ok(()));
        throttle.succeeded("a@example.org", HOME);
        tried(&throttle, "a@example.org", 5, 900_000);
    }

    #[test]
    fn a_flood_of_accounts_pushes_out_the_oldest_and_is_still_counted() {
        let throttle = SignInThrottle::default();
        let address = |n: usize| IpAddr::V4(Ipv4Addr::from(u32::try_from(n).unwrap()));
        for n in 0..MOST_ENTRIES / 2 {
            throttle.begin(&n.to_string(), address(n), UnixMillis(i64::try_from(n).unwrap())).unwrap();
        }
        assert_eq!(throttle.0.lock().unwrap().len(), MOST_ENTRIES);
        let now = UnixMillis(i64::try_from(MOST_ENTRIES / 2).unwrap());
        for _ in 0..5 {
            throttle.begin("victim", HOME, now).unwrap();
        }
        assert!(throttle.begin("victim", HOME, now).is_err());
    }
}
