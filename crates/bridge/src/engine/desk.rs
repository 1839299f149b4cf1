//! The mixing desk of a room: which voices are added up for whom in this turn, and how they come and go. Pure.
//!
//! Listeners whose plans differ only in voices that are silent at present hear the same, and share one mix and one encoder.
//! A voice that comes grows within 5 ms; of one that goes only its last sample sinks to nothing, so that no step is heard
//! and nothing that is said after the change.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::LegId;
use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::{FRAME_10, FRAME_20, WIDEBAND},
    mix::Mixer,
};

use super::voice::{NARROW, Part, Samples, WIDE};
use crate::{
    plan::{Source, Stream},
    port::PortId,
};

/// How a voice comes and goes at either rate: within 5 ms, and from a turn's last sample.
type End = (usize, fn(&Samples) -> i16);
const NARROW_END: End = (NARROW / 4, |samples| samples.narrow[NARROW - 1]);
const WIDE_END: End = (WIDE / 4, |samples| samples.wide[WIDE - 1]);

/// What is needed of a source: the samples of this turn and of the one before.
pub(super) type Voices<'f, 'a> = &'f dyn Fn(Source) -> Option<(&'a Samples, &'a Samples)>;

/// Effort for a mix of people in a conversation of few: worth 0.4 of PESQ. What came over a telephone line gains nothing.
const THOROUGH: i32 = 9;
const TELEPHONE: EncoderSettings = EncoderSettings::telephone();

/// Listeners that hear the same in this turn.
pub(super) struct Group {
    pub(super) sources: Vec<Source>,
    pub(super) listeners: Vec<PortId>,
    /// Nothing above 4 kHz can come, by the plan of its listeners.
    narrowband: bool,
    thorough: bool,
    /// Sources that were not there in the turn before.
    entering: Vec<Source>,
    /// Sources that were there for all of the listeners in the turn before, and are not any more.
    leaving: Vec<Source>,
    whole: Kept,
    /// For packets of 10 ms.
    short: Kept,
}

/// An encoder that goes on from turn to turn. One that was not used in a turn still holds what was said before it, which
/// may not be for everybody any more, and is dropped.
#[derive(Default)]
struct Kept {
    encoder: Option<OpusEncoder>,
    used: bool,
}

impl Kept {
    fn turn(&mut self) {
        if !std::mem::take(&mut self.used) {
            self.encoder = None;
        }
    }
}

/// How a mix is encoded, by what the paths to its listeners ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    /// Bits per second.
    pub(super) bitrate: i32,
    /// Whether frames carry a coarse copy of the one before, for those who take no other copies.
    pub(super) fec: bool,
    /// In per cent.
    pub(super) expected_loss: i32,
    /// All of the paths are clean: with the shortest look-ahead, at a rate of its own.
    pub(super) low_delay: bool,
}

impl Demand {
    /// One packet goes to all: as the worst of the paths needs it.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            bitrate: self.bitrate.min(other.bitrate),
            fec: self.fec || other.fec,
            expected_loss: self.expected_loss.max(other.expected_loss),
            low_delay: self.low_delay && other.low_delay,
        }
    }
}

/// What is encoded of a part of a turn.
pub(super) struct Mix {
    pcm: [i16; WIDE],
    length: usize,
}

impl Mix {
    pub(super) fn pcm(&self) -> &[i16] {
        &self.pcm[..self.length]
    }
}

#[derive(Default)]
pub(super) struct Desk {
    streams: Vec<Stream>,
    groups: Vec<Group>,
    silent: BTreeSet<PortId>,
    /// Carriers whose codec is a wide one.
    wide: BTreeSet<LegId>,
    thorough: bool,
    changed: bool,
}

impl Desk {
    /// Takes the streams of a new plan. `thorough`: so few listeners that each mix is worth some effort.
    pub(super) fn apply(&mut self, streams: Vec<Stream>, thorough: bool) {
        self.streams = streams;
        self.thorough = thorough;
        self.changed = true;
    }

    /// Takes which carriers' codecs are wide ones: others' voices hold nothing above 4 kHz.
    pub(super) fn set_wide(&mut self, wide: BTreeSet<LegId>) {
        self.changed |= self.wide != wide;
        self.wide = wide;
    }

    pub(super) fn has_wide(&self) -> bool {
        !self.wide.is_empty()
    }

    /// A turn begins, in which `silent` say nothing.
    pub(super) fn turn(&mut self, silent: &BTreeSet<PortId>) -> &mut [Group] {
        for group in &mut self.groups {
            group.whole.turn();
            group.short.turn();
        }
        if self.changed || self.silent != *silent {
            self.regroup(silent);
            self.silent.clone_from(silent);
            self.changed = false;
        } else {
            for group in &mut self.groups {
                group.entering.clear();
                group.leaving.clear();
            }
        }
        &mut self.groups
    }

    /// The groups of the turn that has begun.
    pub(super) fn groups(&mut self) -> &mut [Group] {
        &mut self.groups
    }

    fn regroup(&mut self, silent: &BTreeSet<PortId>) {
        let mut before = std::mem::take(&mut self.groups);
        let places: BTreeMap<PortId, usize> = before
            .iter()
            .enumerate()
            .flat_map(|(n, group)| group.listeners.iter().map(move |port| (*port, n)))
            .collect();
        // Who hears what now, and what each may hear.
        let mut wanted: BTreeMap<(bool, Vec<Source>), Vec<&Stream>> = BTreeMap::new();
        for stream in &self.streams {
            let speaks = |source: &Source| !matches!(source, Source::Port(port) if silent.contains(port));
            let sources = stream.sources.iter().copied().filter(speaks).collect();
            wanted.entry((stream.is_narrowband(&self.wide), sources)).or_default().push(stream);
        }
        let mut wanted: Vec<_> = wanted.into_iter().collect();
        // The largest first: it is the one whose encoder should go on.
        wanted.sort_by_key(|(_, streams)| {
            std::cmp::Reverse(streams.iter().map(|stream| stream.listeners.len()).sum::<usize>())
        });
        let mut taken = vec![false; before.len()];
        for ((narrowband, sources), streams) in wanted {
            let listeners: Vec<PortId> = streams.iter().flat_map(|stream| stream.listeners.iter().copied()).collect();
            let mut group = Group::new(narrowband, self.thorough, sources, listeners);
            let shared = group.common_past(&before, &places);
            let from =
                group.most_come_from(&places).filter(|n| !taken[*n] && before[*n].may_go_on(narrowband, &streams));
            if let Some(n) = from {
                taken[n] = true;
                group.entering = without(&group.sources, &before[n].sources);
                group.whole = std::mem::take(&mut before[n].whole);
                group.short = std::mem::take(&mut before[n].short);
            } else {
                group.entering = without(&group.sources, &shared);
            }
            group.leaving = without(&shared, &group.sources);
            self.groups.push(group);
        }
    }
}

fn without(all: &[Source], others: &[Source]) -> Vec<Source> {
    all.iter().copied().filter(|source| !others.contains(source)).collect()
}

impl Group {
    fn new(narrowband: bool, thorough: bool, sources: Vec<Source>, listeners: Vec<PortId>) -> Self {
        Self {
            sources,
            listeners,
            narrowband,
            thorough,
            entering: Vec::new(),
            leaving: Vec::new(),
            whole: Kept::default(),
            short: Kept::default(),
        }
    }

    /// What every one of the listeners heard in the turn before.
    fn common_past(&self, before: &[Self], places: &BTreeMap<PortId, usize>) -> Vec<Source> {
        let mut pasts = self.listeners.iter().map(|port| places.get(port).map_or(&[][..], |n| &before[*n].sources));
        let mut common = pasts.next().unwrap_or(&[]).to_vec();
        for past in pasts {
            common.retain(|source| past.contains(source));
        }
        common
    }

    fn most_come_from(&self, places: &BTreeMap<PortId, usize>) -> Option<usize> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for n in self.listeners.iter().filter_map(|port| places.get(port)) {
            *counts.entry(*n).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(n, _)| n)
    }

    /// Whether this group's encoder may go on for these listeners: what it still holds of the turn before (its look-ahead)
    /// has to be theirs to hear, or their own.
    fn may_go_on(&self, narrowband: bool, streams: &[&Stream]) -> bool {
        let may_hear = |stream: &&Stream| {
            let own = |source: &Source| matches!(source, Source::Port(port) if stream.listeners == [*port]);
            self.sources.iter().all(|source| stream.sources.contains(source) || own(source))
        };
        self.narrowband == narrowband && streams.iter().all(may_hear)
    }

    /// A sound of the bridge's own and nothing else: it is there in packets already; the encoder is not needed then.
    pub(super) fn only_loop(&mut self) -> Option<Source> {
        let only = match self.sources.as_slice() {
            [source @ (Source::Music | Source::Ringback)] => Some(*source),
            _ => None,
        };
        let only = only.filter(|_| self.entering.is_empty() && self.leaving.is_empty());
        if only.is_some() {
            (self.whole, self.short) = (Kept::default(), Kept::default());
        }
        only
    }

    /// The turn for carriers of G.711 among the listeners.
    pub(super) fn mix_narrow(&self, mixer: &mut Mixer, voices: Voices<'_, '_>) -> [i16; NARROW] {
        let mut mix = [0; NARROW];
        self.mix(Part::Whole, mixer, voices, |samples| &samples.narrow, NARROW_END, &mut mix);
        mix
    }

    /// The turn for wide carriers among the listeners.
    pub(super) fn mix_wide(&self, mixer: &mut Mixer, voices: Voices<'_, '_>) -> [i16; WIDE] {
        let mut mix = [0; WIDE];
        self.mix(Part::Whole, mixer, voices, |samples| &samples.wide, WIDE_END, &mut mix);
        mix
    }

    /// A part of the turn for devices among the listeners: at 8 kHz when nothing above 4 kHz can be in it, else at 16 kHz.
    pub(super) fn mix_for_devices(&self, part: Part, mixer: &mut Mixer, voices: Voices<'_, '_>) -> Mix {
        let mut pcm = [0; WIDE];
        let length = self.range(part).len();
        if self.narrowband {
            self.mix(part, mixer, voices, |samples| &samples.narrow[part.narrow()], NARROW_END, &mut pcm[..length]);
        } else {
            self.mix(part, mixer, voices, |samples| &samples.wide[part.wide()], WIDE_END, &mut pcm[..length]);
        }
        Mix { pcm, length }
    }

    const fn range(&self, part: Part) -> std::ops::Range<usize> {
        if self.narrowband { part.narrow() } else { part.wide() }
    }

    fn mix(
        &self,
        part: Part,
        mixer: &mut Mixer,
        voices: Voices<'_, '_>,
        rate: impl for<'a> Fn(&'a Samples) -> &'a [i16],
        (ramp, last): End,
        out: &mut [i16],
    ) {
        // What comes and goes does so at the turn's beginning.
        let begins = part != Part::Second;
        for source in &self.sources {
            match voices(*source) {
                Some((now, _)) if begins && self.entering.contains(source) => mixer.fade_in(rate(now), ramp),
                Some((now, _)) => mixer.add(rate(now)),
                None => {}
            }
        }
        for source in self.leaving.iter().filter(|_| begins) {
            if let Some((_, before)) = voices(*source) {
                mixer.settle(last(before), ramp);
            }
        }
        mixer.take_into(out);
    }

    /// One packet of `part` for all devices among the listeners, made from what [`mix_for_devices`](Self::mix_for_devices)
    /// gave for it.
    pub(super) fn encode(
        &mut self,
        part: Part,
        mix: &Mix,
        demand: Demand,
        mixer: &mut Mixer,
        voices: Voices<'_, '_>,
        packet: &mut [u8; MAX_PACKET],
    ) -> Result<usize, CodecError> {
        let kept = if part == Part::Whole { &mut self.whole } else { &mut self.short };
        kept.used = true;
        // What came over a telephone line is understood at a third of the bits that this takes.
        let low_delay = demand.low_delay && !self.narrowband;
        if let Some(encoder) = kept.encoder.as_mut().filter(|encoder| encoder.settings().low_delay == low_delay) {
            meet(encoder, demand)?;
            return encoder.encode(mix.pcm(), packet);
        }
        // 8 kHz when nothing above 4 kHz is in it, else 16 kHz.
        let settings = match (self.narrowband, low_delay) {
            (true, _) => EncoderSettings::telephone(),
            (false, true) => EncoderSettings::clean_voice(WIDEBAND),
            (false, false) => EncoderSettings::voice(WIDEBAND),
        };
        let frame = if part == Part::Whole { FRAME_20 } else { FRAME_10 };
        let complexity = if self.thorough && !self.narrowband { THOROUGH } else { settings.complexity };
        let mut fresh = OpusEncoder::new(EncoderSettings { frame, complexity, ..settings })?;
        meet(&mut fresh, demand)?;
        if kept.encoder.is_some() {
            // Decoders begin anew with the other layer, and so has to who encodes for them.
            return kept.encoder.insert(fresh).encode(mix.pcm(), packet);
        }
        // A fresh encoder looks back into silence and would leave a hole of its look-ahead: it is given what was heard in
        // the turn before by all of these listeners.
        let past = if part == Part::First { Part::Second } else { part };
        let mut before = [0; WIDE];
        for source in self.sources.iter().filter(|source| !self.entering.contains(source)) {
            if let Some((_, before)) = voices(*source) {
                mixer.add(if self.narrowband { &before.narrow[past.narrow()] } else { &before.wide[past.wide()] });
            }
        }
        mixer.take_into(&mut before);
        fresh.encode(&before[..mix.length], packet)?;
        kept.encoder.insert(fresh).encode(mix.pcm(), packet)
    }
}

/// Changes what has changed.
fn meet(encoder: &mut OpusEncoder, demand: Demand) -> Result<(), CodecError> {
    let settings = *encoder.settings();
    if settings.low_delay {
        return Ok(());
    }
    // What came over a telephone line needs no more than that takes.
    let most = if settings.rate == WIDEBAND { demand.bitrate } else { demand.bitrate.min(TELEPHONE.bitrate) };
    if settings.bitrate != most {
        encoder.set_bitrate(most)?;
    }
    if settings.fec != demand.fec {
        encoder.set_fec(demand.fec)?;
    }
    if settings.expected_loss != demand.expected_loss {
        encoder.set_expected_loss(demand.expected_loss)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
