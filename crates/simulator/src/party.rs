//! One virtual person on a line, with a record of both directions.

use std::{io, path::Path};

use crate::{
    Frame, LINE_RATE, SILENCE,
    customer::{Customer, SaidLine, ScriptState, SpeechSpan, Tick},
};

/// The noise of an open line: about -66 dBFS, the same in each call.
#[derive(Debug)]
struct LineNoise(u32);

impl LineNoise {
    const LOUDEST: i32 = 28;

    fn frame(&mut self) -> Frame {
        let mut frame = SILENCE;
        for sample in &mut frame {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // The high bits, because the low ones repeat soon.
            *sample = ((self.0 >> 16) as i32 % (2 * Self::LOUDEST + 1) - Self::LOUDEST) as i16;
        }
        frame
    }
}

/// A talking person and everything that was said and heard.
#[derive(Debug)]
pub(crate) struct Party {
    customer: Customer,
    /// `None`: a line without any sound.
    noise: Option<LineNoise>,
    heard: Vec<i16>,
    said: Vec<i16>,
}

impl Party {
    /// A customer who does nothing has a dead line; all others are heard to be there while they say nothing.
    pub fn new(customer: Customer) -> Self {
        let noise = (!customer.is_idle()).then_some(LineNoise(1));
        Self { customer, noise, heard: Vec::new(), said: Vec::new() }
    }

    pub fn exchange(&mut self, heard: &Frame, person: bool) -> Tick {
        let mut tick = self.customer.tick(heard, person);
        if let Some(noise) = &mut self.noise
            && tick.frame == SILENCE
        {
            tick.frame = noise.frame();
        }
        self.heard.extend_from_slice(heard);
        self.said.extend_from_slice(&tick.frame);
        tick
    }

    pub fn state(&self) -> ScriptState {
        self.customer.state()
    }

    pub fn cue(&mut self, cue: &str) {
        self.customer.cue(cue);
    }

    /// Everything that was said so far.
    pub fn said(&self) -> &[i16] {
        &self.said
    }

    pub fn into_report(self, from_ms: u64) -> PartyReport {
        PartyReport::new(&self.customer, from_ms, self.heard, self.said)
    }
}

/// One end of the line.
#[derive(Debug, Clone)]
pub struct PartyReport {
    /// When this party took the phone, in milliseconds since the call began: zero of all times and samples below.
    pub from_ms: u64,
    /// 8 kHz mono; both have the same length.
    pub heard: Vec<i16>,
    pub said: Vec<i16>,
    pub lines: Vec<SaidLine>,
    pub heard_speech: Vec<SpeechSpan>,
    /// Of everything heard, silence included.
    pub heard_rms_dbfs: f32,
    pub heard_peak: u16,
    pub script: ScriptState,
}

impl PartyReport {
    fn new(customer: &Customer, from_ms: u64, heard: Vec<i16>, said: Vec<i16>) -> Self {
        let ear = customer.ear();
        Self {
            from_ms,
            heard,
            said,
            lines: customer.said().to_vec(),
            heard_speech: ear.speech(),
            heard_rms_dbfs: ear.rms_dbfs(),
            heard_peak: ear.peak(),
            script: customer.state(),
        }
    }

    /// Writes what was said (left) and heard (right) as a WAV file.
    pub fn write_wav(&self, path: &Path) -> io::Result<()> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: LINE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).map_err(io::Error::other)?;
        for (said, heard) in self.said.iter().zip(&self.heard) {
            writer.write_sample(*said).map_err(io::Error::other)?;
            writer.write_sample(*heard).map_err(io::Error::other)?;
        }
        writer.finalize().map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::CustomerScript;

    #[test]
    fn a_listening_customer_is_an_open_line_and_one_without_a_script_a_dead_one() {
        let mut open = Party::new(Customer::new(&CustomerScript::asha().unwrap()));
        let frame = open.exchange(&SILENCE, true).frame;
        let level = media::level::rms_dbfs(&frame);
        assert!((-72.0..-60.0).contains(&level), "{level} dBFS");
        let mut dead = Party::new(Customer::new(&CustomerScript::silent("+14155550100")));
        assert_eq!(dead.exchange(&SILENCE, true).frame, SILENCE);
    }
}
