//! One media stream of a carrier: messages on one side, a port of the bridge on the other.

use std::ops::ControlFlow;

use bridge::{CarrierCodec, CarrierOptions, CarrierOut, CarrierPort};
use domain::{
    call::{CallEvent, Party},
    ids::{CallId, LegId, TenantId},
};
use providers::twilio::stream::{self, FromTwilio, Start};

use super::named_stream::NamedStream;
use crate::{Backend, carriers};

/// Names of the `<Parameter>`s in our TwiML.
pub(crate) const CALL_PARAMETER: &str = "call";
pub(crate) const TOKEN_PARAMETER: &str = "token";
pub(crate) const PARTY_PARAMETER: &str = "party";

/// Messages that are no messages; beyond it the socket is closed.
const MOST_GARBAGE: u32 = 50;

enum State {
    /// Nothing says yet which call this is.
    Unnamed,
    Carrying {
        call: CallId,
        stream_sid: String,
        port: CarrierPort,
    },
    Over,
}

pub struct CarrierStream {
    backend: Backend,
    tenant: TenantId,
    state: State,
    garbage: u32,
}

impl CarrierStream {
    pub(crate) fn new(backend: Backend, tenant: TenantId) -> Self {
        Self { backend, tenant, state: State::Unnamed, garbage: 0 }
    }

    /// Takes one text message of the carrier.
    pub async fn heard(&mut self, text: &str) -> ControlFlow<()> {
        match FromTwilio::parse(text) {
            Ok(FromTwilio::Start(start)) => return self.start(start).await,
            Ok(FromTwilio::Media(media)) => {
                match &mut self.state {
                    State::Carrying { port, .. } => port.input.push(&media.payload),
                    // Sound of no call yet.
                    State::Unnamed | State::Over => return self.garbage(),
                }
            }
            Ok(FromTwilio::Dtmf { digit }) => match &self.state {
                State::Carrying { port, .. } => port.input.dtmf(digit),
                State::Unnamed | State::Over => return self.garbage(),
            },
            Ok(FromTwilio::Stop) => return ControlFlow::Break(()),
            Ok(FromTwilio::Connected | FromTwilio::Mark { .. } | FromTwilio::Other { .. }) => {}
            Err(error) => {
                tracing::debug!(%error, "a media message was dropped");
                return self.garbage();
            }
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

    /// The call that the stream is for; its token is used up by this.
    fn named(&self, start: &Start) -> Option<(CallId, Party, LegId)> {
        let parameter = |name: &str| start.parameters.get(name).map(String::as_str);
        let call: CallId = parameter(CALL_PARAMETER)?.parse().ok()?;
        let party = carriers::party_of(parameter(PARTY_PARAMETER));
        let stream = NamedStream { call, party, call_sid: &start.call_sid };
        let leg = stream.leg(self.backend.secret(), parameter(TOKEN_PARAMETER)?)?;
        let calls = self.backend.calls();
        let fits = calls.tenant_of(call) == Some(self.tenant) && calls.take_leg(leg, call);
        fits.then_some((call, party, leg))
    }

    async fn start(&mut self, start: Start) -> ControlFlow<()> {
        if !matches!(self.state, State::Unnamed) {
            return self.garbage();
        }
        let Some((call, party, leg)) = self.named(&start) else {
            tracing::warn!("a media stream named no call of ours, or one that it had been connected to before");
            self.backend.count_carrier_garbage();
            return ControlFlow::Break(());
        };
        let scope = storage::TenantScope::system(self.tenant);
        // A carrier whose settings cannot be read now reported keys before.
        let keys_in_sound =
            self.backend.carrier(scope).await.is_ok_and(|carrier| !carrier.api.capabilities().reports_keys);
        let options = CarrierOptions { codec: CarrierCodec::Pcmu, keys_in_sound };
        let port = self.backend.bridge().open_carrier(leg, options).await;
        if !self.backend.calls().event(call, CallEvent::CarrierAttached { party, leg }) {
            tracing::info!(%call, "a media stream came for a call that is over");
            return ControlFlow::Break(());
        }
        self.state = State::Carrying { call, stream_sid: start.stream_sid, port };
        ControlFlow::Continue(())
    }

    /// The next message for the carrier; none when the port is closed. Waits for ever while no call is known.
    pub async fn next_outgoing(&mut self) -> Option<String> {
        match &mut self.state {
            State::Unnamed => std::future::pending().await,
            State::Over => None,
            State::Carrying { stream_sid, port, .. } => {
                let out = port.output.recv().await?;
                Some(match out {
                    CarrierOut::Frame(frame) => stream::media_message(stream_sid, &frame),
                    CarrierOut::Clear => stream::clear_message(stream_sid),
                })
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
