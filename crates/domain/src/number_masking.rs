//! Virtual numbers between a person and an agent, so that neither sees the other's number.
//!
//! Whoever calls a virtual number is known by the number that they call from. So the telephones of all live mappings of one
//! virtual number have to be different: then each of them leads to exactly one other side.

use std::cmp::Reverse;

use crate::{
    ids::{LeadId, MappingId, NumberId, UserId},
    time::UnixMillis,
};

/// Names one telephone: its number, or what stands for it, such as a keyed hash. Equal texts are equal telephones.
pub type Telephone = String;

/// One virtual number that stands between one person and one agent for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub id: MappingId,
    pub number: NumberId,
    pub lead: LeadId,
    pub agent: UserId,
    pub lead_telephone: Telephone,
    /// None of an agent who speaks by the app only.
    pub agent_telephone: Option<Telephone>,
    pub expires_at: UnixMillis,
}

impl Mapping {
    pub fn is_live(&self, now: UnixMillis) -> bool {
        now < self.expires_at
    }

    fn has(&self, telephone: &str) -> bool {
        self.lead_telephone == telephone || self.agent_telephone.as_deref() == Some(telephone)
    }
}

/// Between whom a virtual number is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    pub lead: LeadId,
    pub agent: UserId,
    pub lead_telephone: &'a str,
    pub agent_telephone: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The two have one already; it only lasts longer from now on.
    Keep {
        mapping: MappingId,
        number: NumberId,
    },
    Take {
        number: NumberId,
    },
    /// Every number of the pool would be ambiguous for one of the two.
    NoneFree,
    /// A person cannot be called by themselves.
    SameTelephone,
}

/// The virtual number for a pair. The one with fewest live mappings is taken, so that what is left of each is about the same.
pub fn choose(pool: &[NumberId], mappings: &[Mapping], pair: &Pair<'_>, now: UnixMillis) -> Choice {
    if pair.agent_telephone == Some(pair.lead_telephone) {
        return Choice::SameTelephone;
    }
    let live = || mappings.iter().filter(|mapping| mapping.is_live(now));
    let theirs = |mapping: &&Mapping| {
        (mapping.lead, mapping.agent) == (pair.lead, pair.agent)
            && mapping.lead_telephone == pair.lead_telephone
            && mapping.agent_telephone.as_deref() == pair.agent_telephone
            && pool.contains(&mapping.number)
    };
    if let Some(mapping) = live().find(theirs) {
        return Choice::Keep { mapping: mapping.id, number: mapping.number };
    }
    let collides = |mapping: &Mapping| {
        mapping.has(pair.lead_telephone) || pair.agent_telephone.is_some_and(|telephone| mapping.has(telephone))
    };
    let of = |number: NumberId| live().filter(move |mapping| mapping.number == number);
    let free = pool.iter().copied().filter(|number| !of(*number).any(collides));
    let least_used = free.max_by_key(|number| (Reverse(of(*number).count()), Reverse(*number)));
    least_used.map_or(Choice::NoneFree, |number| Choice::Take { number })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Lead,
    Agent,
}

/// Which mapping somebody means who calls or writes to a virtual number, and which side they are.
pub fn find<'a>(mappings: &'a [Mapping], number: NumberId, from: &str, now: UnixMillis) -> Option<(&'a Mapping, Side)> {
    let mapping = mappings.iter().find(|one| one.number == number && one.is_live(now) && one.has(from))?;
    let side = if mapping.lead_telephone == from { Side::Lead } else { Side::Agent };
    Some((mapping, side))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000);

    fn number(n: u128) -> NumberId {
        NumberId::new(Uuid::from_u128(n))
    }

    fn pair<'a>(lead: u128, agent: u128, lead_telephone: &'a str, agent_telephone: Option<&'a str>) -> Pair<'a> {
        let (lead, agent) = (LeadId::new(Uuid::from_u128(lead)), UserId::new(Uuid::from_u128(agent)));
        Pair { lead, agent, lead_telephone, agent_telephone }
    }

    fn mapping(id: u128, at: NumberId, pair: &Pair<'_>, expires_at: i64) -> Mapping {
        Mapping {
            id: MappingId::new(Uuid::from_u128(id)),
            number: at,
            lead: pair.lead,
            agent: pair.agent,
            lead_telephone: pair.lead_telephone.to_owned(),
            agent_telephone: pair.agent_telephone.map(str::to_owned),
            expires_at: UnixMillis(expires_at),
        }
    }

    #[test]
    fn the_same_pair_keeps_its_number_and_another_agent_gets_another() {
        let pool = [number(1), number(2)];
        let first = pair(1, 1, "+91A", Some("+91X"));
        assert_eq!(choose(&pool, &[], &first, NOW), Choice::Take { number: number(1) });
        let held = [mapping(1, number(1), &first, 2_000)];
        let keep = Choice::Keep { mapping: held[0].id, number: number(1) };
        assert_eq!(choose(&pool, &held, &first, NOW), keep);
        // The person's calls to the first number are for the first agent.
        assert_eq!(choose(&pool, &held, &pair(1, 2, "+91A", Some("+91Y")), NOW), Choice::Take { number: number(2) });
        // The agent's calls to the first number are for the first person.
        assert_eq!(choose(&pool, &held, &pair(2, 1, "+91B", Some("+91X")), NOW), Choice::Take { number: number(2) });
        // Two others may share it.
        let shared = [held[0].clone(), mapping(2, number(2), &first, 500)];
        assert_eq!(choose(&pool[..1], &shared, &pair(2, 2, "+91B", None), NOW), Choice::Take { number: number(1) });
    }

    #[test]
    fn a_pool_that_is_used_up_and_a_person_who_is_their_own_agent_are_said() {
        let first = pair(1, 1, "+91A", None);
        let held = [mapping(1, number(1), &first, 2_000)];
        assert_eq!(choose(&[number(1)], &held, &pair(1, 2, "+91A", None), NOW), Choice::NoneFree);
        assert_eq!(choose(&[], &[], &first, NOW), Choice::NoneFree);
        assert_eq!(choose(&[number(1)], &held, &pair(1, 2, "+91A", None), UnixMillis(2_000)).number(), Some(number(1)));
        let same = pair(1, 1, "+91A", Some("+91A"));
        assert_eq!(choose(&[number(1)], &[], &same, NOW), Choice::SameTelephone);
    }

    #[test]
    fn a_number_out_of_the_pool_is_given_up() {
        let first = pair(1, 1, "+91A", None);
        let held = [mapping(1, number(9), &first, 2_000)];
        assert_eq!(choose(&[number(1)], &held, &first, NOW), Choice::Take { number: number(1) });
    }

    impl Choice {
        fn number(self) -> Option<NumberId> {
            match self {
                Self::Keep { number, .. } | Self::Take { number } => Some(number),
                Self::NoneFree | Self::SameTelephone => None,
            }
        }
    }

    proptest! {
        /// Whoever is mapped reaches the other side by the virtual number, and nobody else.
        #[test]
        fn no_live_mappings_collide_and_each_side_reaches_the_other(
            asks in prop::collection::vec((0..6_u128, 0..5_u128, any::<bool>(), 0..400_i64, 1..900_i64), 1..80),
            size in 1..4_u128,
        ) {
            let pool: Vec<NumberId> = (1..=size).map(number).collect();
            let mut mappings: Vec<Mapping> = Vec::new();
            let mut now = UnixMillis(0);
            for (nth, (lead, agent, has_phone, later, lasts)) in asks.into_iter().enumerate() {
                now = UnixMillis(now.0 + later);
                // Some people's telephones are agents' telephones, too.
                let lead_telephone = format!("+{lead}");
                let agent_telephone = has_phone.then(|| format!("+{}", agent + 4));
                let pair = pair(lead, agent, &lead_telephone, agent_telephone.as_deref());
                let expires_at = UnixMillis(now.0 + lasts);
                match choose(&pool, &mappings, &pair, now) {
                    Choice::Take { number } => {
                        prop_assert!(pool.contains(&number));
                        mappings.push(mapping(nth as u128, number, &pair, expires_at.0));
                    }
                    Choice::Keep { mapping, number } => {
                        let kept = mappings.iter_mut().find(|one| one.id == mapping).expect("it is there");
                        prop_assert_eq!(kept.number, number);
                        prop_assert!(kept.is_live(now));
                        kept.expires_at = kept.expires_at.max(expires_at);
                    }
                    Choice::NoneFree => {
                        let taken = |at: NumberId| mappings.iter().any(|one| {
                            one.number == at && one.is_live(now) && (one.has(&lead_telephone)
                                || agent_telephone.as_deref().is_some_and(|telephone| one.has(telephone)))
                        });
                        prop_assert!(pool.iter().all(|number| taken(*number)), "a free one was not taken");
                        continue;
                    }
                    Choice::SameTelephone => {
                        prop_assert_eq!(Some(&lead_telephone), agent_telephone.as_ref());
                        continue;
                    }
                }
                let mut callers: BTreeMap<(NumberId, &str), MappingId> = BTreeMap::new();
                for one in mappings.iter().filter(|one| one.is_live(now)) {
                    for telephone in [Some(one.lead_telephone.as_str()), one.agent_telephone.as_deref()] {
                        let Some(telephone) = telephone else { continue };
                        let before = callers.insert((one.number, telephone), one.id);
                        prop_assert_eq!(before, None, "{} calls two at once", telephone);
                        let (found, side) = find(&mappings, one.number, telephone, now).expect("they are mapped");
                        prop_assert_eq!(found.id, one.id);
                        prop_assert_eq!(side == Side::Lead, telephone == one.lead_telephone);
                    }
                }
            }
            for one in &mappings {
                prop_assert_eq!(find(&mappings, one.number, "+99", now), None);
                let gone = UnixMillis(now.0 + 10_000);
                prop_assert_eq!(find(&mappings, one.number, &one.lead_telephone, gone), None);
            }
        }
    }
}
