//! Two legs that face each other, a translator between them, and a stranger.

use media::{
    frame::FRAME_20,
    rtp::{self, RtpHeader},
};
use uuid::Uuid;

use super::{
    hearing::{MOST_KEYS_A_SECOND, MOVES_AFTER},
    *,
};
use crate::{
    port::{CarrierFrame, FRAME_BYTES, FRAME_WIDE},
    rtp::{RtpCodec, Seal, SrtpKey, SrtpKeys},
};

fn at(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 4_000))
}

fn route(codec: RtpCodec) -> RtpRoute {
    RtpRoute {
        remote: at(1),
        remote_reports: at(1),
        multiplexed: false,
        codec,
        payload_type: 96,
        accepted: vec![(96, codec)],
        events: Some((101, codec.clock())),
        comfort_noise: Some(13),
        packet_ms: 20,
        sends: true,
        receives: true,
        seal: None,
    }
}

struct Pair {
    a: Leg,
    b: Leg,
    now: Instant,
    heard: Heard,
}

impl Pair {
    fn of(a: RtpRoute, b: RtpRoute) -> Self {
        let now = Instant::now();
        let leg = |id: u128, route| {
            let mut leg = Leg::new(LegId::new(Uuid::from_u128(id << 64 | id << 16 | id)), now);
            leg.set_route(route, now);
            leg
        };
        Self { a: leg(0xA5A5, a), b: leg(0x5B5B, b), now, heard: Heard::default() }
    }

    fn alike(codec: RtpCodec) -> Self {
        Self::of(route(codec), route(codec))
    }

    /// A frame from `a` to `b`, over a network that takes no time.
    fn say(&mut self, frame: &CarrierFrame, from: SocketAddr) -> Option<Vec<u8>> {
        self.now += FRAME_20;
        let packet = self.a.turn(frame, self.now, &mut Heard::default());
        if let Some(packet) = &packet {
            self.b.hear(packet, from, self.now, &mut self.heard);
        }
        packet
    }
}

const FRAME: CarrierFrame = CarrierFrame::Law([0x55; FRAME_BYTES]);
const WIDE_FRAME: CarrierFrame = CarrierFrame::Wide([0x55; FRAME_WIDE]);

#[test]
fn what_is_said_is_heard_in_packets_of_any_length() {
    for packet_ms in [20, 40, 60] {
        let long = RtpRoute { packet_ms, ..route(RtpCodec::Pcmu) };
        let mut pair = Pair::of(long, route(RtpCodec::Pcmu));
        let packets = (0..12).filter_map(|_| pair.say(&FRAME, at(1))).count();
        assert_eq!(
            (packets, pair.heard.sound.law.len()),
            (240 / packet_ms as usize, 12 * FRAME_BYTES),
            "{packet_ms} ms"
        );
    }
}

#[test]
fn sound_goes_to_where_it_comes_from_and_no_stranger_takes_it_over() {
    let mut pair = Pair::alike(RtpCodec::Pcmu);
    assert_eq!(pair.b.target(), Some(at(1)), "as agreed");
    pair.say(&FRAME, at(7));
    assert_eq!(pair.b.target(), Some(at(7)), "behind a translator");
    pair.say(&FRAME, at(8));
    assert_eq!((pair.b.target(), pair.heard.sound.law.len()), (Some(at(7)), FRAME_BYTES), "a stranger");
    pair.say(&FRAME, at(1));
    assert_eq!(pair.b.target(), Some(at(1)), "the agreed place is always right");
    pair.now += MOVES_AFTER;
    pair.say(&FRAME, at(9));
    assert_eq!(pair.b.target(), Some(at(9)), "the translator gave it a new port");
    pair.b.set_route(RtpRoute { remote: at(3), ..route(RtpCodec::Pcmu) }, pair.now);
    assert_eq!(pair.b.target(), Some(at(3)), "agreed anew");
}

#[test]
fn keys_are_events_and_each_is_heard_once() {
    let mut pair = Pair::alike(RtpCodec::Opus);
    assert!(pair.a.press("1#2"));
    for _ in 0..60 {
        pair.say(&WIDE_FRAME, at(1));
    }
    assert_eq!(pair.heard.keys, ['1', '#', '2']);
    let mut plain = Pair::of(RtpRoute { events: None, ..route(RtpCodec::Pcmu) }, route(RtpCodec::Pcmu));
    assert!(!plain.a.press("1"), "they go as tones");
    assert!(plain.say(&FRAME, at(1)).is_some());
}

#[test]
fn a_storm_of_keys_is_cut_off() {
    let mut pair = Pair::alike(RtpCodec::Pcmu);
    for n in 0..1_000_u32 {
        let mut packet = Vec::new();
        let header = RtpHeader { payload_type: 101, seq: n as u16, timestamp: 160 * n, ssrc: 3, marker: true };
        rtp::write(header, &[5, 10, 0, 160], &mut packet);
        pair.b.hear(&packet, at(1), pair.now, &mut pair.heard);
    }
    assert_eq!(pair.heard.keys.len() as u32, MOST_KEYS_A_SECOND);
}

#[test]
fn agreed_silence_is_filled_with_noise_of_its_level() {
    for (codec, frame) in [(RtpCodec::Pcmu, FRAME), (RtpCodec::G722, WIDE_FRAME)] {
        let mut pair = Pair::alike(codec);
        pair.say(&frame, at(1));
        let mut packet = Vec::new();
        let seq = pair.a.speech.seq;
        pair.a.speech.seq += 1;
        let header = RtpHeader { payload_type: 13, seq, timestamp: 9, ssrc: pair.a.speech.ssrc, marker: false };
        rtp::write(header, &[40], &mut packet);
        pair.b.hear(&packet, at(1), pair.now, &mut pair.heard);
        pair.heard.sound.clear();
        for _ in 0..50 {
            pair.now += FRAME_20;
            pair.b.turn(&frame, pair.now, &mut pair.heard);
        }
        let pcm = samples(&pair.heard);
        assert_eq!(pcm.len(), 50 * length(codec), "{codec:?}");
        let level = media::level::rms_dbfs(&pcm);
        assert!((-43.0..=-37.0).contains(&level), "{codec:?}: {level} dBFS");
        pair.heard.sound.clear();
        pair.say(&frame, at(1));
        pair.b.turn(&frame, pair.now, &mut pair.heard);
        assert_eq!(samples(&pair.heard).len(), length(codec), "{codec:?}: speech ends it");
    }
}

/// Samples in 20 ms of the port that a codec has.
fn length(codec: RtpCodec) -> usize {
    if codec.port().is_wide() { FRAME_WIDE } else { FRAME_BYTES }
}

/// What was heard, of whichever form; mu-law is decoded.
fn samples(heard: &Heard) -> Vec<i16> {
    let law = heard.sound.law.iter().map(|byte| media::g711::Law::Pcmu.decode(*byte));
    law.chain(heard.sound.wide.iter().copied()).collect()
}

#[test]
fn on_hold_nothing_is_sent() {
    let mut pair = Pair::of(RtpRoute { sends: false, ..route(RtpCodec::Pcmu) }, route(RtpCodec::Pcmu));
    assert!(pair.say(&FRAME, at(1)).is_none());
    pair.a.set_route(route(RtpCodec::Pcmu), pair.now);
    assert!(pair.say(&FRAME, at(1)).is_some());
}

#[test]
fn a_change_of_codec_in_the_middle_is_followed() {
    let both = RtpRoute { accepted: vec![(96, RtpCodec::Pcmu), (97, RtpCodec::G722)], ..route(RtpCodec::Pcmu) };
    let mut pair = Pair::of(route(RtpCodec::Pcmu), both);
    pair.say(&FRAME, at(1));
    pair.a.set_route(RtpRoute { payload_type: 97, ..route(RtpCodec::G722) }, pair.now);
    pair.say(&WIDE_FRAME, at(1));
    assert_eq!(pair.heard.sound.law.len(), 2 * FRAME_BYTES);
}

#[test]
fn sealed_sound_is_opened_and_clear_sound_is_refused_when_keys_were_agreed() {
    let (x, y) = (SrtpKey::new([1; 30]), SrtpKey::new([2; 30]));
    let sealed = |ours: &SrtpKey, theirs: &SrtpKey| RtpRoute {
        seal: Some(Seal::Keys(SrtpKeys { ours: ours.clone(), theirs: theirs.clone(), short_tag: false })),
        ..route(RtpCodec::Pcmu)
    };
    let mut pair = Pair::of(sealed(&x, &y), sealed(&y, &x));
    for _ in 0..5 {
        pair.say(&FRAME, at(1));
    }
    assert_eq!(pair.heard.sound.law.len(), 5 * FRAME_BYTES);
    let mut clear = Pair::of(route(RtpCodec::Pcmu), sealed(&y, &x));
    clear.say(&FRAME, at(1));
    assert!(clear.heard.sound.law.is_empty());
    assert_eq!(clear.b.figures(clear.now).refused, 1);
    let report = pair.b.report(pair.now).unwrap();
    clear.a.hear_report(&report, clear.now);
    assert_eq!(clear.a.figures(clear.now).far_loss, None, "reports are sealed too");
    pair.a.hear_report(&report, pair.now);
    assert_eq!(pair.a.figures(pair.now).far_loss, Some(0.0));
}

#[test]
fn reports_tell_loss_and_round_trip() {
    let mut pair = Pair::alike(RtpCodec::Pcmu);
    for n in 0..100 {
        pair.now += FRAME_20;
        let packet = pair.a.turn(&FRAME, pair.now, &mut Heard::default()).unwrap();
        if n % 10 != 5 {
            pair.b.hear(&packet, at(1), pair.now, &mut pair.heard);
        }
    }
    let way = Duration::from_millis(30);
    let report = pair.a.report(pair.now).unwrap();
    pair.b.hear_report(&report, pair.now + way);
    let answer = pair.b.report(pair.now + way * 2).unwrap();
    pair.a.hear_report(&answer, pair.now + way * 3);
    let figures = pair.a.figures(pair.now);
    let trip = figures.round_trip.unwrap();
    assert!(trip.abs_diff(way * 2) < Duration::from_millis(2), "{trip:?}");
    assert!((figures.far_loss.unwrap() - 0.1).abs() < 0.02, "{:?}", figures.far_loss);
    assert_eq!(pair.b.figures(pair.now).lost, 10);
    assert!((pair.b.network(pair.now).loss - 0.1).abs() < 0.02);
}

#[test]
fn noise_from_the_network_changes_nothing() {
    let mut pair = Pair::alike(RtpCodec::Pcmu);
    for datagram in [&[][..], &[0x80], &[0xFF; 12], &[0x80, 96, 0], &[0x00; 200], b"OPTIONS sip:a SIP/2.0\r\n"] {
        pair.b.hear(datagram, at(1), pair.now, &mut pair.heard);
        pair.b.hear_report(datagram, pair.now);
    }
    assert!(pair.heard.sound.law.is_empty() && pair.heard.keys.is_empty());
    assert_eq!(pair.b.target(), Some(at(1)));
}

/// 20 ms each, at 16 kHz, from 5 to 7 kHz and back.
fn high_sweep(frames: usize) -> Vec<CarrierFrame> {
    let mut phase = 0.0;
    let mut sample = |at: usize| {
        let hertz = 6_000.0 - 1_000.0 * (std::f64::consts::TAU * at as f64 / 16_000.0).cos();
        phase += std::f64::consts::TAU * hertz / 16_000.0;
        (f64::sin(phase) * 8_000.0) as i16
    };
    (0..frames).map(|n| CarrierFrame::Wide(std::array::from_fn(|at| sample(n * FRAME_WIDE + at)))).collect()
}

#[test]
fn g_722_and_opus_keep_5_to_7_khz_both_ways() {
    let said: Vec<i16> = high_sweep(50).into_iter().flat_map(wide).collect();
    for codec in [RtpCodec::G722, RtpCodec::Opus] {
        let mut pair = Pair::alike(codec);
        let mut back = Heard::default();
        for frame in high_sweep(50) {
            pair.say(&frame, at(1));
            let packet = pair.b.turn(&frame, pair.now, &mut Heard::default()).unwrap();
            pair.a.hear(&packet, at(2), pair.now, &mut back);
        }
        for heard in [&pair.heard.sound, &back.sound] {
            assert_eq!((heard.wide.len(), heard.law.len()), (said.len(), 0), "{codec:?}");
            let change = media::level::rms_dbfs(&heard.wide[FRAME_WIDE..]) - media::level::rms_dbfs(&said);
            assert!(change.abs() < 3.0, "{codec:?} changed by {change} dB");
        }
    }
}

fn wide(frame: CarrierFrame) -> Vec<i16> {
    match frame {
        CarrierFrame::Law(_) => panic!("a frame of G.711"),
        CarrierFrame::Wide(pcm) => pcm.to_vec(),
    }
}

/// From Opus to G.711 and back, each end at its own time: what comes is always read as what it is.
#[test]
fn a_change_between_wide_and_narrow_codecs_is_followed_by_either_side() {
    let both = vec![(0, RtpCodec::Pcmu), (96, RtpCodec::Opus)];
    let opus = RtpRoute { accepted: both.clone(), ..route(RtpCodec::Opus) };
    let pcmu = RtpRoute { payload_type: 0, accepted: both, ..route(RtpCodec::Pcmu) };
    let mut pair = Pair::of(opus.clone(), opus.clone());
    assert_eq!(pair.b.set_route(opus.clone(), pair.now), CarrierCodec::Opus);
    let mut expect = |a: &RtpRoute, b: &RtpRoute, law: usize, wide: usize| {
        pair.a.set_route(a.clone(), pair.now);
        assert_eq!(pair.b.set_route(b.clone(), pair.now), b.codec.port());
        pair.heard.sound.clear();
        let frame = if a.codec == RtpCodec::Opus { WIDE_FRAME } else { FRAME };
        for _ in 0..5 {
            assert!(pair.say(&frame, at(1)).is_some());
        }
        assert_eq!((pair.heard.sound.law.len(), pair.heard.sound.wide.len()), (law, wide));
        let loudest = pair.heard.sound.wide.iter().map(|sample| sample.unsigned_abs()).max();
        assert!(loudest < Some(20_000), "noise of {loudest:?}");
    };
    expect(&opus, &opus, 0, 5 * FRAME_WIDE);
    expect(&pcmu, &opus, 0, 5 * FRAME_WIDE);
    expect(&pcmu, &pcmu, 5 * FRAME_BYTES, 0);
    expect(&opus, &pcmu, 5 * FRAME_BYTES, 0);
    expect(&opus, &opus, 0, 5 * FRAME_WIDE);
}
