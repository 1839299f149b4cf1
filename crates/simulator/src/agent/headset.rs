//! A virtual headset: the phone's sound at 48 kHz on one side, a talking person at 8 kHz on the other.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use phone::VirtualAudio;

use crate::{
    FRAME_SAMPLES, Frame, PartyReport, SILENCE,
    customer::{Customer, ScriptState, Step},
    party::Party,
};

/// 48 kHz to 8 kHz.
const RATIO: usize = 6;
/// Frames heard and not yet given to the person; more means that the two clocks differ.
const MAX_QUEUED: usize = 5;

#[derive(Debug, Clone, Default)]
pub struct Headset(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    party: Option<Party>,
    /// Samples at 48 kHz that are to be said.
    to_say: VecDeque<i16>,
    /// The last sample said at 8 kHz.
    last_said: i16,
    /// Heard samples at 48 kHz, less than one at 8 kHz.
    surplus: Vec<i16>,
    /// Heard samples at 8 kHz, less than a frame.
    partial: Vec<i16>,
    heard: VecDeque<Frame>,
}

impl Headset {
    /// The phone's ends. The locks are held for microseconds and shared only with the beginning and end of calls.
    pub fn audio(&self) -> VirtualAudio {
        let (microphone, speaker) = (self.clone(), self.clone());
        VirtualAudio::new(
            move |out: &mut [i16]| microphone.lock().say(out),
            move |pcm: &[i16]| speaker.lock().hear(pcm),
        )
    }

    /// A conversation begins.
    pub fn begin(&self, steps: Arc<[Step]>) {
        let mut state = self.lock();
        state.heard.clear();
        state.party = Some(Party::new(Customer::following(steps)));
    }

    /// The conversation is over. `None` when there was none.
    pub fn end(&self) -> Option<PartyReport> {
        self.lock().party.take().map(|party| party.into_report(0))
    }

    /// Whether everything in the script was said.
    pub fn is_finished(&self) -> bool {
        self.lock().party.as_ref().is_some_and(|party| party.state() != ScriptState::Running)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The microphone is the person's clock.
    fn say(&mut self, out: &mut [i16]) {
        while self.to_say.len() < out.len() {
            let frame = self.next_frame();
            for sample in frame {
                let (from, to) = (i32::from(self.last_said), i32::from(sample));
                self.to_say.extend((1..=RATIO as i32).map(|n| (from + (to - from) * n / RATIO as i32) as i16));
                self.last_said = sample;
            }
        }
        let samples = self.to_say.drain(..out.len());
        for (slot, sample) in out.iter_mut().zip(samples) {
            *slot = sample;
        }
    }

    fn next_frame(&mut self) -> Frame {
        let heard = self.heard.pop_front().unwrap_or(SILENCE);
        match &mut self.party {
            Some(party) => party.exchange(&heard, true).frame,
            None => SILENCE,
        }
    }

    fn hear(&mut self, pcm: &[i16]) {
        self.surplus.extend_from_slice(pcm);
        let whole = self.surplus.len() / RATIO * RATIO;
        for group in self.surplus[..whole].chunks_exact(RATIO) {
            let sum: i32 = group.iter().map(|sample| i32::from(*sample)).sum();
            self.partial.push((sum / RATIO as i32) as i16);
        }
        self.surplus.drain(..whole);
        while self.partial.len() >= FRAME_SAMPLES {
            let mut frame = SILENCE;
            frame.copy_from_slice(&self.partial[..FRAME_SAMPLES]);
            self.partial.drain(..FRAME_SAMPLES);
            self.heard.push_back(frame);
        }
        while self.heard.len() > MAX_QUEUED {
            self.heard.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{agent::AgentScript, voices};

    /// Connects two headsets by 10 ms of sound at a time.
    fn converse(a: &Headset, b: &Headset, tens_of_ms: usize) {
        let (mut from_a, mut from_b) = ([0; 480], [0; 480]);
        for _ in 0..tens_of_ms {
            a.lock().say(&mut from_a);
            b.lock().say(&mut from_b);
            a.lock().hear(&from_b);
            b.lock().hear(&from_a);
        }
    }

    #[test]
    fn two_people_with_headsets_take_turns_to_the_end() {
        let script = |text: &str| AgentScript::from_toml(text).unwrap().steps();
        let say = |line: &str| format!("[[steps]]\ndo = \"say\"\nline = \"{line}\"\n");
        let listen = "[[steps]]\ndo = \"listen\"\nsilence_ms = 900\ntimeout_ms = 20000\n";
        let (agent, customer) = (Headset::default(), Headset::default());
        agent.begin(script(&(say("agent-asha-1") + listen + &say("agent-asha-2"))));
        customer.begin(script(&(listen.to_owned() + &say("asha-1") + listen)));
        converse(&agent, &customer, 2_500);
        assert!(agent.is_finished() && customer.is_finished());
        let (agent, customer) = (agent.end().unwrap(), customer.end().unwrap());
        let spoken = |report: &PartyReport| report.lines.iter().map(|said| said.line.clone()).collect::<Vec<_>>();
        assert_eq!(spoken(&agent), ["agent-asha-1", "agent-asha-2"]);
        assert_eq!(spoken(&customer), ["asha-1"]);
        let reply = &customer.lines[0];
        let question = &agent.lines[0];
        assert!((900..1_200).contains(&(reply.start_ms - question.end_ms)), "{question:?} {reply:?}");
        let heard = crate::speech_service::listen(&agent.heard);
        assert_eq!(heard.iter().map(|said| said.line).collect::<Vec<_>>(), [Some("asha-1")]);
    }

    #[test]
    fn nobody_speaks_between_calls() {
        let headset = Headset::default();
        let mut out = [7; 480];
        headset.lock().say(&mut out);
        assert_eq!(out, [0; 480]);
        headset.lock().hear(&voices::line("asha-1").unwrap().pcm());
        assert!(headset.end().is_none());
    }
}
