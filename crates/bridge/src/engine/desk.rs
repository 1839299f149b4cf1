//! The mixing desk of a room: which voices are added up for whom in this turn, and how they come and go. Pure.
//!
//! Listeners whose plans differ only in voices that are silent at present hear the same, and share one mix and one encoder.
//! A voice that comes grows within 5 ms; of one that goes only its last sample sinks to nothing, so that no step is heard
//! and nothing that is said after the change.

use std::collections::{BTreeMap, BTreeSet};

use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    frame::WIDEBAND,
    mix::Mixer,
};

use super::voice::{NARROW, Samples, WIDE};
use crate::{
    plan::{Source, Stream},
    port::PortId,
};

/// 5 ms.
const NARROW_RAMP: usize = NARROW / 4;
const WIDE_RAMP: usize = WIDE / 4;

/// What is needed of a source: the samples of this turn and of the one before.
pub(super) type Voices<'f, 'a> = &'f dyn Fn(Source) -> Option<(&'a Samples, &'a Samples)>;

/// Listeners that hear the same in this turn.
pub(super) struct Group {
    pub(super) sources: Vec<Source>,
    pub(super) listeners: Vec<PortId>,
    /// Nothing above 4 kHz can come, by the plan of its listeners.
    narrowband: bool,
    /// Sources that were not there in the turn before.
    entering: Vec<Source>,
    /// Sources that were there for all of the listeners in the turn before, and are not any more.
    leaving: Vec<Source>,
    encoder: Option<OpusEncoder>,
}

#[derive(Default)]
pub(super) struct Desk {
    streams: Vec<Stream>,
    groups: Vec<Group>,
    silent: BTreeSet<PortId>,
    changed: bool,
}

impl Desk {
    /// Takes the streams of a new plan.
    pub(super) fn apply(&mut self, streams: Vec<Stream>) {
        self.streams = streams;
        self.changed = true;
    }

    /// A turn begins, in which `silent` say nothing.
    pub(super) fn turn(&mut self, silent: &BTreeSet<PortId>) -> &mut [Group] {
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
            wanted.entry((stream.is_narrowband(), sources)).or_default().push(stream);
        }
        let mut wanted: Vec<_> = wanted.into_iter().collect();
        // The largest first: it is the one whose encoder should go on.
        wanted.sort_by_key(|(_, streams)| {
            std::cmp::Reverse(streams.iter().map(|stream| stream.listeners.len()).sum::<usize>())
        });
        let mut taken = vec![false; before.len()];
        for ((narrowband, sources), streams) in wanted {
            let listeners: Vec<PortId> = streams.iter().flat_map(|stream| stream.listeners.iter().copied()).collect();
            let mut group = Group::new(narrowband, sources, listeners);
            let shared = group.common_past(&before, &places);
            let from =
                group.most_come_from(&places).filter(|n| !taken[*n] && before[*n].may_go_on(narrowband, &streams));
            if let Some(n) = from {
                taken[n] = true;
                group.entering = without(&group.sources, &before[n].sources);
                group.encoder = before[n].encoder.take();
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
    fn new(narrowband: bool, sources: Vec<Source>, listeners: Vec<PortId>) -> Self {
        Self { sources, listeners, narrowband, entering: Vec::new(), leaving: Vec::new(), encoder: None }
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

    /// Nothing but the music, which is there in packets already; the encoder is not needed then.
    pub(super) fn is_music(&mut self) -> bool {
        let music = self.sources == [Source::Music] && self.entering.is_empty() && self.leaving.is_empty();
        if music {
            self.encoder = None;
        }
        music
    }

    pub(super) fn mix_narrow(&self, mixer: &mut Mixer, voices: Voices<'_, '_>) -> [i16; NARROW] {
        let mut mix = [0; NARROW];
        self.mix(mixer, voices, |samples| &samples.narrow, NARROW_RAMP, &mut mix);
        mix
    }

    pub(super) fn mix_wide(&self, mixer: &mut Mixer, voices: Voices<'_, '_>) -> [i16; WIDE] {
        let mut mix = [0; WIDE];
        self.mix(mixer, voices, |samples| &samples.wide, WIDE_RAMP, &mut mix);
        mix
    }

    fn mix(
        &self,
        mixer: &mut Mixer,
        voices: Voices<'_, '_>,
        rate: impl for<'a> Fn(&'a Samples) -> &'a [i16],
        ramp: usize,
        out: &mut [i16],
    ) {
        for source in &self.sources {
            match voices(*source) {
                Some((now, _)) if self.entering.contains(source) => mixer.fade_in(rate(now), ramp),
                Some((now, _)) => mixer.add(rate(now)),
                None => {}
            }
        }
        for source in &self.leaving {
            if let Some((_, before)) = voices(*source) {
                mixer.settle(rate(before).last().copied().unwrap_or(0), ramp);
            }
        }
        mixer.take_into(out);
    }

    /// One packet for all devices among the listeners, made from what [`mix_narrow`](Self::mix_narrow) or
    /// [`mix_wide`](Self::mix_wide) gave; which of them is told by [`is_narrowband`](Self::is_narrowband).
    pub(super) fn encode(
        &mut self,
        pcm: &[i16],
        mixer: &mut Mixer,
        voices: Voices<'_, '_>,
        packet: &mut [u8; MAX_PACKET],
    ) -> Result<usize, CodecError> {
        if let Some(encoder) = &mut self.encoder {
            return encoder.encode(pcm, packet);
        }
        // 8 kHz when nothing above 4 kHz is in it, else 16 kHz.
        let settings = if self.narrowband { EncoderSettings::telephone() } else { EncoderSettings::voice(WIDEBAND) };
        let mut encoder = OpusEncoder::new(settings)?;
        // A fresh encoder looks back into silence and would leave a hole of its look-ahead: it is given what was heard in
        // the turn before by all of these listeners.
        let mut past = if self.narrowband { vec![0; NARROW] } else { vec![0; WIDE] };
        for source in self.sources.iter().filter(|source| !self.entering.contains(source)) {
            if let Some((_, before)) = voices(*source) {
                mixer.add(if self.narrowband { &before.narrow } else { &before.wide });
            }
        }
        mixer.take_into(&mut past);
        encoder.encode(&past, packet)?;
        self.encoder.insert(encoder).encode(pcm, packet)
    }

    pub(super) const fn is_narrowband(&self) -> bool {
        self.narrowband
    }
}

#[cfg(test)]
mod tests;
