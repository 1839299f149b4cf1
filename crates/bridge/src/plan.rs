//! What is wanted in a room, and what has to be done for it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{LegId, RecordingId};
use media::hearing::Hearing;

use crate::port::PortId;

/// The whole wish for one room; it replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoomPlan {
    /// A port is in one room at a time: naming it here takes it out of any other.
    pub members: Vec<PortId>,
    /// (listener, speaker). Edges to ports that are no members do nothing.
    pub hears: Vec<(PortId, PortId)>,
    /// Members that hear the hold music.
    pub music: Vec<PortId>,
    /// Members that hear that it rings at the other end.
    pub ringback: Vec<PortId>,
    pub record: Option<RecordPlan>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPlan {
    pub recording: RecordingId,
    /// Customers.
    pub left: Vec<PortId>,
    /// Agents.
    pub right: Vec<PortId>,
    /// The recording goes on, in silence.
    pub paused: bool,
}

/// Something that can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Port(PortId),
    Music,
    Ringback,
}

impl Source {
    /// It holds nothing above 4 kHz, so an 8 kHz encoder loses nothing. `wide`: carriers whose codec is a wide one.
    pub fn is_narrowband(self, wide: &BTreeSet<LegId>) -> bool {
        matches!(self, Self::Port(PortId::Carrier(leg)) if !wide.contains(&leg))
    }
}

/// Listeners that hear the same: mixed once, and encoded once for all devices among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    pub sources: Vec<Source>,
    pub listeners: Vec<PortId>,
}

impl Stream {
    /// As [`Source::is_narrowband`], of all of them.
    pub fn is_narrowband(&self, wide: &BTreeSet<LegId>) -> bool {
        self.sources.iter().all(|source| source.is_narrowband(wide))
    }
}

/// The work that a plan makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    pub streams: Vec<Stream>,
    /// (speaker, listener) between devices where packets are passed on untouched.
    pub forwards: Vec<(PortId, PortId)>,
    /// Ports whose samples are needed. All others are never decoded.
    pub decoded: BTreeSet<PortId>,
}

impl Layout {
    pub fn of(plan: &RoomPlan) -> Self {
        let hearing = Hearing::new(&plan.members, &plan.hears);
        let mut streams: BTreeMap<Vec<Source>, Vec<PortId>> = BTreeMap::new();
        let mut layout = Self::default();
        for listener in BTreeSet::from_iter(plan.members.iter().copied()) {
            let mut sources: Vec<Source> = hearing.speakers_of(listener).map(Source::Port).collect();
            if plan.music.contains(&listener) {
                sources.push(Source::Music);
            }
            if plan.ringback.contains(&listener) {
                sources.push(Source::Ringback);
            }
            match (listener, sources.as_slice()) {
                (PortId::Session(_), [Source::Port(speaker @ PortId::Session(_))]) => {
                    layout.forwards.push((*speaker, listener));
                }
                // A device that hears nothing is sent nothing; a carrier is sent silence, to keep its clock.
                (PortId::Session(_), []) => {}
                (PortId::Session(_) | PortId::Carrier(_), _) => streams.entry(sources).or_default().push(listener),
            }
        }
        let members: BTreeSet<PortId> = plan.members.iter().copied().collect();
        let recorded = plan.record.iter().filter(|record| !record.paused).flat_map(|r| r.left.iter().chain(&r.right));
        layout.decoded.extend(recorded.copied().filter(|port| members.contains(port)));
        for source in streams.keys().flatten() {
            if let Source::Port(port) = source {
                layout.decoded.insert(*port);
            }
        }
        layout.streams = streams.into_iter().map(|(sources, listeners)| Stream { sources, listeners }).collect();
        layout
    }

    /// Whether any path leads from `speaker` to `listener`.
    pub fn reaches(&self, speaker: PortId, listener: PortId) -> bool {
        let mixed =
            |stream: &Stream| stream.listeners.contains(&listener) && stream.sources.contains(&Source::Port(speaker));
        self.forwards.contains(&(speaker, listener)) || self.streams.iter().any(mixed)
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::MediaSessionId;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn session(n: u128) -> PortId {
        PortId::Session(MediaSessionId::new(Uuid::from_u128(n)))
    }

    fn carrier(n: u128) -> PortId {
        PortId::Carrier(LegId::new(Uuid::from_u128(n)))
    }

    fn plan(members: &[PortId], hears: &[(PortId, PortId)]) -> RoomPlan {
        RoomPlan { members: members.to_vec(), hears: hears.to_vec(), ..RoomPlan::default() }
    }

    #[test]
    fn two_devices_alone_are_passed_through_and_not_decoded() {
        let (a, b) = (session(1), session(2));
        let layout = Layout::of(&plan(&[a, b], &[(a, b), (b, a)]));
        assert_eq!(layout.forwards, [(b, a), (a, b)]);
        assert_eq!(layout.streams, []);
        assert!(layout.decoded.is_empty());
    }

    #[test]
    fn a_recorded_pair_is_still_passed_through_and_decoded_for_the_file_only() {
        let (a, b) = (session(1), session(2));
        let mut plan = plan(&[a, b], &[(a, b), (b, a)]);
        let recording = RecordingId::new(Uuid::from_u128(9));
        plan.record = Some(RecordPlan { recording, left: vec![a], right: vec![b], paused: false });
        let layout = Layout::of(&plan);
        assert_eq!(layout.forwards.len(), 2);
        assert_eq!(layout.decoded, BTreeSet::from([a, b]));
        plan.record = Some(RecordPlan { recording, left: vec![a], right: vec![b], paused: true });
        assert!(Layout::of(&plan).decoded.is_empty());
    }

    #[test]
    fn listeners_of_the_same_voices_share_one_stream() {
        let (customer, agent, x, y) = (carrier(1), session(2), session(3), session(4));
        let layout = Layout::of(&plan(
            &[customer, agent, x, y],
            &[(x, customer), (x, agent), (y, agent), (y, customer), (customer, agent), (agent, customer)],
        ));
        assert_eq!(layout.streams.iter().filter(|s| s.listeners == [x, y]).count(), 1);
        assert_eq!(layout.streams.len(), 3);
    }

    #[test]
    fn only_a_carrier_whose_codec_is_narrow_brings_nothing_above_4_khz() {
        let (narrow, wide) = (LegId::new(Uuid::from_u128(1)), LegId::new(Uuid::from_u128(2)));
        let known = BTreeSet::from([wide]);
        let of = |sources: &[Source]| Stream { sources: sources.to_vec(), listeners: vec![] }.is_narrowband(&known);
        let (telephone, hd) = (Source::Port(PortId::Carrier(narrow)), Source::Port(PortId::Carrier(wide)));
        assert!(of(&[telephone]));
        assert!(!of(&[hd]) && !of(&[telephone, hd]) && !of(&[telephone, Source::Music]));
        assert!(!of(&[Source::Port(session(3))]));
    }

    #[test]
    fn hold_music_reaches_whom_it_is_meant_for() {
        let (customer, agent) = (carrier(1), session(2));
        let mut plan = plan(&[customer, agent], &[]);
        plan.music = vec![customer];
        let layout = Layout::of(&plan);
        assert_eq!(layout.streams, [Stream { sources: vec![Source::Music], listeners: vec![customer] }]);
        assert!(layout.decoded.is_empty());
    }

    proptest! {
        /// For any plan: a path exists exactly where the plan has an edge between two members, and ports without a
        /// listener or a recording are not decoded.
        #[test]
        fn the_layout_carries_the_edges_of_the_plan_and_no_others(
            members in proptest::collection::btree_set(0_u128..6, 0..6),
            edges in proptest::collection::vec((0_u128..6, 0_u128..6), 0..20),
            music in proptest::collection::vec(0_u128..6, 0..3),
            recorded in proptest::collection::vec(0_u128..6, 0..3),
        ) {
            let port = |n: u128| if n < 2 { carrier(n) } else { session(n) };
            let mut plan = plan(
                &members.iter().map(|n| port(*n)).collect::<Vec<_>>(),
                &edges.iter().map(|(a, b)| (port(*a), port(*b))).collect::<Vec<_>>(),
            );
            plan.music = music.iter().map(|n| port(*n)).collect();
            let recording = RecordingId::new(Uuid::from_u128(99));
            let left: Vec<PortId> = recorded.iter().map(|n| port(*n)).collect();
            plan.record = Some(RecordPlan { recording, left: left.clone(), right: vec![], paused: false });
            let layout = Layout::of(&plan);
            for speaker in 0..6 {
                for listener in 0..6 {
                    let wanted = speaker != listener
                        && members.contains(&speaker)
                        && members.contains(&listener)
                        && edges.contains(&(listener, speaker));
                    prop_assert_eq!(layout.reaches(port(speaker), port(listener)), wanted);
                }
                let heard = (0..6).any(|listener| layout.reaches(port(speaker), port(listener)));
                let kept = members.contains(&speaker) && left.contains(&port(speaker));
                if !heard && !kept {
                    prop_assert!(!layout.decoded.contains(&port(speaker)));
                }
            }
        }
    }
}
