//! A caller that writes its own messages, and an endpoint that it calls.

use std::{net::SocketAddr, time::Duration};

use switchboard_sip::{Account, Admitted, CallKey, Endpoint, Event, Invitation, Listen};
use tokio::{net::UdpSocket, sync::mpsc};

/// RFC 3261's T1 of the endpoint.
pub const T1: Duration = Duration::from_millis(40);
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Called {
    pub endpoint: Endpoint,
    events: mpsc::UnboundedReceiver<Event>,
}

impl Called {
    pub async fn start() -> Self {
        let udp = vec!["127.0.0.1:0".parse().unwrap()];
        let listen = Listen { udp, t1: Some(T1), user_agent: "under test".to_owned(), ..Listen::default() };
        let (endpoint, events) = Endpoint::start(listen).await.unwrap();
        Self { endpoint, events }
    }

    pub fn address(&self) -> SocketAddr {
        self.endpoint.listens()[0].1
    }

    pub async fn event(&mut self) -> Event {
        tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("an event").expect("it goes on")
    }

    /// Lets everybody in.
    pub async fn invited(&mut self) -> Invitation {
        self.invited_by(None).await
    }

    /// The same, having this account with whoever calls.
    pub async fn invited_by(&mut self, account: Option<Account>) -> Invitation {
        loop {
            match self.event().await {
                Event::Knocked(knock) => {
                    knock.reply.send(Ok(Admitted { account: account.clone(), ..Admitted::default() })).unwrap();
                }
                Event::Invited(invitation) => return *invitation,
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn ended(&mut self) -> CallKey {
        match self.event().await {
            Event::Ended { call, .. } => call,
            other => panic!("{other:?}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub text: String,
    pub body: String,
}

impl Response {
    fn read(datagram: &[u8]) -> Self {
        let text = String::from_utf8(datagram.to_vec()).unwrap();
        let status = text.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)).unwrap_or("0").parse().unwrap();
        let body = text.split_once("\r\n\r\n").unwrap().1.to_owned();
        Self { status, text, body }
    }

    /// Its values, one behind the other; empty when there is none.
    pub fn field(&self, name: &str) -> String {
        let value = |line: &str| {
            let (of, value) = line.split_once(':')?;
            of.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        self.text.lines().take_while(|line| !line.is_empty()).filter_map(value).collect::<Vec<_>>().join(", ")
    }

    pub fn is_to(&self, method: &str) -> bool {
        self.field("CSeq").ends_with(method)
    }
}

pub struct Caller {
    socket: UdpSocket,
    server: SocketAddr,
    id: String,
    /// With its tag, once there is one.
    to: String,
}

impl Caller {
    pub async fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let id = format!("call-{}", socket.local_addr().unwrap().port());
        Self { socket, server, id, to: format!("<sip:called@{server}>") }
    }

    /// A CANCEL has that of its INVITE, which has no tag.
    pub const fn to_mut(&mut self) -> &mut String {
        &mut self.to
    }

    /// `more`: fields, each with its line end. `branch` names the transaction.
    pub async fn send(&self, cseq: &str, branch: &str, more: &str, body: &str) {
        let here = self.socket.local_addr().unwrap();
        let method = cseq.split(' ').nth(1).unwrap();
        let (server, id, to, length) = (self.server, &self.id, &self.to, body.len());
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let text = format!(
            "{method} sip:called@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{branch}\r\n\
             From: <sip:caller@{here}>;tag=1\r\nTo: {to}\r\nCall-ID: {id}\r\nCSeq: {cseq}\r\nMax-Forwards: 70\r\n\
             Contact: <sip:caller@{here}>\r\n{more}{kind}Content-Length: {length}\r\n\r\n{body}"
        );
        self.socket.send_to(text.as_bytes(), server).await.unwrap();
    }

    /// `wish`: such as `Require: 100rel`.
    pub async fn invite(&self, wish: &str, body: &str) {
        self.send("1 INVITE", "invite", &format!("{wish}\r\n"), body).await;
    }

    /// Acknowledges what has this `RSeq`; its answer.
    pub async fn prack(&mut self, rseq: &str, cseq: u32, body: &str) -> Response {
        self.prack_as(&format!("RAck: {rseq} 1 INVITE\r\n"), cseq, &format!("prack{cseq}"), body).await
    }

    pub async fn prack_as(&mut self, rack: &str, cseq: u32, branch: &str, body: &str) -> Response {
        self.send(&format!("{cseq} PRACK"), branch, rack, body).await;
        self.answer_to("PRACK").await
    }

    pub async fn next(&mut self) -> Response {
        let mut datagram = vec![0; 65_535];
        loop {
            let received = tokio::time::timeout(PATIENCE, self.socket.recv(&mut datagram)).await;
            let response = Response::read(&datagram[..received.expect("an answer").unwrap()]);
            if response.status != 0 && response.status != 100 {
                let to = response.field("To");
                if to.contains("tag=") {
                    self.to = to;
                }
                return response;
            }
        }
    }

    /// A request of the other side that is not this one.
    pub async fn asked(&self, method: &str, but: Option<&Response>) -> Response {
        let mut datagram = vec![0; 65_535];
        loop {
            let received = tokio::time::timeout(PATIENCE, self.socket.recv(&mut datagram)).await;
            let request = Response::read(&datagram[..received.expect("a request").unwrap()]);
            let known = but.is_some_and(|but| but.field("CSeq") == request.field("CSeq"));
            if request.status == 0 && request.is_to(method) && !known {
                return request;
            }
        }
    }

    /// `line`: such as `200 OK`. `more`: fields, each with its line end.
    pub async fn reply(&self, to: &Response, line: &str, more: &str, body: &str) {
        let same: String =
            ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| format!("{name}: {}\r\n", to.field(name))).concat();
        let here = self.socket.local_addr().unwrap();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let length = body.len();
        let text = format!(
            "SIP/2.0 {line}\r\n{same}Contact: <sip:caller@{here}>\r\n{more}{kind}Content-Length: {length}\r\n\r\n{body}"
        );
        self.socket.send_to(text.as_bytes(), self.server).await.unwrap();
    }

    /// What was sent again in the meantime is passed over.
    pub async fn answer_to(&mut self, method: &str) -> Response {
        loop {
            let response = self.next().await;
            if response.is_to(method) && (method != "INVITE" || response.status >= 200) {
                return response;
            }
        }
    }

    /// Answers that come within so long.
    pub async fn all_within(&mut self, span: Duration) -> Vec<Response> {
        let mut came = Vec::new();
        let until = tokio::time::Instant::now() + span;
        while let Ok(response) = tokio::time::timeout_at(until, self.next()).await {
            came.push(response);
        }
        came
    }
}
