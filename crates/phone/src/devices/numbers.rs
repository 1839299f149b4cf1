//! Under which number the sound server has each device. A headset that goes and comes back has the same name and another
//! number, and streams of the one before play elsewhere: the server moved them when it went.

use std::collections::HashMap;

use futures_executor::block_on;
use pulseaudio::Client;

use super::hosts::Direction;

#[derive(Default)]
pub(super) struct Numbers {
    client: Option<Client>,
    known: HashMap<(Direction, String), u32>,
}

impl Numbers {
    /// Asks the server. One that is away leaves nothing known.
    pub(super) fn look(&mut self) {
        // A server that was started anew wants a new connection; without its numbers in this look, everything would be opened twice.
        let answer = self.ask().or_else(|_| {
            self.client = None;
            self.ask()
        });
        self.known = match answer {
            Ok(known) => known,
            Err(error) => {
                tracing::debug!(%error, "the sound server does not say which devices are new");
                self.client = None;
                HashMap::new()
            }
        };
    }

    /// Of the device with this name, as far as the server said.
    pub(super) fn of(&self, direction: Direction, name: &str) -> Option<u32> {
        self.known.get(&(direction, name.to_owned())).copied()
    }

    fn ask(&mut self) -> Result<HashMap<(Direction, String), u32>, pulseaudio::ClientError> {
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(Client::from_env(c"switchboard")?),
        };
        let name = |name: &std::ffi::CStr| name.to_string_lossy().into_owned();
        let sinks = block_on(client.list_sinks())?;
        let sources = block_on(client.list_sources())?;
        let sinks = sinks.iter().map(|sink| ((Direction::Output, name(&sink.name)), sink.index));
        let sources = sources.iter().map(|source| ((Direction::Input, name(&source.name)), source.index));
        Ok(sinks.chain(sources).collect())
    }
}
