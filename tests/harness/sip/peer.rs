//! What the peer does by itself: answers, speaks and listens.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use media::g711::Law;
use tokio::net::UdpSocket;

use super::{Manner, Message, Shared, locked};
use crate::sound::{Ear, LINE_RATE, Tone};

/// Number of the first reliable provisional answer.
const RSEQ: u32 = 776_656;

pub(super) fn description(shared: &Shared, direction: &str) -> String {
    let version = shared.number.fetch_add(1, Relaxed);
    let ip = shared.sound_here.ip();
    let kind = if ip.is_ipv6() { "IP6" } else { "IP4" };
    format!(
        "v=0\r\no=- 1 {version} IN {kind} {ip}\r\ns=-\r\nc=IN {kind} {ip}\r\nt=0 0\r\nm=audio {} RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n",
        shared.sound_here.port()
    )
}

pub(super) async fn take_signals(shared: Arc<Shared>) {
    while let Some((text, from)) = shared.signals.receive().await {
        let message = Message::read(&text, from);
        locked(&shared.arrivals).push(in_short(&message));
        if message.status() != 0 {
            let waiting = locked(&shared.waiting).get(message.field("call-id")).cloned();
            if let Some(waiting) = waiting {
                drop(waiting.send(message));
            }
            continue;
        }
        let seen = locked(&shared.requests)
            .iter()
            .any(|one| one.field("call-id") == message.field("call-id") && one.field("cseq") == message.field("cseq"));
        let manner = locked(&shared.manner).clone();
        if manner == Manner::Silent || (seen && message.method() != "BYE") {
            continue;
        }
        locked(&shared.requests).push(message.clone());
        tokio::spawn(answer(Arc::clone(&shared), message, manner));
    }
}

/// At the beginning of a field; 0 without one.
fn number(field: &str) -> u32 {
    field.split(';').next().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn in_short(message: &Message) -> String {
    match message.status() {
        0 => format!("{} {}", message.method(), message.body.lines().next().unwrap_or_default()),
        status => format!("{status} {}", message.field("cseq").split(' ').nth(1).unwrap_or_default()),
    }
}

async fn answer(shared: Arc<Shared>, request: Message, manner: Manner) {
    let contact = shared.contact();
    let send = async |text: String| drop(shared.signals.send_to(text.as_bytes(), request.from).await);
    let tag = shared.tag.clone();
    match (request.method(), &manner) {
        ("INVITE", Manner::WantsLong { least_s }) if number(request.field("session-expires")) < *least_s => {
            let wish = format!("Min-SE: {least_s}\r\n");
            send(request.answer("422 Session Interval Too Small", &tag, &wish, "")).await;
        }
        ("REGISTER", Manner::WantsLong { least_s }) if (1..*least_s).contains(&number(request.field("expires"))) => {
            let wish = format!("Min-Expires: {least_s}\r\n");
            send(request.answer("423 Interval Too Brief", &tag, &wish, "")).await;
        }
        ("REFER", Manner::KeepsCalls) => send(request.answer("405 Method Not Allowed", &tag, "", "")).await,
        ("INVITE", Manner::WantsLong { .. } | Manner::KeepsCalls) => {
            shared.speaks_in(&request);
            let body = description(&shared, "sendrecv");
            send(request.answer("200 OK", &tag, &contact, &body)).await;
        }
        ("INVITE", Manner::Refuses(status)) => send(request.answer(status, &tag, "", "")).await,
        ("INVITE", Manner::AnswersWith(body)) => send(request.answer("200 OK", &tag, &contact, body)).await,
        ("INVITE", Manner::Babbles(words)) => {
            for word in *words {
                send((*word).to_owned()).await;
            }
        }
        ("INVITE", Manner::Rings | Manner::AnswersTooLate) => {
            send(request.answer("180 Ringing", &tag, &contact, "")).await
        }
        ("INVITE", Manner::Answers { after } | Manner::Announces { after }) => {
            if matches!(manner, Manner::Announces { .. }) {
                shared.speaks_in(&request);
                let body = description(&shared, "sendrecv");
                // To be acknowledged in its own right, where the caller can (RFC 3262).
                let can = request.field("supported").contains("100rel");
                let more = if can { format!("{contact}Require: 100rel\r\nRSeq: {RSEQ}\r\n") } else { contact.clone() };
                send(request.answer("183 Session Progress", &tag, &more, &body)).await;
            } else {
                send(request.answer("180 Ringing", &tag, &contact, "")).await;
            }
            tokio::time::sleep(*after).await;
            let cancelled = locked(&shared.requests)
                .iter()
                .any(|one| one.method() == "CANCEL" && one.field("call-id") == request.field("call-id"));
            if !cancelled {
                shared.speaks_in(&request);
                let body = description(&shared, "sendrecv");
                send(request.answer("200 OK", &tag, &contact, &body)).await;
            }
        }
        ("CANCEL", _) => {
            send(request.answer("200 OK", &tag, "", "")).await;
            let invite = locked(&shared.requests)
                .iter()
                .find(|one| one.method() == "INVITE" && one.field("call-id") == request.field("call-id"))
                .cloned();
            let Some(invite) = invite else { return };
            let text = if manner == Manner::AnswersTooLate {
                invite.answer("200 OK", &tag, &contact, &description(&shared, "sendrecv"))
            } else {
                invite.answer("487 Request Terminated", &tag, "", "")
            };
            send(text).await;
        }
        ("BYE", _) => {
            shared.falls_silent_in(request.field("call-id"));
            send(request.answer("200 OK", &tag, "", "")).await;
        }
        ("ACK", _) => {}
        _ => send(request.answer("200 OK", &tag, &contact, "")).await,
    }
}

pub(super) async fn speak(shared: Arc<Shared>, sound: Arc<UdpSocket>, voice: Tone) {
    let mut source = voice.source(LINE_RATE);
    let mut clock = tokio::time::interval(Duration::from_millis(20));
    loop {
        clock.tick().await;
        let Some((_, remote)) = locked(&shared.remote).clone() else { continue };
        let turn = shared.talking.fetch_add(1, Relaxed);
        let mut pcm = [0_i16; 160];
        source(&mut pcm);
        let mut packet = vec![0x80, 0];
        packet.extend((turn as u16).to_be_bytes());
        packet.extend((160 * turn as u32).to_be_bytes());
        packet.extend([0, 0, 0, 9]);
        packet.extend(pcm.map(|sample| Law::Pcmu.encode(sample)));
        drop(sound.send_to(&packet, remote).await);
    }
}

pub(super) async fn listen(sound: Arc<UdpSocket>, ear: Ear) {
    let mut datagram = [0; 2_048];
    while let Ok((length, _)) = sound.recv_from(&mut datagram).await {
        if length > 12 && datagram[1] & 0x7F == 0 {
            let pcm: Vec<i16> = datagram[12..length].iter().map(|byte| Law::Pcmu.decode(*byte)).collect();
            ear.hear(&pcm);
        }
    }
}
