//! A carrier or a telephone that speaks SIP and RTP, led by the hand. It is written without the product's SIP, so that the two
//! do not agree on each other's mistakes.

mod peer;
mod signals;
mod text;

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{net::UdpSocket, sync::mpsc, task::JoinHandle};

use self::{
    peer::{description, listen, speak, take_signals},
    signals::Signals,
};
pub use self::{signals::Certificates, text::Message};
use crate::{
    PATIENCE,
    sound::{Ear, LINE_RATE, Tone},
};

/// What it does about calls that come to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Rings, and answers after so long.
    Answers { after: Duration },
    /// Plays its voice, and answers after so long.
    Announces { after: Duration },
    /// Refuses with this status line.
    Refuses(&'static str),
    /// Rings and does not answer.
    Rings,
    /// Rings, and answers when the call is cancelled: the two have crossed on the way.
    AnswersTooLate,
    /// Takes the call with a body of the test's own.
    AnswersWith(&'static str),
    /// Takes registrations and calls whose intervals are at least this.
    WantsLong { least_s: u32 },
    /// Takes calls and refuses to pass them on.
    KeepsCalls,
    /// Sends what is no answer at all.
    Babbles(&'static [&'static str]),
    /// Says nothing at all.
    Silent,
}

struct Shared {
    signals: Signals,
    here: SocketAddr,
    sound_here: SocketAddr,
    manner: Mutex<Manner>,
    /// Where sound goes to, and the call that it is of.
    remote: Mutex<Option<(String, SocketAddr)>>,
    /// Our tag, and the number of the last request of ours.
    tag: String,
    number: AtomicU32,
    talking: AtomicU64,
    requests: Mutex<Vec<Message>>,
    /// Requests and answers in the order in which they came, in short.
    arrivals: Mutex<Vec<String>>,
    waiting: Mutex<HashMap<String, mpsc::UnboundedSender<Message>>>,
}

/// A SIP peer on this machine. Its tasks end with it.
pub struct SipPeer {
    shared: Arc<Shared>,
    pub voice: Tone,
    pub ear: Ear,
    tasks: Vec<JoinHandle<()>>,
}

/// A call that the peer has made or taken.
#[derive(Debug, Clone)]
pub struct Dialog {
    pub call_id: String,
    /// `From` and `To` of our requests.
    from: String,
    to: String,
    target: String,
    server: SocketAddr,
    pub answer: Message,
}

impl Shared {
    /// Sound goes to the sender of this description from now on.
    fn speaks_in(&self, message: &Message) {
        *locked(&self.remote) = message.sound().map(|at| (message.field("call-id").to_owned(), at));
    }

    /// Unless another call has taken its place.
    fn falls_silent_in(&self, call_id: &str) {
        locked(&self.remote).take_if(|(of, _)| of == call_id);
    }

    fn contact(&self) -> String {
        let by = if matches!(self.signals, Signals::Streams(_)) { ";transport=tls" } else { "" };
        format!("Contact: <sip:peer@{}{by}>\r\n", self.here)
    }
}

impl Dialog {
    /// The value of a `Replaces` that names it to the server.
    pub fn replaces(&self) -> String {
        let tag = |field: &str| field.split(";tag=").nth(1).unwrap_or_default().to_owned();
        format!("{};to-tag={};from-tag={}", self.call_id, tag(&self.to), tag(&self.from))
    }
}

fn locked<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SipPeer {
    /// Its voice is a tone of 600 Hz.
    pub async fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into()).await
    }

    /// At `::1`.
    pub async fn start_on_ipv6() -> Self {
        Self::start_at(Ipv6Addr::LOCALHOST.into()).await
    }

    /// By TLS, as `localhost`.
    pub async fn start_by_tls(certificates: &Certificates) -> Self {
        Self::begin(Signals::by_tls(certificates).await).await
    }

    async fn start_at(address: IpAddr) -> Self {
        Self::begin(Signals::Datagrams(UdpSocket::bind((address, 0)).await.expect("a port"))).await
    }

    async fn begin(signals: Signals) -> Self {
        let here = signals.here();
        let sound = Arc::new(UdpSocket::bind((here.ip(), 0)).await.expect("a port"));
        let shared = Arc::new(Shared {
            here,
            sound_here: sound.local_addr().expect("an address"),
            signals,
            manner: Mutex::new(Manner::Answers { after: Duration::from_millis(50) }),
            remote: Mutex::default(),
            tag: uuid::Uuid::new_v4().simple().to_string(),
            number: AtomicU32::new(1),
            talking: AtomicU64::new(0),
            requests: Mutex::default(),
            arrivals: Mutex::default(),
            waiting: Mutex::default(),
        });
        let (voice, ear) = (Tone::of(600), Ear::at(LINE_RATE));
        let tasks = vec![
            tokio::spawn(take_signals(Arc::clone(&shared))),
            tokio::spawn(speak(Arc::clone(&shared), Arc::clone(&sound), voice.clone())),
            tokio::spawn(listen(sound, ear.clone())),
        ];
        Self { shared, voice, ear, tasks }
    }

    pub fn address(&self) -> SocketAddr {
        self.shared.here
    }

    pub fn set_manner(&self, manner: Manner) {
        *locked(&self.shared.manner) = manner;
    }

    /// Requests that have come, in their order.
    pub fn requests(&self, method: &str) -> Vec<Message> {
        locked(&self.shared.requests).iter().filter(|one| one.method() == method).cloned().collect()
    }

    /// What came so far, in order: `202 REFER` for an answer, `NOTIFY SIP/2.0 100 Trying` for a request with the first line of
    /// its body.
    pub fn arrivals(&self) -> Vec<String> {
        locked(&self.shared.arrivals).clone()
    }

    /// Waits for a request, past or future.
    pub async fn request(&self, method: &str) -> Message {
        let began = std::time::Instant::now();
        loop {
            if let Some(found) = self.requests(method).pop() {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "no {method} came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it would offer.
    pub fn description(&self, direction: &str) -> String {
        description(&self.shared, direction)
    }

    /// Calls a number at the server; the first final answer.
    pub async fn call(&self, server: SocketAddr, from: &str, to: &str) -> Dialog {
        let body = self.description("sendrecv");
        self.call_with(server, from, to, &body, "").await
    }

    /// As [`Self::call`], with fields of the test's own, each with its line end.
    pub async fn call_with(&self, server: SocketAddr, from: &str, to: &str, body: &str, more: &str) -> Dialog {
        let call_id = uuid::Uuid::new_v4().to_string();
        let number = self.shared.number.fetch_add(1, Relaxed);
        let from = format!("<sip:{from}@{}>;tag={}", self.shared.here, self.shared.tag);
        let to_field = format!("<sip:{to}@{server}>");
        let target = format!("sip:{to}@{server}");
        let mut dialog = Dialog {
            call_id,
            from,
            to: to_field,
            target,
            server,
            answer: Message { start: String::new(), fields: vec![], body: String::new(), from: server },
        };
        let answer = self.ask(&dialog, "INVITE", number, body, more).await;
        self.acknowledge(&dialog, &answer, number).await;
        if answer.status() == 200 {
            // Without a description that of a provisional answer holds.
            if !answer.body.is_empty() {
                self.shared.speaks_in(&answer);
            }
            dialog.to = answer.field("to").to_owned();
            dialog.target = target_of(answer.field("contact"));
        }
        dialog.answer = answer;
        dialog
    }

    /// Sends a request within a dialog, and gives its final answer.
    pub async fn send(&self, dialog: &Dialog, method: &str, body: &str, more: &str) -> Message {
        let number = self.shared.number.fetch_add(1, Relaxed);
        let answer = self.ask(dialog, method, number, body, more).await;
        if method == "INVITE" {
            self.acknowledge(dialog, &answer, number).await;
        }
        answer
    }

    /// Changes the direction of the sound: `sendonly` is hold.
    pub async fn turn(&self, dialog: &Dialog, direction: &str) -> Message {
        let body = self.description(direction);
        self.send(dialog, "INVITE", &body, "").await
    }

    /// Sends no more sound in a call, without a word about it.
    pub fn falls_silent(&self, dialog: &Dialog) {
        self.shared.falls_silent_in(&dialog.call_id);
    }

    /// Ends a call.
    pub async fn hang_up(&self, dialog: &Dialog) {
        let answer = self.send(dialog, "BYE", "", "").await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        self.shared.falls_silent_in(&dialog.call_id);
    }

    /// Registers for an hour by digest, with the algorithm that is asked for first; the final answer.
    pub async fn register(&self, server: SocketAddr, user: &str, password: &str) -> Message {
        let here = self.shared.here;
        let dialog = self.registration(server, user);
        let contact = format!("Contact: <sip:{user}@{here}>\r\nExpires: 3600\r\n");
        let asked = self.send(&dialog, "REGISTER", "", &contact).await;
        assert_eq!(asked.status(), 401, "{asked:?}");
        let signed = signed(&asked, ("REGISTER", &format!("sip:{server}")), (user, password));
        self.send(&dialog, "REGISTER", "", &format!("{contact}{signed}")).await
    }

    /// Calls a number as a telephone that is asked for its password.
    pub async fn dial(&self, server: SocketAddr, (user, password): (&str, &str), to: &str) -> Dialog {
        let asked = self.call(server, user, to).await.answer;
        assert_eq!(asked.status(), 401, "{asked:?}");
        let signed = signed(&asked, ("INVITE", &format!("sip:{to}@{server}")), (user, password));
        self.call_with(server, user, to, &self.description("sendrecv"), &signed).await
    }

    /// The algorithms by which somebody is asked to sign in who registers at first.
    pub async fn algorithms(&self, server: SocketAddr, user: &str) -> Vec<String> {
        let contact = format!("Contact: <sip:{user}@{}>\r\n", self.shared.here);
        let asked = self.send(&self.registration(server, user), "REGISTER", "", &contact).await;
        asked.all("www-authenticate").map(|challenge| algorithm_of(challenge).to_owned()).collect()
    }

    /// What requests of a telephone to its registrar belong to.
    fn registration(&self, server: SocketAddr, user: &str) -> Dialog {
        Dialog {
            call_id: uuid::Uuid::new_v4().to_string(),
            from: format!("<sip:{user}@{server}>;tag={}", self.shared.tag),
            to: format!("<sip:{user}@{server}>"),
            target: format!("sip:{server}"),
            server,
            answer: Message { start: String::new(), fields: vec![], body: String::new(), from: server },
        }
    }

    /// A datagram as it is; the first answer to it.
    pub async fn raw(&self, server: SocketAddr, call_id: &str, text: &str) -> Option<Message> {
        let (sender, mut answers) = mpsc::unbounded_channel();
        locked(&self.shared.waiting).insert(call_id.to_owned(), sender);
        self.shared.signals.send_to(text.as_bytes(), server).await.expect("it is sent");
        tokio::time::timeout(Duration::from_secs(2), answers.recv()).await.ok().flatten()
    }

    fn text(&self, dialog: &Dialog, method: &str, number: u32, branch: &str, body: &str, more: &str) -> String {
        let here = self.shared.here;
        let kind =
            if body.is_empty() || more.contains("Content-Type:") { "" } else { "Content-Type: application/sdp\r\n" };
        let by = self.shared.signals.transport();
        let contact = if more.contains("Contact:") { String::new() } else { self.shared.contact() };
        format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/{by} {here};branch=z9hG4bK{branch};rport\r\nMax-Forwards: 70\r\nFrom: {}\r\n\
             To: {}\r\nCall-ID: {}\r\nCSeq: {number} {method}\r\n{contact}{more}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            dialog.target,
            dialog.from,
            dialog.to,
            dialog.call_id,
            body.len(),
        )
    }

    async fn ask(&self, dialog: &Dialog, method: &str, number: u32, body: &str, more: &str) -> Message {
        let (sender, mut answers) = mpsc::unbounded_channel();
        locked(&self.shared.waiting).insert(dialog.call_id.clone(), sender);
        let text = self.text(dialog, method, number, &format!("{number}{}", &dialog.call_id[..8]), body, more);
        let answered = tokio::time::timeout(PATIENCE, async {
            loop {
                self.shared.signals.send_to(text.as_bytes(), dialog.server).await.expect("it is sent");
                let until = tokio::time::Instant::now() + Duration::from_millis(800);
                while let Ok(Some(answer)) = tokio::time::timeout_at(until, answers.recv()).await {
                    let fits = answer.field("cseq") == format!("{number} {method}");
                    if fits && answer.status() >= 200 {
                        return answer;
                    }
                    if fits && !answer.field("rseq").is_empty() {
                        self.acknowledge_provisional(dialog, &answer).await;
                    }
                }
            }
        });
        answered.await.unwrap_or_else(|_| panic!("{method} was not answered"))
    }

    /// Acknowledges a provisional answer that wants it (RFC 3262).
    async fn acknowledge_provisional(&self, dialog: &Dialog, answer: &Message) {
        if !answer.body.is_empty() {
            self.shared.speaks_in(answer);
        }
        let (to, target) = (answer.field("to").to_owned(), target_of(answer.field("contact")));
        let early = Dialog { to, target, ..dialog.clone() };
        let number = self.shared.number.fetch_add(1, Relaxed);
        let rack = format!("RAck: {} {}\r\n", answer.field("rseq"), answer.field("cseq"));
        let text = self.text(&early, "PRACK", number, &format!("{number}{}", &dialog.call_id[..8]), "", &rack);
        self.shared.signals.send_to(text.as_bytes(), dialog.server).await.expect("it is sent");
    }

    async fn acknowledge(&self, dialog: &Dialog, answer: &Message, number: u32) {
        let ok = answer.status() == 200;
        let acknowledged = Dialog {
            to: answer.field("to").to_owned(),
            target: if ok { target_of(answer.field("contact")) } else { dialog.target.clone() },
            ..dialog.clone()
        };
        // That of a refusal belongs to the transaction of the INVITE; that of a 200 is one of its own.
        let branch = format!("{number}{}{}", &dialog.call_id[..8], if ok { "ack" } else { "" });
        let text = self.text(&acknowledged, "ACK", number, &branch, "", "");
        self.shared.signals.send_to(text.as_bytes(), dialog.server).await.expect("it is sent");
    }

    /// The dialog of the call that the peer has taken.
    pub async fn taken(&self) -> Dialog {
        let invite = self.request("INVITE").await;
        Dialog {
            call_id: invite.field("call-id").to_owned(),
            from: format!("{};tag={}", invite.field("to"), self.shared.tag),
            to: invite.field("from").to_owned(),
            target: target_of(invite.field("contact")),
            server: invite.from,
            answer: invite,
        }
    }
}

impl Drop for SipPeer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// The field that answers a challenge.
fn signed(asked: &Message, (method, uri): (&str, &str), (user, password): (&str, &str)) -> String {
    let challenge = asked.field("www-authenticate");
    let algorithm = algorithm_of(challenge);
    let hash = |text: &str| hash(algorithm, text);
    let part = |name: &str| {
        let rest = challenge.split(&format!("{name}=\"")).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let (realm, nonce) = (part("realm"), part("nonce"));
    let secret = hash(&format!("{user}:{realm}:{password}"));
    let request = hash(&format!("{method}:{uri}"));
    let response = hash(&format!("{secret}:{nonce}:00000001:abc:auth:{request}"));
    format!(
        "Authorization: Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{response}\", algorithm={algorithm}, qop=auth, nc=00000001, cnonce=\"abc\"\r\n"
    )
}

/// The name of a challenge's digest algorithm.
fn algorithm_of(challenge: &str) -> &str {
    let named = challenge.split("algorithm=").nth(1).and_then(|rest| rest.split(',').next());
    named.map_or("MD5", str::trim)
}

fn hash(algorithm: &str, text: &str) -> String {
    use sha2::Digest;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match algorithm {
        "MD5" => hex(&md5::Md5::digest(text)),
        "SHA-256" => hex(&sha2::Sha256::digest(text)),
        other => panic!("{other} is no digest algorithm"),
    }
}

fn target_of(contact: &str) -> String {
    contact.trim().trim_start_matches('<').split('>').next().unwrap_or_default().to_owned()
}
