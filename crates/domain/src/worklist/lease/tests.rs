use std::collections::BTreeMap;

use super::*;
use uuid::Uuid;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const SPAN: Duration = Duration::from_secs(300);
const GAP: Duration = Duration::from_secs(60);

fn agent(n: u128) -> UserId {
    UserId::new(Uuid::from_u128(n))
}

fn later(ms: i64) -> UnixMillis {
    UnixMillis(NOW.0 + ms)
}

fn claimed(who: u128) -> (Rows, i64) {
    claim(Rows::default(), agent(who), SPAN, GAP, NOW).expect("is free")
}

#[test]
fn a_lead_that_somebody_holds_is_refused_with_their_name_until_the_lease_is_over() {
    let (rows, fence) = claimed(1);
    let held = Refusal::Held { by: agent(1), until: later(300_000) };
    assert_eq!(claim(rows, agent(2), SPAN, GAP, later(299_999)), Err(held));
    let (_, next) = claim(rows, agent(2), SPAN, GAP, later(300_000)).expect("the lease is over");
    assert!(next > fence);
}

#[test]
fn a_worker_that_comes_back_late_can_neither_dial_nor_renew_nor_let_go() {
    let (rows, fence) = claimed(1);
    let (taken, _) = claim(rows, agent(2), SPAN, GAP, later(300_000)).expect("the lease is over");
    assert_eq!(dial(taken, agent(1), fence, SPAN, GAP, later(300_001)), Err(Refusal::Stale));
    assert_eq!(renew(taken, agent(1), fence, SPAN, later(300_001)), Err(Refusal::Stale));
    assert_eq!(release(taken, agent(1), fence, later(300_001)), taken);
}

#[test]
fn an_expired_lease_that_nobody_took_cannot_dial_either() {
    let (rows, fence) = claimed(1);
    assert_eq!(dial(rows, agent(1), fence, SPAN, GAP, later(300_000)), Err(Refusal::Stale));
}

#[test]
fn the_same_agent_who_claims_twice_holds_it_under_the_second_fence_only() {
    let (rows, first) = claimed(1);
    let (rows, second) = claim(rows, agent(1), SPAN, GAP, NOW).expect("is theirs");
    assert!(second > first);
    assert_eq!(dial(rows, agent(1), first, SPAN, GAP, later(1)), Err(Refusal::Stale));
    assert!(dial(rows, agent(1), second, SPAN, GAP, later(1)).is_ok());
}

#[test]
fn a_number_that_another_lead_has_too_is_not_dialed_within_the_gap() {
    let (rows, fence) = claimed(1);
    let rows = dial(rows, agent(1), fence, SPAN, GAP, later(1000)).expect("is held");
    let rows = release(rows, agent(1), fence, later(2000));
    // The same number under another lead of another campaign.
    let other = Rows { lead: None, number: rows.number };
    assert_eq!(claim(other, agent(2), SPAN, GAP, later(60_999)), Err(Refusal::JustDialed { until: later(61_000) }));
    assert!(claim(other, agent(2), SPAN, GAP, later(61_000)).is_ok());
}

#[test]
fn a_doubled_dial_is_refused() {
    let (rows, fence) = claimed(1);
    let rows = dial(rows, agent(1), fence, SPAN, GAP, NOW).expect("is held");
    assert_eq!(dial(rows, agent(1), fence, SPAN, GAP, later(5)), Err(Refusal::JustDialed { until: later(60_000) }));
}

#[test]
fn a_row_that_was_cleared_away_does_not_give_an_old_fence_again() {
    let (_, fence) = claimed(1);
    let (_, again) = claim(Rows::default(), agent(2), SPAN, GAP, later(1)).expect("is free");
    assert!(again > fence);
}

/// xorshift64*: the same course for the same seed.
struct Course(u64);

impl Course {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 33) % n
    }
}

const AGENTS: u64 = 6;
const LEADS: u64 = 8;
/// Fewer than leads: some numbers belong to leads of two campaigns.
const NUMBERS: u64 = 5;

/// What the world sees, kept apart from the rows under test.
#[derive(Default)]
struct World {
    leads: BTreeMap<u64, Lease>,
    numbers: BTreeMap<u64, Lease>,
    dials: BTreeMap<u64, UnixMillis>,
    /// What each worker believes to hold: lead and fence. A crash forgets it, or leaves it standing for a restart much later.
    believes: BTreeMap<u64, (u64, i64)>,
    /// Who has been granted a lead and a number, until when.
    granted: BTreeMap<(bool, u64), (u64, UnixMillis)>,
    claims: u64,
    dialed: u64,
    refused: u64,
}

impl World {
    fn rows(&self, lead: u64) -> Rows {
        Rows { lead: self.leads.get(&lead).copied(), number: self.numbers.get(&(lead % NUMBERS)).copied() }
    }

    fn put(&mut self, lead: u64, rows: Rows) {
        self.leads.extend(rows.lead.map(|row| (lead, row)));
        self.numbers.extend(rows.number.map(|row| (lead % NUMBERS, row)));
    }

    /// Nobody else may have been promised the same for this instant.
    fn grant(&mut self, who: u64, lead: u64, until: UnixMillis, now: UnixMillis) {
        for subject in [(true, lead), (false, lead % NUMBERS)] {
            if let Some((other, till)) = self.granted.get(&subject) {
                assert!(*other == who || *till <= now, "two agents hold {subject:?}");
            }
            self.granted.insert(subject, (who, until));
        }
    }

    fn step(&mut self, course: &mut Course, now: UnixMillis) {
        let who = course.below(AGENTS);
        match course.below(10) {
            0..=3 => {
                let lead = course.below(LEADS);
                match claim(self.rows(lead), agent(who.into()), SPAN, GAP, now) {
                    Ok((rows, fence)) => {
                        self.grant(who, lead, now.plus(SPAN), now);
                        self.put(lead, rows);
                        self.believes.insert(who, (lead, fence));
                        self.claims += 1;
                    }
                    Err(_) => self.refused += 1,
                }
            }
            4..=6 => self.dials(who, now),
            7 => {
                let Some((lead, fence)) = self.believes.get(&who).copied() else { return };
                if let Ok(rows) = renew(self.rows(lead), agent(who.into()), fence, SPAN, now) {
                    self.grant(who, lead, now.plus(SPAN), now);
                    self.put(lead, rows);
                }
            }
            8 => {
                let Some((lead, fence)) = self.believes.remove(&who) else { return };
                let rows = self.rows(lead);
                let after = release(rows, agent(who.into()), fence, now);
                if after != rows {
                    self.granted.remove(&(true, lead));
                    self.granted.remove(&(false, lead % NUMBERS));
                }
                self.put(lead, after);
            }
            // A crash: it forgets.
            _ => drop(self.believes.remove(&who)),
        }
    }

    fn dials(&mut self, who: u64, now: UnixMillis) {
        let Some((lead, fence)) = self.believes.get(&who).copied() else { return };
        match dial(self.rows(lead), agent(who.into()), fence, SPAN, GAP, now) {
            Ok(rows) => {
                let number = lead % NUMBERS;
                if let Some(before) = self.dials.insert(number, now) {
                    assert!(before.plus(GAP) <= now, "number {number} was dialed twice within the gap");
                }
                let (holder, until) = self.granted[&(true, lead)];
                assert!(holder == who && until > now, "a stale worker has dialed");
                self.grant(who, lead, now.plus(SPAN), now);
                self.put(lead, rows);
                self.dialed += 1;
            }
            Err(_) => self.refused += 1,
        }
    }
}

#[test]
fn in_a_million_interleavings_with_crashes_nobody_is_worked_twice_and_no_number_dialed_within_the_gap() {
    let mut course = Course(0x0bad_5eed_0bad_5eed);
    let mut total = (0, 0, 0);
    // A thousand worlds, a thousand steps each.
    for _ in 0..1000 {
        let mut world = World::default();
        let mut now = NOW;
        for _ in 0..1000 {
            // Mostly at once, sometimes after a lease has run out.
            now =
                UnixMillis(now.0 + [0, 1, 700, 20_000, 61_000, 301_000][usize::try_from(course.below(6)).unwrap_or(0)]);
            world.step(&mut course, now);
        }
        total = (total.0 + world.claims, total.1 + world.dialed, total.2 + world.refused);
    }
    let (claims, dialed, refused) = total;
    assert!(claims > 100_000 && dialed > 40_000 && refused > 100_000, "the course is one-sided: {total:?}");
}
