//! Transactions and dialogs, driven by `rsipstack` (docs/decisions/0014). Decides nothing about calls: it tells what has come in
//! and carries out what it is told.

mod convert;
mod follow;
mod guard;
mod incoming;
mod locate;
mod outgoing;
mod referral;
mod registration;
mod reliable;
mod start;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::pii::Personal;
use rsipstack::dialog::{dialog_layer::DialogLayer, invite_dialog::InviteDialog};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use registration::Enrolment;

use crate::target::{Target, Transport};

/// One call's dialog; new for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey(pub Uuid);

impl std::fmt::Display for CallKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listen {
    pub udp: Vec<SocketAddr>,
    pub tcp: Vec<SocketAddr>,
    pub tls: Vec<SocketAddr>,
    pub certificate: Option<TlsFiles>,
    /// Certificates of those who may answer by TLS; PEM.
    pub trusted: Option<PathBuf>,
    /// Named to the other side in place of the bound address.
    pub advertised: Option<IpAddr>,
    /// Asked for names in place of the system's; for addresses too.
    pub name_servers: Vec<SocketAddr>,
    pub user_agent: String,
    /// How long a message takes there and back, by which repeating and giving up are timed (RFC 3261 section 17.1.1.1). None is
    /// 500 ms.
    pub t1: Option<Duration>,
}

/// PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("SIP cannot listen at {address} ({}): {reason}", transport.as_str())]
    Bind { address: SocketAddr, transport: Transport, reason: String },
    #[error("SIP by TLS needs a certificate and its key")]
    NoCertificate,
    #[error("{} cannot be read: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("SIP has nowhere to listen")]
    Nowhere,
}

/// Who asks, as far as the network and they themselves say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where the datagram or connection really came from.
    pub source: SocketAddr,
    pub transport: Transport,
    pub from_user: Personal<String>,
    pub from_name: Personal<String>,
    /// `P-Asserted-Identity` or `Remote-Party-ID`: worth as much as its sender.
    pub asserted: Option<Personal<String>>,
    /// The caller wants to stay unknown.
    pub private: bool,
    /// Value of `Authorization` or `Proxy-Authorization`.
    pub credentials: Option<String>,
}

/// A call comes in.
#[derive(Debug)]
pub struct Invitation {
    pub call: CallKey,
    pub identity: Identity,
    /// As the answer to the [`Knock`] has it.
    pub proven: Option<String>,
    /// User part of the request line: the number that was dialed.
    pub dialed: String,
    /// User part of `To`.
    pub to_user: String,
    /// Empty when the caller wants our offer.
    pub body: Vec<u8>,
    /// Of the dialog that this call is to take the place of.
    pub replaces: Option<CallKey>,
    /// It asked to take the place of a dialog that is not here.
    pub replaces_unknown: bool,
    /// It takes no provisional answers but those that it acknowledges (RFC 3262).
    pub requires_100rel: bool,
}

/// A change of the session that the other side wants.
#[derive(Debug)]
pub struct Reoffer {
    pub call: CallKey,
    /// Empty when it wants our offer.
    pub body: Vec<u8>,
    /// The description to answer with, or the status to refuse with.
    pub reply: oneshot::Sender<Result<Vec<u8>, u16>>,
}

/// A dialog that a new call takes the place of (RFC 3891).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    Ours(CallKey),
    /// One between others: the value of `Replaces`.
    Theirs(String),
}

/// The other side wants its call to go elsewhere.
#[derive(Debug)]
pub struct Referral {
    pub call: CallKey,
    /// User part of the address.
    pub to_user: String,
    /// The dialog that the new call is to take the place of.
    pub replaces: Option<Replaced>,
    /// 202 or the status to refuse with.
    pub reply: oneshot::Sender<u16>,
}

/// A telephone says where it is.
#[derive(Debug)]
pub struct Register {
    pub identity: Identity,
    /// User part of `To`.
    pub user: String,
    /// Address and wished-for life in seconds; 0 takes it back.
    pub contacts: Vec<(String, u32)>,
    /// `Contact: *` with no life: all are taken back.
    pub clear: bool,
    pub user_agent: String,
    /// What is registered now, with the seconds left.
    pub reply: oneshot::Sender<Result<Vec<(String, u32)>, Denied>>,
}

/// Somebody wants to call; asked before there is a call.
#[derive(Debug)]
pub struct Knock {
    pub identity: Identity,
    pub reply: oneshot::Sender<Result<Admitted, Denied>>,
}

/// Who is let in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admitted {
    /// The name that was proven, of those who have to prove one.
    pub proven: Option<String>,
    /// Ours with them, by which requests of ours within the call are proven where they ask for it (RFC 3261 section 22).
    pub account: Option<Account>,
}

/// Why somebody who has to say who they are is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// Values of `WWW-Authenticate`.
    Challenge(Vec<String>),
    /// Status, and the wait in seconds that is asked for.
    Refused { status: u16, retry_after_s: Option<u32> },
}

/// What has happened.
#[derive(Debug)]
pub enum Event {
    /// Comes before the `Invited` of the same call.
    Knocked(Box<Knock>),
    Invited(Box<Invitation>),
    /// To an outgoing call: it rings, or sound comes before the answer.
    Progress {
        call: CallKey,
        status: u16,
        body: Vec<u8>,
    },
    Answered(Answered),
    /// An outgoing call came to nothing.
    Refused {
        call: CallKey,
        status: u16,
        reason: String,
    },
    /// The answer to an offer of ours that went out with a 2xx, or before it with a provisional answer.
    Acknowledged {
        call: CallKey,
        body: Vec<u8>,
    },
    Reoffered(Reoffer),
    Referred(Box<Referral>),
    /// News of a call that we referred.
    ReferProgress {
        call: CallKey,
        status: u16,
        is_final: bool,
    },
    /// Keys that came as a message (RFC 6086, application/dtmf-relay).
    Keys {
        call: CallKey,
        digits: String,
    },
    /// Nothing more will come of this call.
    Ended {
        call: CallKey,
        by_us: bool,
    },
    Register(Box<Register>),
}

/// An outgoing call was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub call: CallKey,
    pub body: Vec<u8>,
}

/// Name and password of ours with somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    pub username: String,
    /// When it is not the user name.
    pub auth_name: Option<String>,
    pub password: Personal<String>,
}

/// A call to be made.
#[derive(Debug, Clone)]
pub struct OutgoingCall {
    pub call: CallKey,
    /// Of the same call: each has a name of its own on the network.
    pub attempt: u32,
    /// Such as `sip:+919812300021@carrier.example`.
    pub to: Personal<String>,
    /// Such as `sip:+918000000001@carrier.example`.
    pub from: Personal<String>,
    pub from_name: Option<String>,
    /// Where the request is sent; none follows `to`.
    pub target: Option<Target>,
    /// Requests go through it.
    pub proxy: Option<Target>,
    /// Where the first of these was found; none looks it up.
    pub at: Option<SocketAddr>,
    pub account: Option<Account>,
    /// As `P-Asserted-Identity`.
    pub asserted: Option<Personal<String>>,
    /// `Privacy: id`.
    pub private: bool,
    pub offer: Vec<u8>,
    pub replaces: Option<Replaced>,
    pub ring_for: Duration,
    /// Given up with 408 when the other side has not said a word by then.
    pub silent_for: Option<Duration>,
}

/// What became of a registration of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    Yes { seconds: u32 },
    Refused { status: u16 },
    Unreachable { reason: String },
}

/// Why something about a call could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SipFault {
    #[error("there is no such call")]
    Gone,
    #[error("an address cannot be used: {0}")]
    BadAddress(String),
    #[error("the other side cannot be reached: {0}")]
    Unreachable(String),
    #[error("the other side refused ({0})")]
    Refused(u16),
}

/// What is kept of a call.
struct Live {
    dialog: Option<InviteDialog>,
    /// Call-ID of an outgoing one, by which it is found before it is answered.
    call_id: String,
    /// An offer of ours is on its way.
    offering: bool,
    /// The other side of an outgoing call has said something.
    alive: bool,
    cancelled: bool,
    /// Value of `Session-Expires` for our 2xx, and whether the other side knows timers.
    session: Option<(String, bool)>,
    /// For the other side when it referred the call.
    news: referral::News,
    /// Provisional answers of ours; none to a call that we make.
    given: Option<reliable::Given>,
}

struct Inner {
    layer: Arc<DialogLayer>,
    calls: Mutex<HashMap<CallKey, Live>>,
    events: mpsc::UnboundedSender<Event>,
    /// Answered OPTIONS of strangers and the like; not for calls.
    stop: CancellationToken,
    listens: Vec<(Transport, SocketAddr)>,
    advertised: Option<IpAddr>,
    locator: Arc<locate::Locator>,
    t1: Duration,
}

/// Cheap to clone. Signalling stops when [`Endpoint::stop`] is called.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

impl Endpoint {
    fn calls(&self) -> MutexGuard<'_, HashMap<CallKey, Live>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        // Whoever listened has stopped.
        let _ = self.0.events.send(event);
    }

    fn dialog(&self, call: CallKey) -> Result<InviteDialog, SipFault> {
        self.calls().get(&call).and_then(|live| live.dialog.clone()).ok_or(SipFault::Gone)
    }

    fn key_of(&self, call_id: &str, tags: [&str; 2]) -> Option<CallKey> {
        let fits = |dialog: &InviteDialog| {
            let id = dialog.id();
            let same = id.local_tag == tags[0] && id.remote_tag == tags[1];
            id.call_id == call_id && (same || id.local_tag == tags[1] && id.remote_tag == tags[0])
        };
        self.calls().iter().find(|(_, live)| live.dialog.as_ref().is_some_and(fits)).map(|(key, _)| *key)
    }

    /// Where it listens, ports that were left to the system among them.
    pub fn listens(&self) -> &[(Transport, SocketAddr)] {
        &self.0.listens
    }

    /// Calls whose dialog is kept.
    pub fn live_calls(&self) -> usize {
        self.calls().len()
    }

    /// Dialogs and transactions that the library holds: for those who look for leaks.
    pub fn held(&self) -> (usize, usize) {
        let stats = self.0.layer.endpoint.get_stats();
        (self.0.layer.len(), stats.running_transactions + stats.finished_transactions)
    }

    pub fn stop(&self) {
        self.0.stop.cancel();
    }
}
