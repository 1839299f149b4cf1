//! `<Dial><Conference>`: the call sits in a room of the account.

use super::{
    callbacks,
    document::{Conference, Dial},
    execute::Next,
    line::Stop,
    live_call::LiveCall,
    outcome::{EndedBy, Happening},
    rooms::{Heard, Left},
};
use crate::{LINE_RATE, SILENCE};

impl LiveCall {
    pub async fn confer(&mut self, noun: &Conference, dial: &Dial, base: &str) -> Result<Next, Stop> {
        let sid = self.record().sid;
        let account = std::sync::Arc::clone(&self.account);
        let mut noun = noun.clone();
        noun.status_callback = noun.status_callback.and_then(|url| super::document::absolute(base, &url).ok());
        let account_sid = account.config.account_sid.clone();
        let queue = || callbacks::open_queue(&account);
        self.account.rooms().enter(&account_sid, queue, &sid, &noun);
        self.note(Happening::ConferenceEntered { name: noun.name.clone() });
        let ended = self.sit(&noun, &sid).await;
        let why = match &ended {
            Err(Stop::End(EndedBy::Customer)) => Left::HungUp,
            Ok(()) | Err(Stop::End(_) | Stop::Replace(_)) => Left::ByApi,
        };
        self.account.rooms().leave(&noun.name, &sid, why);
        ended?;
        self.after_dial(dial, base, "answered", None).await
    }

    /// Until somebody puts the telephone down, or is put out.
    async fn sit(&mut self, noun: &Conference, sid: &str) -> Result<(), Stop> {
        let music = media::tones::hold_music(LINE_RATE);
        let mut at = 0;
        let mut said = SILENCE;
        loop {
            self.line.due().await?;
            let heard = self.account.rooms().exchange(&noun.name, sid, &said);
            let (frame, person) = match heard {
                Heard::Out => return Ok(()),
                Heard::People(frame) => (*frame, true),
                Heard::Announced(frame) => (*frame, false),
                Heard::Music if noun.silent_wait => (SILENCE, false),
                Heard::Music => {
                    let mut frame = SILENCE;
                    for (sample, sound) in frame.iter_mut().zip(music.iter().cycle().skip(at)) {
                        *sample = *sound;
                    }
                    at = (at + frame.len()) % music.len();
                    (frame, false)
                }
            };
            said = self.line.exchange(&frame, person)?;
            self.account.recorders().hear(sid, &said, &frame);
        }
    }
}
