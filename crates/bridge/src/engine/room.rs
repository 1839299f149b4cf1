//! A room: its plan, the work that the plan makes, and the encoders of its streams.

use std::{collections::BTreeSet, time::Instant};

use domain::ids::CallId;
use media::{
    codec::{CodecError, EncoderSettings, OpusEncoder},
    frame::WIDEBAND,
};

use super::voice::WIDE;
use crate::{
    plan::{Layout, RecordPlan, RoomPlan, Stream},
    port::PortId,
    recorder::{CHUNK_FRAMES, Chunk},
};

/// One stream with the encoder for the devices among its listeners.
pub(super) struct Channel {
    pub(super) stream: Stream,
    encoder: Option<OpusEncoder>,
}

impl Channel {
    /// 8 kHz when nothing above 4 kHz is in it, else 16 kHz.
    pub(super) fn encoder(&mut self) -> Result<&mut OpusEncoder, CodecError> {
        let settings =
            if self.stream.is_narrowband() { EncoderSettings::telephone() } else { EncoderSettings::voice(WIDEBAND) };
        match &mut self.encoder {
            Some(encoder) => Ok(encoder),
            none => Ok(none.insert(OpusEncoder::new(settings)?)),
        }
    }
}

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
    pub(super) channels: Vec<Channel>,
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
            channels: Vec::new(),
            forwards: Vec::new(),
            decoded: BTreeSet::new(),
            tap: None,
            heard: BTreeSet::new(),
            silent: BTreeSet::new(),
            changed: now,
        }
    }

    /// Takes a plan; streams that go on keep their encoders, so that their listeners hear no seam.
    pub(super) fn apply(&mut self, plan: RoomPlan, now: Instant) {
        let layout = Layout::of(&plan);
        let mut before = std::mem::take(&mut self.channels);
        self.channels = layout
            .streams
            .into_iter()
            .map(|stream| {
                let kept = before.iter_mut().find(|channel| channel.stream.sources == stream.sources);
                Channel { encoder: kept.and_then(|channel| channel.encoder.take()), stream }
            })
            .collect();
        self.forwards = layout.forwards;
        self.decoded = layout.decoded;
        let stays = |port: &PortId| plan.members.contains(port);
        self.heard.retain(stays);
        self.silent.retain(stays);
        self.plan = plan;
        self.changed = now;
    }

    pub(super) fn is_idle(&self) -> bool {
        self.plan.members.is_empty()
    }

    pub(super) fn listeners_of(&self, speaker: PortId) -> impl Iterator<Item = PortId> + '_ {
        self.forwards.iter().filter(move |(from, _)| *from == speaker).map(|(_, listener)| *listener)
    }
}
