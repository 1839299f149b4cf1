use proptest::prelude::*;

use super::*;

type Buffer = JitterBuffer;

const FRAME: u32 = 960;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn packet(n: u32) -> Arrival<'static> {
    // A handful of numbers for the life of a test.
    let payload = Box::leak(Box::new(n.to_be_bytes()));
    Arrival { seq: n as u16, timestamp: n.wrapping_mul(FRAME), duration: FRAME, payload }
}

/// What was pulled, apart from the buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pulled {
    Packet(u32),
    Fec { next: u32, duration: u32 },
    Conceal,
    Silence,
}

impl From<Pull<'_>> for Pulled {
    fn from(pull: Pull<'_>) -> Self {
        match pull {
            Pull::Packet { payload, .. } => Self::Packet(number(payload)),
            Pull::Fec { next, duration } => Self::Fec { next: number(next), duration },
            Pull::Conceal { .. } | Pull::Late { .. } => Self::Conceal,
            Pull::Silence { .. } => Self::Silence,
        }
    }
}

fn number(payload: &[u8]) -> u32 {
    u32::from_be_bytes([payload[0], payload[1], payload[2], payload[3]])
}

/// Delivers `arrivals` (packet number, time in ms) and pulls every 20 ms from 5 ms on; the answer is what was played.
fn run(buffer: &mut Buffer, mut arrivals: Vec<(u32, u64)>, pulls: u64) -> Vec<Pulled> {
    arrivals.sort_by_key(|(_, at)| *at);
    let mut arrivals = arrivals.into_iter().peekable();
    (0..pulls)
        .map(|tick| {
            let now = tick * 20 + 5;
            while let Some((n, at)) = arrivals.next_if(|(_, at)| *at <= now) {
                buffer.push(packet(n), ms(at));
            }
            buffer.pull(ms(now), false).into()
        })
        .collect()
}

fn played(pulls: &[Pulled]) -> Vec<u32> {
    pulls.iter().filter_map(|pull| if let Pulled::Packet(n) = pull { Some(*n) } else { None }).collect()
}

#[test]
fn a_steady_stream_plays_in_order_after_a_short_wait() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    let pulls = run(&mut buffer, (0..100).map(|n| (n, u64::from(n) * 20)).collect(), 100);
    let numbers = played(&pulls);
    assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>());
    assert!(numbers.len() >= 98, "{} of 100 played", numbers.len());
    assert!(buffer.delay() <= ms(50), "{:?}", buffer.delay());
}

#[test]
fn a_lost_packet_is_rebuilt_from_its_successor() {
    let mut buffer = Buffer::new(JitterSettings { start: ms(40), min: ms(40), ..JitterSettings::OPUS });
    let arrivals = (0..60).filter(|n| *n != 30).map(|n| (n, u64::from(n) * 20)).collect();
    let pulls = run(&mut buffer, arrivals, 62);
    let at = pulls.iter().position(|p| matches!(p, Pulled::Fec { .. })).expect("no FEC was used");
    assert_eq!(pulls[at - 1], Pulled::Packet(29));
    assert_eq!(pulls[at], Pulled::Fec { next: 31, duration: FRAME });
    assert_eq!(pulls[at + 1], Pulled::Packet(31));
    assert_eq!(buffer.counts().rebuilt, 1);
}

#[test]
fn reordered_packets_are_put_in_order_and_doubles_are_dropped() {
    let mut buffer = Buffer::new(JitterSettings { start: ms(60), min: ms(60), ..JitterSettings::OPUS });
    let mut arrivals: Vec<(u32, u64)> = (0..50).map(|n| (n, u64::from(n ^ 1) * 20)).collect();
    arrivals.extend((0..50).map(|n| (n, u64::from(n ^ 1) * 20 + 1)));
    let numbers = played(&run(&mut buffer, arrivals, 56));
    assert_eq!(numbers, (0..50).collect::<Vec<_>>());
    assert_eq!(buffer.counts().duplicate + buffer.counts().late, 50);
}

#[test]
fn lateness_makes_the_wait_grow_and_calm_makes_it_shrink_in_silence() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    let late = |n: u32| u64::from(n) * 20 + if n.is_multiple_of(8) { 90 } else { 0 };
    run(&mut buffer, (0..200).map(|n| (n, late(n))).collect(), 200);
    let grown = buffer.delay();
    assert!(grown >= ms(80), "{grown:?}");
    let concealed = buffer.counts().concealed;
    for n in 200..800_u32 {
        let now = u64::from(n) * 20;
        buffer.push(packet(n), ms(now));
        buffer.pull(ms(now + 5), true);
    }
    assert!(buffer.delay() <= ms(50), "{:?}", buffer.delay());
    assert_eq!(buffer.counts().concealed, concealed);
}

#[test]
fn when_the_sender_stops_speech_is_made_up_for_100_ms_and_then_it_is_silent() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    let pulls = run(&mut buffer, (0..20).map(|n| (n, u64::from(n) * 20)).collect(), 60);
    let last = pulls.iter().rposition(|p| matches!(p, Pulled::Packet(_))).unwrap();
    let after = &pulls[last + 1..];
    assert!(after[..5].iter().all(|p| matches!(p, Pulled::Conceal)), "{after:?}");
    assert!(after[6..].iter().all(|p| matches!(p, Pulled::Silence)));
}

#[test]
fn speech_after_a_pause_without_packets_starts_with_the_usual_wait() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    // Packet 50 follows packet 20 in sequence, but its timestamp says that 1 s of silence lies between.
    let mut pulls: Vec<Pulled> = Vec::new();
    for tick in 0..120_u32 {
        let now = u64::from(tick) * 20;
        let sent = match tick {
            0..=20 => Some(tick),
            70.. => Some(tick - 49),
            _ => None,
        };
        if let Some(seq) = sent {
            buffer.push(Arrival { seq: seq as u16, ..packet(tick) }, ms(now));
        }
        pulls.push(buffer.pull(ms(now + 5), false).into());
    }
    let numbers = played(&pulls);
    assert_eq!(numbers[..23], [(0..=20).collect::<Vec<_>>(), vec![70, 71]].concat());
    assert!(buffer.delay() <= ms(50), "{:?}", buffer.delay());
}

#[test]
fn after_a_long_stall_the_backlog_is_skipped() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    let arrivals = (0..200).map(|n| (n, if (50..75).contains(&n) { 1_500 } else { u64::from(n) * 20 })).collect();
    run(&mut buffer, arrivals, 200);
    assert!(buffer.counts().skipped > 5, "{:?}", buffer.counts());
    assert!(buffer.delay() <= ms(240), "{:?}", buffer.delay());
}

#[test]
fn a_sender_with_a_new_clock_is_followed() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    run(&mut buffer, (0..50).map(|n| (n, u64::from(n) * 20)).collect(), 50);
    let far = Arrival { timestamp: 3_000_000_000, seq: 9, ..packet(0) };
    assert_eq!(buffer.push(far, ms(1_000)), Admission::Restarted);
    assert!(matches!(buffer.pull(ms(1_040), false), Pull::Packet { payload, .. } if payload == far.payload));
}

#[test]
fn a_stream_that_wraps_around_plays_on() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    let mut numbers = Vec::new();
    for n in 0..100_u32 {
        let arrival = Arrival {
            seq: 65_500_u16.wrapping_add(n as u16),
            timestamp: (u32::MAX - 48_000).wrapping_add(n * FRAME),
            ..packet(n)
        };
        buffer.push(arrival, ms(u64::from(n) * 20));
        if let Pull::Packet { payload: p, .. } = buffer.pull(ms(u64::from(n) * 20 + 5), false) {
            numbers.push(number(p));
        }
    }
    assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>());
    assert!(numbers.len() >= 97);
}

proptest! {
    /// Whatever the network does, packets play at most once and in order, the wait stays bounded, and the buffer does
    /// not fill up.
    #[test]
    fn any_network_keeps_order_and_bounds(
        fates in proptest::collection::vec((0_u8..10, 0_u64..300, any::<bool>()), 50..400),
        quiet in any::<bool>(),
    ) {
        let mut buffer = Buffer::new(JitterSettings::OPUS);
        let mut wire: Vec<(u32, u64)> = Vec::new();
        for (n, (fate, lateness, twice)) in fates.iter().enumerate() {
            let at = n as u64 * 20 + lateness;
            if *fate > 0 {
                wire.push((n as u32, at));
            }
            if *twice {
                wire.push((n as u32, at + 7));
            }
        }
        wire.sort_by_key(|(_, at)| *at);
        let mut wire = wire.into_iter().peekable();
        let mut last = None;
        for tick in 0..fates.len() as u64 + 40 {
            let now = tick * 20;
            while let Some((n, at)) = wire.next_if(|(_, at)| *at <= now) {
                buffer.push(packet(n), ms(at));
            }
            if let Pull::Packet { payload: p, .. } = buffer.pull(ms(now), quiet) {
                prop_assert!(last.is_none_or(|last| number(p) > last), "{} after {:?}", number(p), last);
                last = Some(number(p));
                // A packet that comes alone is played however late it is; a backlog is cut to the longest wait.
                let bound = if buffer.is_empty() { ms(330) } else { ms(240) };
                prop_assert!(buffer.delay() <= bound, "{:?}", buffer.delay());
            }
            prop_assert!(buffer.len() <= 40, "{} packets wait", buffer.len());
        }
        prop_assert!(buffer.is_empty());
    }

    /// Any bytes on the wire: no panic, and each pull answers with a length that can be played.
    #[test]
    fn hostile_headers_do_no_harm(
        packets in proptest::collection::vec((any::<u16>(), any::<u32>(), 0_u32..6_000, 0_u64..50), 0..300),
    ) {
        let mut buffer = Buffer::new(JitterSettings::OPUS);
        let mut now = 0;
        for (seq, timestamp, duration, step) in packets {
            now += step;
            buffer.push(Arrival { seq, timestamp, duration, payload: &[1, 2, 3, 4] }, ms(now));
            match buffer.pull(ms(now), step % 2 == 0) {
                Pull::Packet { .. } => {}
                Pull::Fec { duration, .. }
                | Pull::Conceal { duration }
                | Pull::Late { duration }
                | Pull::Silence { duration } => {
                    prop_assert!((1..6_000).contains(&duration), "{duration}");
                }
            }
        }
    }
}

#[test]
fn pauses_of_the_sender_are_not_counted_as_loss_and_late_packets_are() {
    let mut buffer = Buffer::new(JitterSettings::OPUS);
    // Numbers stand for time; the sequence goes on without a gap over the pause (discontinuous transmission).
    for tick in 0..200_u32 {
        let now = ms(u64::from(tick) * 20);
        if !(50..100).contains(&tick) {
            let seq = if tick < 50 { tick } else { tick - 50 };
            buffer.push(Arrival { seq: seq as u16, ..packet(tick) }, now);
        }
        buffer.pull(now + ms(5), false);
    }
    assert_eq!(buffer.counts().concealed, 0, "{:?}", buffer.counts());

    let mut buffer = Buffer::new(JitterSettings::OPUS);
    let held_up = (0..100).map(|n| (n, if (50..55).contains(&n) { 1_100 } else { u64::from(n) * 20 })).collect();
    run(&mut buffer, held_up, 110);
    assert!(buffer.counts().concealed > 0, "{:?}", buffer.counts());
}
