//! Two RTP legs of the bridge that face each other, each in a room with a wide carrier: sound goes by the network between.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use domain::ids::LegId;
use switchboard_bridge::{CarrierCodec, CarrierOptions, PortId, RtpCodec, RtpFigures, RtpLeg, RtpRoute};
use uuid::Uuid;

use crate::{
    carrier::Carrier,
    signal::{WIDE_RATE, arrived, loudest, lower_half, sweep, sweep_at, upper_half},
    stage::{PATIENCE, Stage, together, until},
};

const ACCEPTED: [(u8, RtpCodec); 3] = [(0, RtpCodec::Pcmu), (9, RtpCodec::G722), (111, RtpCodec::Opus)];

fn route(remote: SocketAddr, codec: RtpCodec) -> RtpRoute {
    RtpRoute {
        remote,
        remote_reports: SocketAddr::new(remote.ip(), remote.port() + 1),
        multiplexed: false,
        codec,
        payload_type: ACCEPTED.iter().find(|(_, of)| *of == codec).map(|(number, _)| *number).unwrap(),
        accepted: ACCEPTED.to_vec(),
        events: Some((101, codec.clock())),
        comfort_noise: None,
        packet_ms: 20,
        sends: true,
        receives: true,
        seal: None,
    }
}

/// An end of the line: a leg and whoever speaks through it.
struct End {
    leg: RtpLeg,
    person: Carrier,
}

impl End {
    async fn open(stage: &Stage) -> Self {
        let id = LegId::new(Uuid::now_v7());
        let leg = stage.bridge.open_rtp_leg(id, [127, 0, 0, 1].into(), None).await.unwrap();
        let person = Carrier::open_with(&stage.bridge, CarrierOptions::of(CarrierCodec::Opus)).await;
        stage.bridge.apply_room(stage.room(), together(&[PortId::Carrier(id), person.port()]));
        Self { leg, person }
    }
}

#[tokio::test]
async fn g_722_and_opus_keep_5_to_7_khz_both_ways_and_a_change_of_the_codec_is_followed() {
    let stage = Stage::start().await;
    let (a, b) = (End::open(&stage).await, End::open(&stage).await);
    let high = sweep_at(WIDE_RATE, 5_000.0, 7_000.0, 1_000);
    let low = sweep_at(WIDE_RATE, 500.0, 3_000.0, 1_000);
    let mut heard = Vec::new();
    for codec in [RtpCodec::Opus, RtpCodec::Pcmu, RtpCodec::G722, RtpCodec::Pcmu, RtpCodec::Opus] {
        a.leg.route(route(b.leg.local(), codec)).await;
        b.leg.route(route(a.leg.local(), codec)).await;
        let before = a.leg.figures().await.unwrap().packets_in;
        a.person.take_heard();
        until("the line to settle", || a.person.heard_len() > WIDE_RATE / 2).await;
        assert!(a.leg.figures().await.unwrap().packets_in > before, "{codec:?}: nothing comes");
        a.person.take_heard();
        b.person.take_heard();
        for person in [&a.person, &b.person] {
            person.say(&low);
            person.say(&high);
        }
        let enough = 3 * WIDE_RATE;
        until("the sounds to arrive", || a.person.heard_len() > enough && b.person.heard_len() > enough).await;
        heard.push((codec, a.person.take_heard()));
        heard.push((codec, b.person.take_heard()));
    }
    for (codec, heard) in heard {
        let (score, _) = arrived(&sweep(500.0, 3_000.0, 1_000), &lower_half(&heard));
        assert!(score > 0.7, "{codec:?}: correlation {score}");
        let change = loudest(&upper_half(&heard)) - loudest(&upper_half(&high));
        println!("{codec:?}: 5 to 7 kHz at {change:.1} dB, 0.5 to 3 kHz with a correlation of {score:.3}");
        if codec == RtpCodec::Pcmu {
            assert!(change < -35.0, "{codec:?}: {change} dB above 4 kHz");
        } else {
            assert!(change.abs() < 3.0, "{codec:?}: 5 to 7 kHz at {change} dB");
        }
    }
}

/// So many that the thread of the legs rests between two looks at their sockets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eighty_legs_that_talk_at_once_no_packet_is_lost() {
    let stage = Stage::start().await;
    let mut legs = Vec::new();
    for _ in 0..80 {
        let id = LegId::new(Uuid::now_v7());
        legs.push((id, stage.bridge.open_rtp_leg(id, [127, 0, 0, 1].into(), None).await.unwrap()));
    }
    for facing in legs.chunks_exact(2) {
        let [(a, first), (b, second)] = facing else { panic!("in pairs") };
        first.route(route(second.local(), RtpCodec::Pcmu)).await;
        second.route(route(first.local(), RtpCodec::Pcmu)).await;
        stage.bridge.apply_room(stage.room(), together(&[PortId::Carrier(*a), PortId::Carrier(*b)]));
    }
    let mut began = Vec::new();
    for (_, leg) in &legs {
        began.push(once_heard(leg, 20).await);
    }
    for ((_, leg), before) in legs.iter().zip(began) {
        let now = once_heard(leg, 120).await;
        assert_eq!((now.lost, now.refused), (before.lost, before.refused));
    }
}

/// Its figures once so many packets have come.
async fn once_heard(leg: &RtpLeg, packets: u64) -> RtpFigures {
    let began = Instant::now();
    loop {
        let now = leg.figures().await.unwrap();
        if now.packets_in >= packets {
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "{} packets came", now.packets_in);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
