//! Messages as text.

use std::net::SocketAddr;

/// One message, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub start: String,
    pub(super) fields: Vec<(String, String)>,
    pub body: String,
    pub from: SocketAddr,
}

impl Message {
    pub(super) fn read(datagram: &[u8], from: SocketAddr) -> Self {
        let text = String::from_utf8_lossy(datagram);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let start = lines.next().unwrap_or_default().to_owned();
        let field =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        Self { start, fields: lines.filter_map(field).collect(), body: body.to_owned(), from }
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// 0 for a request.
    pub fn status(&self) -> u16 {
        self.start
            .strip_prefix("SIP/2.0 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|code| code.parse().ok())
            .unwrap_or(0)
    }

    pub fn method(&self) -> &str {
        if self.status() == 0 { self.start.split(' ').next().unwrap_or_default() } else { "" }
    }

    /// Where the sender takes sound in.
    pub fn sound(&self) -> Option<SocketAddr> {
        let place = self.body.lines().find_map(|line| line.strip_prefix("c=IN IP"))?;
        let address: std::net::IpAddr = place.split(' ').nth(1)?.parse().ok()?;
        let port = self.body.lines().find_map(|line| line.strip_prefix("m=audio "))?.split(' ').next()?;
        Some(SocketAddr::new(address, port.parse().ok()?))
    }

    pub(super) fn answer(&self, status: &str, tag: &str, more: &str, body: &str) -> String {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for via in self.all("via") {
            text.push_str(&format!("Via: {via}\r\n"));
        }
        for route in self.all("record-route") {
            text.push_str(&format!("Record-Route: {route}\r\n"));
        }
        let to = self.field("to");
        let to = if to.contains(";tag=") { to.to_owned() } else { format!("{to};tag={tag}") };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        text.push_str(&format!(
            "From: {}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {}\r\n{more}{kind}Content-Length: {}\r\n\r\n{body}",
            self.field("from"),
            self.field("call-id"),
            self.field("cseq"),
            body.len(),
        ));
        text
    }
}
