//! What the peer does by itself: answers, speaks and listens.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use media::g711::Law;
use tokio::net::UdpSocket;

use super::{Manner, Message, Shared, locked};
use crate::sound::{Ear, LINE_RATE, Tone};

pub(super) fn description(shared: &Shared, direction: &str) -> String {
    let version = shared.number.fetch_add(1, Relaxed);
    format!(
        "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n",
        shared.sound_here.port()
    )
}

pub(super) async fn take_signals(shared: Arc<Shared>) {
    let mut datagram = vec![0; 65_536];
    while let Ok((length, from)) = shared.signals.recv_from(&mut datagram).await {
        let message = Message::read(&datagram[..length], from);
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

async fn answer(shared: Arc<Shared>, request: Message, manner: Manner) {
    let contact = format!("Contact: <sip:peer@{}>\r\n", shared.here);
    let send = async |text: String| drop(shared.signals.send_to(text.as_bytes(), request.from).await);
    let tag = shared.tag.clone();
    match (request.method(), &manner) {
        ("INVITE", Manner::Refuses(status)) => send(request.answer(status, &tag, "", "")).await,
        ("INVITE", Manner::Rings) => send(request.answer("180 Ringing", &tag, &contact, "")).await,
        ("INVITE", Manner::Answers { after }) => {
            send(request.answer("180 Ringing", &tag, &contact, "")).await;
            tokio::time::sleep(*after).await;
            let cancelled = locked(&shared.requests)
                .iter()
                .any(|one| one.method() == "CANCEL" && one.field("call-id") == request.field("call-id"));
            if !cancelled {
                *locked(&shared.remote) = request.sound();
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
            if let Some(invite) = invite {
                send(invite.answer("487 Request Terminated", &tag, "", "")).await;
            }
        }
        ("BYE", _) => {
            *locked(&shared.remote) = None;
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
        let Some(remote) = *locked(&shared.remote) else { continue };
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
