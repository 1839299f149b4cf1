//! Those who guess passwords have to wait: by the address that they come from, and by the name that they guess for.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use crate::time::UnixMillis;

/// So many wrong passwords in a row lock out.
const MOST_FAILURES: u32 = 5;
/// Failures that are so old count no more.
const FORGET_AFTER: Duration = Duration::from_secs(15 * 60);
/// The first lock; each further failure while it would be open doubles it.
const FIRST_LOCK: Duration = Duration::from_secs(60);
const LONGEST_LOCK: Duration = Duration::from_secs(3_600);
/// Sources that are remembered; beyond it the oldest are forgotten.
const MOST_SOURCES: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Open,
    Locked { left: Duration },
}

#[derive(Debug, Clone, Copy)]
struct Record {
    failures: u32,
    last: UnixMillis,
    locked_until: Option<UnixMillis>,
}

/// Failed registrations and calls of those who say who they are.
#[derive(Debug, Default)]
pub struct Lockout {
    sources: HashMap<(IpAddr, String), Record>,
}

impl Lockout {
    /// Whether somebody may try now.
    pub fn verdict(&self, source: IpAddr, name: &str, now: UnixMillis) -> Verdict {
        let record = self.sources.get(&(source, name.to_owned()));
        match record.and_then(|record| record.locked_until).filter(|until| now < *until) {
            Some(until) => Verdict::Locked { left: until.since(now) },
            None => Verdict::Open,
        }
    }

    /// A wrong password. True when it has just locked.
    pub fn failed(&mut self, source: IpAddr, name: &str, now: UnixMillis) -> bool {
        self.make_room(now);
        let record = self.sources.entry((source, name.to_owned())).or_insert(Record {
            failures: 0,
            last: now,
            locked_until: None,
        });
        if now.since(record.last) > FORGET_AFTER {
            (record.failures, record.locked_until) = (0, None);
        }
        record.failures += 1;
        record.last = now;
        if record.failures < MOST_FAILURES {
            return false;
        }
        let doublings = (record.failures - MOST_FAILURES).min(6);
        record.locked_until = Some(now.plus((FIRST_LOCK * (1 << doublings)).min(LONGEST_LOCK)));
        true
    }

    /// The right password.
    pub fn succeeded(&mut self, source: IpAddr, name: &str) {
        self.sources.remove(&(source, name.to_owned()));
    }

    fn make_room(&mut self, now: UnixMillis) {
        if self.sources.len() < MOST_SOURCES {
            return;
        }
        self.sources.retain(|_, record| now.since(record.last) <= FORGET_AFTER);
        if self.sources.len() >= MOST_SOURCES {
            self.sources.retain(|_, record| record.locked_until.is_some_and(|until| now < until));
        }
        if self.sources.len() >= MOST_SOURCES {
            self.sources.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn at(seconds: i64) -> UnixMillis {
        UnixMillis(seconds * 1_000)
    }

    #[test]
    fn five_wrong_passwords_lock_and_longer_each_time() {
        let mut lockout = Lockout::default();
        assert!((0..4).all(|second| !lockout.failed(HOME, "101", at(second))));
        assert_eq!(lockout.verdict(HOME, "101", at(4)), Verdict::Open);
        assert!(lockout.failed(HOME, "101", at(4)));
        assert_eq!(lockout.verdict(HOME, "101", at(5)), Verdict::Locked { left: Duration::from_secs(59) });
        assert_eq!(lockout.verdict(AWAY, "101", at(5)), Verdict::Open, "another address");
        assert_eq!(lockout.verdict(HOME, "102", at(5)), Verdict::Open, "another name");
        assert_eq!(lockout.verdict(HOME, "101", at(64)), Verdict::Open);
        assert!(lockout.failed(HOME, "101", at(64)));
        assert_eq!(lockout.verdict(HOME, "101", at(64)), Verdict::Locked { left: Duration::from_secs(120) });
    }

    #[test]
    fn the_right_password_and_time_forgive() {
        let mut lockout = Lockout::default();
        for second in 0..4 {
            lockout.failed(HOME, "101", at(second));
        }
        lockout.succeeded(HOME, "101");
        assert!(!lockout.failed(HOME, "101", at(10)));
        for second in 11..14 {
            lockout.failed(HOME, "101", at(second));
        }
        assert!(!lockout.failed(HOME, "101", at(14 + 901)), "the others are long past");
    }

    #[test]
    fn a_flood_of_names_takes_no_endless_memory() {
        let mut lockout = Lockout::default();
        for n in 0..3 * MOST_SOURCES {
            lockout.failed(HOME, &n.to_string(), at(0));
        }
        assert!(lockout.sources.len() <= MOST_SOURCES);
    }
}
