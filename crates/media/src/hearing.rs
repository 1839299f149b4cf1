//! Who hears whom. Listening in, whispering, barging in, holding and consulting are only different edges of it.

use std::collections::{BTreeMap, BTreeSet};

/// A set of (listener, speaker) edges. Nobody hears themselves, even when asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hearing<P> {
    speakers: BTreeMap<P, BTreeSet<P>>,
}

impl<P: Copy + Ord> Default for Hearing<P> {
    fn default() -> Self {
        Self { speakers: BTreeMap::new() }
    }
}

impl<P: Copy + Ord> Hearing<P> {
    /// Keeps the edges between `members`; an edge that names anybody else is dropped.
    pub fn new(members: &[P], edges: &[(P, P)]) -> Self {
        let members: BTreeSet<P> = members.iter().copied().collect();
        let mut speakers: BTreeMap<P, BTreeSet<P>> = BTreeMap::new();
        for (listener, speaker) in edges {
            if listener != speaker && members.contains(listener) && members.contains(speaker) {
                speakers.entry(*listener).or_default().insert(*speaker);
            }
        }
        Self { speakers }
    }

    /// Those whom `listener` hears, in order.
    pub fn speakers_of(&self, listener: P) -> impl Iterator<Item = P> + '_ {
        self.speakers.get(&listener).into_iter().flatten().copied()
    }

    pub fn hears(&self, listener: P, speaker: P) -> bool {
        self.speakers.get(&listener).is_some_and(|set| set.contains(&speaker))
    }

    /// The one whom `listener` hears, when there is exactly one.
    pub fn only_speaker_of(&self, listener: P) -> Option<P> {
        let mut speakers = self.speakers_of(listener);
        let first = speakers.next()?;
        speakers.next().is_none().then_some(first)
    }

    /// Everybody whom somebody hears.
    pub fn heard(&self) -> BTreeSet<P> {
        self.speakers.values().flatten().copied().collect()
    }

    /// Listeners that hear the same speakers, so that their mix is made and encoded once.
    pub fn groups(&self) -> BTreeMap<Vec<P>, Vec<P>> {
        let mut groups: BTreeMap<Vec<P>, Vec<P>> = BTreeMap::new();
        for (listener, speakers) in &self.speakers {
            groups.entry(speakers.iter().copied().collect()).or_default().push(*listener);
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: u8 = 1;
    const AGENT: u8 = 2;
    const COACH: u8 = 3;

    #[test]
    fn a_whisper_is_heard_by_the_agent_only() {
        let hearing = Hearing::new(
            &[CUSTOMER, AGENT, COACH],
            &[(AGENT, CUSTOMER), (CUSTOMER, AGENT), (AGENT, COACH), (COACH, AGENT), (COACH, CUSTOMER)],
        );
        assert!(!hearing.hears(CUSTOMER, COACH));
        assert!(hearing.hears(AGENT, COACH));
        assert_eq!(hearing.only_speaker_of(CUSTOMER), Some(AGENT));
        assert_eq!(hearing.only_speaker_of(AGENT), None);
    }

    #[test]
    fn edges_to_strangers_and_to_oneself_are_dropped() {
        let hearing = Hearing::new(&[CUSTOMER, AGENT], &[(CUSTOMER, COACH), (COACH, AGENT), (AGENT, AGENT)]);
        assert_eq!(hearing, Hearing::default());
    }

    #[test]
    fn silent_listeners_share_one_group() {
        let hearing = Hearing::new(&[1, 2, 3, 4], &[(3, 1), (3, 2), (4, 2), (4, 1), (1, 2)]);
        let groups = hearing.groups();
        assert_eq!(groups[&vec![1, 2]], vec![3, 4]);
        assert_eq!(groups[&vec![2]], vec![1]);
    }
}
