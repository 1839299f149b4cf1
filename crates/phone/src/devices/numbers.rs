//! Under which number the sound server has each device. A headset that goes and comes back has the same name and another
//! number, and streams of the one before play elsewhere: the server moved them when it went.

use std::ffi::CStr;

use futures_executor::block_on;
use pulseaudio::{Client, protocol::SampleSpec};

use super::hosts::Direction;

#[derive(Default)]
pub(super) struct Numbers {
    client: Option<Client>,
    known: Vec<Known>,
}

/// What of a device is seen when it changes.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    direction: Direction,
    name: String,
    number: u32,
    /// Hertz and channels, which another profile changes.
    runs: (u32, u8),
}

impl Numbers {
    /// Asks the server, and answers whether anything is another than at the last look. One that is away leaves nothing known
    /// and counts as another each time.
    pub(super) fn look(&mut self) -> bool {
        // A server that was started anew wants a new connection; without its numbers in this look, everything would be opened twice.
        let answer = self.ask().or_else(|_| {
            self.client = None;
            self.ask()
        });
        match answer {
            Ok(known) => std::mem::replace(&mut self.known, known) != self.known,
            Err(error) => {
                tracing::debug!(%error, "the sound server does not say which devices are new");
                self.client = None;
                self.known.clear();
                true
            }
        }
    }

    /// Of the device with this name, as far as the server said.
    pub(super) fn of(&self, direction: Direction, name: &str) -> Option<u32> {
        let known = self.known.iter().find(|known| known.direction == direction && known.name == name);
        known.map(|known| known.number)
    }

    fn ask(&mut self) -> Result<Vec<Known>, pulseaudio::ClientError> {
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(Client::from_env(c"switchboard")?),
        };
        let known = |direction, name: &CStr, number, spec: &SampleSpec| {
            let name = name.to_string_lossy().into_owned();
            Known { direction, name, number, runs: (spec.sample_rate, spec.channels) }
        };
        let sinks = block_on(client.list_sinks())?;
        let sources = block_on(client.list_sources())?;
        let sinks = sinks.iter().map(|each| known(Direction::Output, &each.name, each.index, &each.sample_spec));
        let sources = sources.iter().map(|each| known(Direction::Input, &each.name, each.index, &each.sample_spec));
        Ok(sinks.chain(sources).collect())
    }
}
