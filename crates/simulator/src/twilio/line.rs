//! The telephone line of one call: a frame each way every 20 ms, and what interrupts it.

use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, Interval, MissedTickBehavior},
};

use super::{
    config::Pace,
    handle::{Command, Instructions},
    outcome::EndedBy,
};
use crate::{
    FRAME_MS, Frame, SILENCE,
    customer::{Customer, CustomerScript},
    party::{Party, PartyReport},
};

/// Why a verb does not go on.
#[derive(Debug)]
pub enum Stop {
    End(EndedBy),
    /// The application sent the call elsewhere.
    Replace(Instructions),
}

#[derive(Debug)]
pub struct Line {
    clock: Interval,
    pace: Pace,
    party: Party,
    commands: UnboundedReceiver<Command>,
    /// Pressed and not yet taken by a verb.
    keys: VecDeque<char>,
    ends_at: Instant,
}

impl Line {
    pub fn new(
        script: Arc<CustomerScript>,
        commands: UnboundedReceiver<Command>,
        pace: Pace,
        longest: Duration,
    ) -> Self {
        Self {
            clock: clock(),
            pace,
            party: Party::new(Customer::new(&script)),
            commands,
            keys: VecDeque::new(),
            ends_at: Instant::now() + longest,
        }
    }

    /// The customer takes the phone: frames begin now.
    pub fn lift(&mut self) {
        self.clock = clock();
    }

    /// Waits until the next frame is due, whatever came before. Nothing is lost when this is dropped half-way.
    pub async fn due(&mut self) -> Result<(), Stop> {
        loop {
            tokio::select! {
                biased;
                command = self.commands.recv() => self.obey(command)?,
                _ = self.clock.tick() => break,
            }
        }
        if Instant::now() >= self.ends_at { Err(Stop::End(EndedBy::TimeLimit)) } else { Ok(()) }
    }

    /// Plays one frame to the customer and gives what the customer said.
    pub fn exchange(&mut self, heard: &Frame, person: bool) -> Result<Frame, Stop> {
        let tick = self.party.exchange(heard, person);
        self.keys.extend(tick.keys);
        if tick.hangs_up { Err(Stop::End(EndedBy::Customer)) } else { Ok(tick.frame) }
    }

    /// Plays a sound of the carrier's own until its end, or until a key is pressed when `until_key`.
    pub async fn play(&mut self, pcm: &[i16], until_key: bool) -> Result<(), Stop> {
        // An announcement that is skipped still takes a frame, so that commands are obeyed.
        let frames = if self.pace == Pace::SkipWaiting { 1 } else { pcm.len().div_ceil(SILENCE.len()).max(1) };
        let mut chunks = pcm.chunks(SILENCE.len());
        for _ in 0..frames {
            self.due().await?;
            let mut frame = SILENCE;
            if let Some(chunk) = chunks.next() {
                frame[..chunk.len()].copy_from_slice(chunk);
            }
            self.exchange(&frame, false)?;
            if until_key && !self.keys.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    pub async fn silence(&mut self, span: Duration) -> Result<(), Stop> {
        let frames = if self.pace == Pace::SkipWaiting { 1 } else { span.as_millis() as u64 / FRAME_MS };
        for _ in 0..frames {
            self.due().await?;
            self.exchange(&SILENCE, false)?;
        }
        Ok(())
    }

    /// The customer hears silence while something else is awaited.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                due = self.due() => due?,
            }
            self.exchange(&SILENCE, false)?;
        }
    }

    /// Nobody is on the line yet: only commands count.
    pub async fn ring(&mut self, span: Duration) -> Result<(), Stop> {
        if self.pace == Pace::SkipWaiting {
            return Ok(());
        }
        let end = Instant::now() + span;
        loop {
            tokio::select! {
                biased;
                command = self.commands.recv() => self.obey(command)?,
                () = tokio::time::sleep_until(end) => return Ok(()),
            }
        }
    }

    pub fn take_key(&mut self) -> Option<char> {
        self.keys.pop_front()
    }

    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    pub fn into_report(self, from_ms: u64) -> PartyReport {
        self.party.into_report(from_ms)
    }

    fn obey(&mut self, command: Option<Command>) -> Result<(), Stop> {
        match command {
            Some(Command::Cue(cue)) => self.party.cue(&cue),
            Some(Command::Press(digits)) => self.keys.extend(digits.chars()),
            Some(Command::CustomerHangsUp) => return Err(Stop::End(EndedBy::Customer)),
            Some(Command::Redirect(instructions)) => return Err(Stop::Replace(instructions)),
            Some(Command::HangUp) => return Err(Stop::End(EndedBy::Api)),
            Some(Command::Stop) | None => return Err(Stop::End(EndedBy::Stopped)),
        }
        Ok(())
    }
}

/// Absolute deadlines: a frame that is late is followed by the next ones at once.
fn clock() -> Interval {
    let mut clock = tokio::time::interval(Duration::from_millis(FRAME_MS));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    clock
}
