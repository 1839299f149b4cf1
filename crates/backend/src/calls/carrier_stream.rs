//! One media stream of a carrier: messages on one side, a port of the bridge on the other.

use std::ops::ControlFlow;

use bridge::{CarrierCodec, CarrierFrame, CarrierOptions, CarrierOut, CarrierPort};
use domain::{
    call::{CallEvent, Party, ProviderEnd},
    ids::{CallId, LegId, TenantId},
};
use tokio_util::sync::CancellationToken;

use super::{
    named_stream::NamedStream,
    stream_dialect::{Dialect, Heard, Start},
};
use crate::{Backend, carriers, clock};

/// Names of the `<Parameter>`s in our TwiML.
pub(crate) const CALL_PARAMETER: &str = "call";
pub(crate) const TOKEN_PARAMETER: &str = "token";
pub(crate) const PARTY_PARAMETER: &str = "party";

/// Messages that are no messages; beyond it the socket is closed.
const MOST_GARBAGE: u32 = 50;
/// Keys in a second that a person may press; a storm of them is dropped, and counts as garbage.
const MOST_KEYS_PER_S: u32 = 20;

enum State {
    /// Nothing says yet which call this is.
    Unnamed,
    Carrying {
        call: CallId,
        party: Party,
        port: CarrierPort,
        /// The carrier cannot be asked to hang up: the end of this stream is the end of the call.
        end: CancellationToken,
    },
    Over,
}

pub struct CarrierStream {
    backend: Backend,
    tenant: TenantId,
    provider: &'static str,
    dialect: Dialect,
    state: State,
    garbage: u32,
    /// The second, and the keys in it.
    keys: (i64, u32),
}

impl CarrierStream {
    pub(crate) fn new(backend: Backend, tenant: TenantId, provider: &'static str, dialect: Dialect) -> Self {
        Self { backend, tenant, provider, dialect, state: State::Unnamed, garbage: 0, keys: (0, 0) }
    }

    /// Takes one text message of the carrier.
    pub async fn heard(&mut self, text: &str) -> ControlFlow<()> {
        match self.dialect.read(text) {
            Ok(Heard::Start(start)) => return self.start(start).await,
            Ok(Heard::Sound(sound)) => {
                match &mut self.state {
                    State::Carrying { port, .. } => port.input.push(&sound),
                    // Sound of no call yet.
                    State::Unnamed | State::Over => return self.garbage(),
                }
            }
            Ok(Heard::Key(digit)) => return self.key(digit),
            Ok(Heard::Stop { call_ended }) => {
                if let (true, State::Carrying { call, party, .. }) = (call_ended, &self.state) {
                    let ended = CallEvent::ProviderEnded { party: *party, status: ProviderEnd::Completed };
                    self.backend.calls().event(*call, ended);
                }
                return ControlFlow::Break(());
            }
            Ok(Heard::Nothing) => {}
            Err(error) => {
                tracing::debug!(%error, "a media message was dropped");
                return self.garbage();
            }
        }
        ControlFlow::Continue(())
    }

    fn key(&mut self, digit: char) -> ControlFlow<()> {
        let second = clock::now().0 / 1000;
        self.keys = if self.keys.0 == second { (second, self.keys.1 + 1) } else { (second, 1) };
        match &self.state {
            State::Carrying { port, .. } if self.keys.1 <= MOST_KEYS_PER_S => port.input.dtmf(digit),
            _ => return self.garbage(),
        }
        ControlFlow::Continue(())
    }

    /// Drops and counts something that is no message; too much of it ends the socket.
    pub fn garbage(&mut self) -> ControlFlow<()> {
        self.backend.count_carrier_garbage();
        self.garbage += 1;
        if self.garbage > MOST_GARBAGE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The socket broke in a way that no carrier's does.
    pub fn broken(&self) {
        self.backend.count_carrier_garbage();
    }

    /// The call that the stream is for. A token in its parameters is used up by this; a carrier whose streams have none has
    /// proved itself by the path of the socket, and names the call by its own id.
    async fn named(&mut self, start: &Start) -> Option<(CallId, Party, LegId)> {
        let parameter = |name: &str| start.parameters.get(name).map(String::as_str);
        let calls = self.backend.calls();
        let (call, party, leg) = match (parameter(CALL_PARAMETER), parameter(TOKEN_PARAMETER)) {
            (Some(call), Some(token)) => {
                let (call, party) = (call.parse().ok()?, carriers::party_of(parameter(PARTY_PARAMETER)));
                let leg = NamedStream { call, party, call_sid: &start.call_sid }.leg(self.backend.secret(), token)?;
                (call, party, leg)
            }
            _ if matches!(self.dialect, Dialect::Exotel { .. }) => {
                let scope = storage::TenantScope::system(self.tenant);
                let call = self.backend.call_of_provider(scope, self.provider, &start.call_sid).await.ok()??;
                (call, Party::Customer, LegId::new(clock::new_uuid()))
            }
            _ => return None,
        };
        let fits = calls.tenant_of(call) == Some(self.tenant) && calls.take_leg(leg, call);
        fits.then_some((call, party, leg))
    }

    async fn start(&mut self, start: Start) -> ControlFlow<()> {
        if !matches!(self.state, State::Unnamed) {
            return self.garbage();
        }
        let Some((call, party, leg)) = self.named(&start).await else {
            tracing::warn!("a media stream named no call of ours, or one that it had been connected to before");
            self.backend.count_carrier_garbage();
            return ControlFlow::Break(());
        };
        let scope = storage::TenantScope::system(self.tenant);
        // A carrier whose settings cannot be read now reported keys before.
        let carrier = self.backend.carrier(scope, self.provider).await;
        let keys_in_sound = carrier.is_ok_and(|carrier| !carrier.api.capabilities().reports_keys);
        let options = CarrierOptions { codec: CarrierCodec::Pcmu, keys_in_sound };
        let port = self.backend.bridge().open_carrier(leg, options).await;
        let end = self.backend.calls().leg_end(leg);
        if !self.backend.calls().event(call, CallEvent::CarrierAttached { party, leg }) {
            tracing::info!(%call, "a media stream came for a call that is over");
            return ControlFlow::Break(());
        }
        self.state = State::Carrying { call, party, port, end };
        ControlFlow::Continue(())
    }

    /// The next message for the carrier; none when the port is closed or the call is to end. Waits for ever while no call is
    /// known.
    pub async fn next_outgoing(&mut self) -> Option<String> {
        loop {
            let out = match &mut self.state {
                State::Unnamed => std::future::pending().await,
                State::Over => return None,
                State::Carrying { port, end, .. } => tokio::select! {
                    out = port.output.recv() => out?,
                    () = end.cancelled() => return None,
                },
            };
            let message = match out {
                CarrierOut::Frame(CarrierFrame::Law(frame)) => self.dialect.frame(&frame),
                // The port is one of G.711.
                CarrierOut::Frame(CarrierFrame::Wide(_)) => None,
                CarrierOut::Clear => self.dialect.clear(),
            };
            if message.is_some() {
                return message;
            }
        }
    }

    /// The socket has gone.
    pub async fn closed(&mut self) {
        if let State::Carrying { call, port, .. } = std::mem::replace(&mut self.state, State::Over) {
            self.backend.calls().event(call, CallEvent::CarrierLost { leg: port.leg });
        }
    }
}
