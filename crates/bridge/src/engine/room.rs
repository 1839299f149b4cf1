//! A room: its plan, the work that the plan makes, its mixing desk and its recording.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use domain::ids::CallId;

use super::{desk::Desk, ticks::TICK, voice::WIDE};
use crate::{
    plan::{Layout, RecordPlan, RoomPlan},
    port::PortId,
    recorder::{
        CHUNK_FRAMES, Chunk,
        align::{BEHIND, Channel},
    },
};

const BEHIND_TURNS: u64 = (BEHIND.as_millis() / TICK.as_millis()) as u64;
/// Customer, agent, somebody they consult, and a supervisor.
const CONVERSATION: usize = 4;

/// A recording in progress: puts both channels side by side and collects frames until a chunk is full.
pub(super) struct Tap {
    pub(super) plan: RecordPlan,
    /// The turn of the first frame, and the next one.
    turns: Option<(u64, u64)>,
    left: Channel,
    right: Channel,
    first_turn: u64,
    pcm: Vec<i16>,
}

/// 20 ms of one side, and how long it has waited since it arrived, where that is known.
pub(super) struct Side {
    pub(super) frame: [i16; WIDE],
    pub(super) wait: Option<Duration>,
}

impl Side {
    pub(super) const SILENT: Self = Self { frame: [0; WIDE], wait: None };
}

impl Tap {
    pub(super) fn new(plan: RecordPlan) -> Self {
        Self { plan, turns: None, left: Channel::new(), right: Channel::new(), first_turn: 0, pcm: Vec::new() }
    }

    /// Adds the frame of a turn; the answer is a chunk that is ready for the recorder.
    pub(super) fn add(&mut self, turn: u64, left: &Side, right: &Side) -> Option<Chunk> {
        // After turns that were left out, what is on its way belongs before them.
        let before = if self.turns.is_some_and(|(_, next)| next != turn) { self.end() } else { None };
        let (began, _) = *self.turns.get_or_insert((turn, turn));
        self.turns = Some((began, turn + 1));
        let (left, right) = (self.left.pass(&left.frame, left.wait), self.right.pass(&right.frame, right.wait));
        match turn.checked_sub(BEHIND_TURNS).filter(|aligned| *aligned >= began) {
            Some(aligned) => before.or_else(|| self.collect(aligned, &left, &right)),
            None => before,
        }
    }

    fn collect(&mut self, turn: u64, left: &[i16; WIDE], right: &[i16; WIDE]) -> Option<Chunk> {
        if self.pcm.is_empty() {
            self.first_turn = turn;
            self.pcm.reserve(2 * WIDE * CHUNK_FRAMES);
        }
        self.pcm.extend(left.iter().zip(right).flat_map(|(l, r)| [*l, *r]));
        if self.pcm.len() >= 2 * WIDE * CHUNK_FRAMES { self.take() } else { None }
    }

    /// All that has been said until now; what is added later begins anew.
    pub(super) fn end(&mut self) -> Option<Chunk> {
        let (began, next) = self.turns.take()?;
        let silent = [0; WIDE];
        let (mut left, mut right) = (self.left.rest(), self.right.rest());
        for aligned in next.saturating_sub(BEHIND_TURNS)..next {
            let (left, right) = (left.next().unwrap_or(silent), right.next().unwrap_or(silent));
            if aligned >= began {
                // A chunk may be longer than usual.
                if self.pcm.is_empty() {
                    self.first_turn = aligned;
                }
                self.pcm.extend(left.iter().zip(&right).flat_map(|(l, r)| [*l, *r]));
            }
        }
        (self.left, self.right) = (Channel::new(), Channel::new());
        self.take()
    }

    fn take(&mut self) -> Option<Chunk> {
        let pcm = std::mem::take(&mut self.pcm);
        (!pcm.is_empty()).then_some(Chunk { recording: self.plan.recording, first_turn: self.first_turn, pcm })
    }
}

pub(super) struct Room {
    pub(super) id: CallId,
    pub(super) plan: RoomPlan,
    pub(super) desk: Desk,
    pub(super) forwards: Vec<(PortId, PortId)>,
    pub(super) decoded: BTreeSet<PortId>,
    pub(super) tap: Option<Tap>,
    /// Members that have been heard in this room.
    pub(super) heard: BTreeSet<PortId>,
    /// Members that have been reported as silent.
    pub(super) silent: BTreeSet<PortId>,
    pub(super) changed: Instant,
    /// Somebody here is sent this turn in halves.
    pub(super) in_halves: bool,
}

impl Room {
    pub(super) fn new(id: CallId, now: Instant) -> Self {
        Self {
            id,
            plan: RoomPlan::default(),
            desk: Desk::default(),
            forwards: Vec::new(),
            decoded: BTreeSet::new(),
            tap: None,
            heard: BTreeSet::new(),
            silent: BTreeSet::new(),
            changed: now,
            in_halves: false,
        }
    }

    pub(super) fn apply(&mut self, plan: RoomPlan, now: Instant) {
        let layout = Layout::of(&plan);
        self.desk.apply(layout.streams, plan.members.len() <= CONVERSATION);
        self.forwards = layout.forwards;
        self.decoded = layout.decoded;
        let stays = |port: &PortId| plan.members.contains(port);
        self.heard.retain(stays);
        self.silent.retain(stays);
        self.plan = plan;
        self.changed = now;
    }

    /// So many members that the silent ones are left out of the mix. In a conversation of few, what a quiet microphone
    /// brings is the sign that the line is there.
    pub(super) fn is_large(&self) -> bool {
        self.plan.members.len() > CONVERSATION
    }

    /// Somebody takes what is above 4 kHz, or what is made at that rate: a device, a carrier of a wide codec, the recording.
    pub(super) fn hears_wide(&self) -> bool {
        let device = |port: &PortId| matches!(port, PortId::Session(_));
        self.tap.is_some() || self.desk.has_wide() || self.plan.members.iter().any(device)
    }

    /// In a large room two packets for one would cost more than they are worth.
    pub(super) fn may_be_in_halves(&self) -> bool {
        !self.is_idle() && !self.is_large()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.plan.members.is_empty()
    }

    pub(super) fn listeners_of(&self, speaker: PortId) -> impl Iterator<Item = PortId> + '_ {
        self.forwards.iter().filter(move |(from, _)| *from == speaker).map(|(_, listener)| *listener)
    }
}
