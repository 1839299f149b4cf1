//! What a broken or hostile device sends: refused or ignored, counted, and the call lives.

use domain::ids::MediaSessionId;
use switchboard_bridge::{BridgeEvent, CounterSnapshot, SessionError};
use uuid::Uuid;

use crate::{
    carrier::Carrier,
    device::Device,
    signal::{RATE, arrived, sweep},
    stage::{Stage, together, until},
};

/// Two who talk.
struct Talk {
    stage: Stage,
    customer: Carrier,
    agent: Device,
}

impl Talk {
    async fn begin() -> Self {
        Self::begin_with(|offer| offer).await
    }

    async fn begin_with(offered: impl FnOnce(String) -> String) -> Self {
        let stage = Stage::start().await;
        let customer = Carrier::open(&stage.bridge).await;
        let agent = Device::connect_with(&stage.bridge, offered).await;
        stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
        until("packets", || agent.packets() > 20 && customer.heard_len() > RATE / 2).await;
        Self { stage, customer, agent }
    }

    fn counters(&self) -> CounterSnapshot {
        self.stage.bridge.counters()
    }

    /// Both hear each other.
    async fn goes_on(&self) {
        let (up, down) = (sweep(400.0, 3_000.0, 1_000), sweep(2_800.0, 500.0, 1_000));
        self.agent.take_heard();
        self.customer.take_heard();
        self.customer.say(&up);
        self.agent.say(&down);
        until("the sounds", || self.agent.heard_len() > 2 * RATE && self.customer.heard_len() > 2 * RATE).await;
        for (who, sound, heard) in
            [("agent", &up, self.agent.take_heard()), ("customer", &down, self.customer.take_heard())]
        {
            let (score, _) = arrived(sound, &heard);
            assert!(score > 0.7, "the {who} hears the other with correlation {score}");
        }
    }
}

/// The offer of a device whose codecs are these.
fn offer(media: &str) -> String {
    let fingerprint = ["00:11:22:33:44:55:66:77"; 4].join(":");
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n{media}c=IN IP4 0.0.0.0\r\na=mid:0\r\n\
         a=sendrecv\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\n"
    )
}

#[tokio::test]
async fn a_device_without_a_codec_that_is_known_is_refused() {
    let stage = Stage::start().await;
    for media in [
        "m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 NOSUCH/48000\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF\r\n",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n",
        "",
    ] {
        let id = MediaSessionId::new(Uuid::now_v7());
        let refused = stage.bridge.open_session(id, offer(media)).await;
        assert!(matches!(refused, Err(SessionError::NoAudio | SessionError::BadOffer(_))), "{media}: {refused:?}");
        assert_eq!(stage.bridge.stats(switchboard_bridge::PortId::Session(id)).await, None);
    }
}

#[tokio::test]
async fn packet_times_of_zero_and_of_weeks_change_nothing() {
    for times in [
        "a=ptime:0\r\na=maxptime:0\r\n",
        "a=ptime:4294967296\r\na=maxptime:99999999999999999999\r\n",
        "a=ptime:-20\r\n",
    ] {
        let talk = Talk::begin_with(|offer| offer.replace("a=rtpmap:111", &format!("{times}a=rtpmap:111"))).await;
        talk.goes_on().await;
    }
}

#[tokio::test]
async fn an_offer_without_audio_in_the_middle_of_a_call_is_refused_and_the_call_goes_on() {
    let mut own = String::new();
    let talk = Talk::begin_with(|offer| {
        own = offer.clone();
        offer
    })
    .await;
    let without = [
        offer("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"),
        offer(""),
        own.replace("opus/48000", "nosuch/48000"),
        own.replace("a=sendrecv", "a=inactive"),
        own.replace("m=audio", "m=video"),
        own.chars().take(own.len() / 2).collect(),
    ];
    for offer in without {
        let refused = talk.stage.bridge.renegotiate(talk.agent.id, offer.clone()).await;
        assert!(matches!(refused, Err(SessionError::NoAudio | SessionError::BadOffer(_))), "{offer}: {refused:?}");
    }
    talk.goes_on().await;
}

#[tokio::test]
async fn nonsense_as_telephone_events_is_counted_and_no_key() {
    let talk = Talk::begin().await;
    let payloads: [&[u8]; 6] = [&[200, 0x8A, 0, 160], &[16, 10, 0, 160], &[255; 4], &[5], &[5, 10, 0], &[99; 300]];
    for payload in payloads {
        talk.agent.event(payload);
    }
    until("the nonsense to be counted", || talk.counters().bad_payload >= payloads.len() as u64).await;
    let pressed = |event: &&BridgeEvent| matches!(event, BridgeEvent::SessionDtmf { .. });
    assert_eq!(talk.stage.events().iter().filter(pressed).count(), 0);
    talk.agent.press('4');
    let wanted = BridgeEvent::SessionDtmf { id: talk.agent.id, digit: '4' };
    talk.stage.event("a real key", |event| (*event == wanted).then_some(())).await;
    talk.goes_on().await;
}

#[tokio::test]
async fn repeated_packets_are_ignored_and_counted() {
    let talk = Talk::begin().await;
    let before = talk.counters().rtp_ignored;
    talk.agent.again(50, |_| {});
    until("the repeats to be counted", || talk.counters().rtp_ignored >= before + 50).await;
    talk.goes_on().await;
}

#[tokio::test]
async fn packets_of_a_wrong_source_or_with_a_broken_seal_are_ignored_and_counted() {
    let talk = Talk::begin().await;
    let before = talk.counters();
    let ignored = |now: CounterSnapshot| now.rtp_ignored + now.malformed - before.rtp_ignored - before.malformed;
    talk.agent.again(20, |datagram| datagram[8..12].fill(0x77));
    talk.agent.again(20, |datagram| datagram.last_mut().into_iter().for_each(|byte| *byte ^= 1));
    talk.agent.again(20, |datagram| datagram[1] = 96);
    talk.agent.again(20, |datagram| datagram.truncate(14));
    until("all to be counted", || ignored(talk.counters()) >= 80).await;
    talk.goes_on().await;
}
