//! A name server that knows what a test tells it (RFC 1035, RFC 2782). Everything else it denies.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
};

use tokio::{net::UdpSocket, task::JoinHandle};

const ADDRESS: u16 = 1;
const SERVICE: u16 = 33;

/// One server of a service.
#[derive(Debug, Clone)]
pub struct Service {
    pub priority: u16,
    pub weight: u16,
    pub port: u16,
    pub host: &'static str,
}

/// What is known, by lower-case name.
#[derive(Debug, Clone, Default)]
pub struct Zone {
    pub addresses: HashMap<&'static str, Ipv4Addr>,
    pub services: HashMap<&'static str, Vec<Service>>,
}

/// A name server at 127.0.0.1; it ends with this.
pub struct NameServer {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl NameServer {
    pub async fn start(zone: Zone) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            let mut question = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                if let Some(answer) = answer(&zone, &question[..length]) {
                    drop(socket.send_to(&answer, from).await);
                }
            }
        });
        Self { address, task }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The name of the first question, its kind, and where it ends.
fn asked(message: &[u8]) -> Option<(String, u16, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]);
    Some((labels.join("."), kind, at + 4))
}

fn name(of: &str) -> Vec<u8> {
    let labels = of.split('.').flat_map(|label| std::iter::once(label.len() as u8).chain(label.bytes()));
    labels.chain([0]).collect()
}

fn answer(zone: &Zone, question: &[u8]) -> Option<Vec<u8>> {
    let (host, kind, end) = asked(question)?;
    let data: Vec<Vec<u8>> = match kind {
        ADDRESS => zone.addresses.get(host.as_str()).map(|ip| ip.octets().to_vec()).into_iter().collect(),
        SERVICE => {
            let services = zone.services.get(host.as_str()).into_iter().flatten();
            let written = |one: &Service| {
                let numbers = [one.priority, one.weight, one.port].into_iter().flat_map(u16::to_be_bytes);
                numbers.chain(name(one.host)).collect()
            };
            services.map(written).collect()
        }
        _ => Vec::new(),
    };
    let known = zone.addresses.contains_key(host.as_str()) || zone.services.contains_key(host.as_str());
    // An answer with authority; 3 is "no such name".
    let code: u8 = if known { 0 } else { 3 };
    let mut text = question.get(..2)?.to_vec();
    text.extend([0x85, 0x80 | code, 0, 1]);
    text.extend((data.len() as u16).to_be_bytes());
    text.extend([0, 0, 0, 0]);
    text.extend(question.get(12..end)?);
    for one in data {
        // The name is that of the question; a record of class IN is good for a minute.
        text.extend([0xC0, 12]);
        text.extend(kind.to_be_bytes());
        text.extend([0, 1, 0, 0, 0, 60]);
        text.extend((one.len() as u16).to_be_bytes());
        text.extend(one);
    }
    Some(text)
}
