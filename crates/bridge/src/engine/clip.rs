//! Prompts and key tones that are played to one port instead of everything else.

use std::{collections::VecDeque, sync::Arc};

use media::{
    codec::{CodecError, EncoderSettings, MAX_PACKET, OpusEncoder},
    resample::Upsampler,
};

use super::voice::{NARROW, WIDE};
use crate::handle::PromptId;

#[derive(Debug)]
struct Clip {
    /// Key tones have none.
    prompt: Option<PromptId>,
    pcm: Arc<[i16]>,
    position: usize,
}

/// An Opus packet, and the name of the prompt that ends with it.
pub(super) type NamedPacket = (Arc<[u8]>, Option<PromptId>);

#[derive(Debug, Default)]
pub(super) struct Clips {
    queue: VecDeque<Clip>,
    encoder: Option<OpusEncoder>,
    up: Option<Upsampler>,
}

impl Clips {
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Plays a prompt in place of any other; the answer names those that were cut off.
    pub(super) fn play(&mut self, prompt: PromptId, pcm: Arc<[i16]>) -> Vec<PromptId> {
        let cut = self.stop();
        self.queue.push_back(Clip { prompt: Some(prompt), pcm, position: 0 });
        cut
    }

    /// Plays tones after what is playing.
    pub(super) fn append_tones(&mut self, pcm: Vec<i16>) {
        self.queue.push_back(Clip { prompt: None, pcm: pcm.into(), position: 0 });
    }

    /// Cuts off all prompts; key tones stay.
    pub(super) fn stop(&mut self) -> Vec<PromptId> {
        let (tones, prompts): (VecDeque<Clip>, VecDeque<Clip>) = self.queue.drain(..).partition(|c| c.prompt.is_none());
        self.queue = tones;
        if self.queue.is_empty() {
            self.up = None;
        }
        prompts.into_iter().filter_map(|clip| clip.prompt).collect()
    }

    /// The next 20 ms; `None` when nothing plays. The last frame of a clip is filled up with silence and comes with the
    /// clip's name.
    pub(super) fn next(&mut self) -> Option<([i16; NARROW], Option<PromptId>)> {
        let clip = self.queue.front_mut()?;
        let rest = clip.pcm.get(clip.position..).unwrap_or(&[]);
        let count = rest.len().min(NARROW);
        let mut frame = [0; NARROW];
        frame[..count].copy_from_slice(&rest[..count]);
        clip.position += NARROW;
        let ended = clip.position >= clip.pcm.len();
        let finished = if ended { self.queue.pop_front().and_then(|clip| clip.prompt) } else { None };
        Some((frame, finished))
    }

    /// As [`next`](Self::next), at 16 kHz: prompts are kept at 8 kHz, so that its upper half is empty.
    pub(super) fn next_wide(&mut self) -> Option<([i16; WIDE], Option<PromptId>)> {
        let (frame, finished) = self.next()?;
        let mut wide = [0; WIDE];
        self.up.get_or_insert_default().process(&frame, &mut wide);
        if self.queue.is_empty() {
            self.up = None;
        }
        Some((wide, finished))
    }

    /// As [`next`](Self::next), as an Opus packet.
    pub(super) fn next_packet(&mut self) -> Result<Option<NamedPacket>, CodecError> {
        let Some((frame, finished)) = self.next() else { return Ok(None) };
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => none.insert(OpusEncoder::new(EncoderSettings::telephone())?),
        };
        let mut packet = [0; MAX_PACKET];
        let length = encoder.encode(&frame, &mut packet)?;
        if self.queue.is_empty() {
            self.encoder = None;
        }
        Ok(Some((packet[..length].into(), finished)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_plays_to_its_end_and_is_named_with_its_last_frame() {
        let mut clips = Clips::default();
        assert!(clips.play("hello".to_owned(), vec![5; 400].into()).is_empty());
        assert_eq!(clips.next(), Some(([5; NARROW], None)));
        assert_eq!(clips.next(), Some(([5; NARROW], None)));
        let (last, name) = clips.next().unwrap();
        assert_eq!((&last[..80], &last[80..], name.as_deref()), (&[5; 80][..], &[0; 80][..], Some("hello")));
        assert_eq!(clips.next(), None);
    }

    #[test]
    fn a_second_prompt_cuts_the_first_off_and_tones_are_not_lost() {
        let mut clips = Clips::default();
        clips.play("one".to_owned(), vec![1; 400].into());
        clips.append_tones(vec![2; 160]);
        assert_eq!(clips.play("two".to_owned(), vec![3; 160].into()), ["one"]);
        assert_eq!(clips.next(), Some(([2; NARROW], None)));
        assert_eq!(clips.next(), Some(([3; NARROW], Some("two".to_owned()))));
    }

    #[test]
    fn a_wide_carrier_is_played_the_same_at_twice_the_rate() {
        let mut clips = Clips::default();
        clips.play("hello".to_owned(), vec![5_000; 400].into());
        let (first, _) = clips.next_wide().unwrap();
        let (second, _) = clips.next_wide().unwrap();
        assert!(first[40..].iter().chain(&second).all(|sample| sample.abs_diff(5_000) < 50));
        let (last, name) = clips.next_wide().unwrap();
        assert_eq!((last[WIDE - 1], name.as_deref()), (0, Some("hello")));
        assert_eq!(clips.next_wide(), None);
        clips.append_tones(vec![0; 160]);
        assert_eq!(clips.next_wide(), Some(([0; WIDE], None)), "nothing of the clip before");
    }

    #[test]
    fn an_empty_prompt_finishes_at_once() {
        let mut clips = Clips::default();
        clips.play("nothing".to_owned(), Arc::from([]));
        assert_eq!(clips.next(), Some(([0; NARROW], Some("nothing".to_owned()))));
        assert!(clips.is_empty());
    }
}
