//! A room: its plan, the work that the plan makes, its mixing desk and its recording.

use std::{collections::BTreeSet, time::Instant};

use domain::ids::CallId;

use super::{desk::Desk, voice::WIDE};
use crate::{
    plan::{Layout, RecordPlan, RoomPlan},
    port::PortId,
    recorder::{CHUNK_FRAMES, Chunk},
};

/// Customer, agent, somebody they consult, and a supervisor.
const CONVERSATION: usize = 4;

/// A recording in progress: collects frames until a chunk is full.
pub(super) struct Tap {
    pub(super) plan: RecordPlan,
    first_turn: u64,
    pcm: Vec<i16>,
}

impl Tap {
    pub(super) fn new(plan: RecordPlan) -> Self {
        Self { plan, first_turn: 0, pcm: Vec::new() }
    }

    /// Adds one frame; the answer is a chunk that is ready for the recorder.
    pub(super) fn add(&mut self, turn: u64, left: &[i16; WIDE], right: &[i16; WIDE]) -> Option<Chunk> {
        let frames = (self.pcm.len() / (2 * WIDE)) as u64;
        let skipped = !self.pcm.is_empty() && turn != self.first_turn + frames;
        let early = if skipped { self.take() } else { None };
        if self.pcm.is_empty() {
            self.first_turn = turn;
            self.pcm.reserve(2 * WIDE * CHUNK_FRAMES);
        }
        self.pcm.extend(left.iter().zip(right).flat_map(|(l, r)| [*l, *r]));
        let full = self.pcm.len() >= 2 * WIDE * CHUNK_FRAMES;
        early.or_else(|| if full { self.take() } else { None })
    }

    /// What has been collected so far.
    pub(super) fn take(&mut self) -> Option<Chunk> {
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
        }
    }

    pub(super) fn apply(&mut self, plan: RoomPlan, now: Instant) {
        let layout = Layout::of(&plan);
        self.desk.apply(layout.streams);
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

    pub(super) fn is_idle(&self) -> bool {
        self.plan.members.is_empty()
    }

    pub(super) fn listeners_of(&self, speaker: PortId) -> impl Iterator<Item = PortId> + '_ {
        self.forwards.iter().filter(move |(from, _)| *from == speaker).map(|(_, listener)| *listener)
    }
}
