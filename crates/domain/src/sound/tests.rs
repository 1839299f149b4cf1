use proptest::prelude::*;

use super::*;

fn flow() -> Flow {
    Flow { packets: 50, jitter_ms: 3.0, buffer_ms: 30.0, level_dbfs: Some(-26.0), ..Flow::default() }
}

fn leg() -> Leg {
    Leg { up: flow(), round_trip_ms: Some(40.0), echo_loss_db: None }
}

fn device() -> DeviceReport {
    DeviceReport { down: flow(), mic_dbfs: -26.0, capture_ms: 12.0, playback_ms: 15.0, ..DeviceReport::default() }
}

fn good() -> Second {
    Second { agent: Some(leg()), device: Some(device()), customer: Some(leg()), server_late_ms: 1.0, together: true }
}

fn bad(change: impl FnOnce(&mut Leg, &mut DeviceReport, &mut Leg)) -> Second {
    let (mut agent, mut device, mut customer) = (leg(), device(), leg());
    change(&mut agent, &mut device, &mut customer);
    Second { agent: Some(agent), device: Some(device), customer: Some(customer), ..good() }
}

/// Each trouble alone, as the figures show it.
fn troubles() -> Vec<(Cause, Second)> {
    vec![
        (
            Cause::ServerBusy,
            Second {
                server_late_ms: 120.0,
                ..bad(|a, d, c| {
                    (a.up.concealed, d.down.concealed, c.up.concealed) = (0.2, 0.2, 0.2);
                })
            },
        ),
        (Cause::NothingReachesAgent, bad(|_, d, _| d.down = Flow::default())),
        (Cause::AgentNetwork, bad(|a, _, _| a.up.loss = 0.05)),
        (Cause::AgentNetwork, bad(|_, d, _| d.down.concealed = 0.2)),
        (Cause::AgentNetwork, bad(|a, _, _| a.round_trip_ms = Some(600.0))),
        (Cause::AgentNetwork, bad(|_, d, _| d.down.jitter_ms = 90.0)),
        (Cause::AgentComputer, bad(|_, d, _| d.gaps = 5)),
        (Cause::Carrier, bad(|_, _, c| c.up.concealed = 0.05)),
        (Cause::Carrier, bad(|_, _, c| c.up.buffer_ms = 320.0)),
        (Cause::AgentMicrophoneDead, bad(|a, d, _| (a.up.level_dbfs, d.mic_dbfs) = (Some(-96.0), -96.0))),
        (Cause::AgentLoud, bad(|_, d, _| (d.mic_dbfs, d.mic_clipped) = (-12.0, 0.01))),
        (Cause::AgentEcho, bad(|a, _, _| a.echo_loss_db = Some(15.0))),
        (Cause::AgentQuiet, bad(|a, _, _| a.up.level_dbfs = Some(-46.0))),
        (Cause::CustomerLoud, bad(|_, _, c| c.up.clipped = 0.02)),
        (Cause::CustomerEcho, bad(|_, _, c| c.echo_loss_db = Some(20.0))),
        (Cause::CustomerQuiet, bad(|_, _, c| c.up.level_dbfs = Some(-47.0))),
        (Cause::LongDelay, bad(|a, d, _| (a.round_trip_ms, d.playback_ms) = (Some(380.0), 150.0))),
    ]
}

#[test]
fn each_trouble_is_named_within_eight_seconds_and_forgotten_after_ten() {
    for (cause, second) in troubles() {
        let mut judge = Judge::default();
        let named = (1..=8).find(|_| judge.take(&second) == Some(cause));
        assert!(named.is_some(), "{cause:?} is not named for {second:?}, but {:?}", judge.cause());
        let mut after = 0;
        while judge.take(&good()).is_some() {
            after += 1;
            assert!(after < 10, "{cause:?} stays");
        }
        assert!(after >= 4, "{cause:?} is gone after {after} s");
    }
}

#[test]
fn a_call_that_sounds_good_has_no_cause() {
    let mut judge = Judge::default();
    assert!((0..600).all(|_| judge.take(&good()).is_none()));
}

#[test]
fn one_bad_second_is_no_cause_and_a_bad_minute_with_good_seconds_in_it_is_one() {
    let lossy = bad(|a, _, _| a.up.loss = 0.3);
    let mut judge = Judge::default();
    assert_eq!(judge.take(&lossy), None);
    for _ in 0..20 {
        assert_eq!(judge.take(&good()), None);
    }
    let (mut seen, fine) = (Vec::new(), good());
    for second in 0..60 {
        seen.push(judge.take(if second % 3 == 2 { &lossy } else { &fine }));
    }
    assert!(seen[20..].iter().all(|cause| *cause == Some(Cause::AgentNetwork)), "{seen:?}");
}

#[test]
fn heavy_loss_is_named_after_two_seconds() {
    let lossy = bad(|a, _, _| a.up.loss = 0.3);
    let mut judge = Judge::default();
    judge.take(&lossy);
    assert_eq!(judge.take(&lossy), Some(Cause::AgentNetwork));
}

#[test]
fn a_muted_agent_has_no_trouble_with_the_microphone() {
    let muted = bad(|a, d, _| {
        (a.up.level_dbfs, d.mic_dbfs, d.muted) = (Some(-96.0), -96.0, true);
        d.mic_clipped = 0.5;
    });
    let mut judge = Judge::default();
    assert!((0..60).all(|_| judge.take(&muted).is_none()));
}

#[test]
fn silence_neither_proves_nor_disproves_a_quiet_voice() {
    let quiet = bad(|_, _, c| c.up.level_dbfs = Some(-46.0));
    let silent = bad(|_, _, c| c.up.level_dbfs = Some(-70.0));
    let mut judge = Judge::default();
    for _ in 0..6 {
        judge.take(&quiet);
        for _ in 0..30 {
            judge.take(&silent);
        }
    }
    assert_eq!(judge.cause(), Some(Cause::CustomerQuiet));
}

#[test]
fn a_call_on_hold_is_not_told_that_nothing_reaches_the_agent() {
    let held = Second { together: false, ..bad(|_, d, _| d.down = Flow::default()) };
    let mut judge = Judge::default();
    assert!((0..30).all(|_| judge.take(&held).is_none()));
}

#[test]
fn every_cause_names_a_side_and_has_its_own_word() {
    let mut words: Vec<String> = Cause::ALL.iter().map(|cause| serde_json::to_string(cause).unwrap()).collect();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), Cause::ALL.len());
    for (at, cause) in Cause::ALL.into_iter().enumerate() {
        assert_eq!(cause.index(), at);
        assert!(matches!(cause.side(), CauseSide::Agent | CauseSide::Customer | CauseSide::Server));
    }
}

#[test]
fn the_delay_is_the_sum_of_its_parts() {
    let delay = good().mouth_to_ear().unwrap();
    // Capture 12, frame and turn 30, half the round trip 20, buffer 30, carrier 60.
    assert!((delay.to_customer - 152.0).abs() < 0.1, "{delay:?}");
    // Carrier 60, buffer 30, frame and turn 30, half the round trip 20, the device's buffer 30 and speaker 15.
    assert!((delay.to_agent - 185.0).abs() < 0.1, "{delay:?}");
    assert_eq!(Second { customer: None, ..good() }.mouth_to_ear(), None);
}

#[test]
fn a_report_is_brought_inside_what_can_be_true_and_refused_when_it_is_no_number() {
    let wild = DeviceReport {
        down: Flow { packets: u32::MAX, loss: -3.0, concealed: 7.0, jitter_ms: 1e9, level_dbfs: Some(40.0), ..flow() },
        mic_dbfs: -1e30,
        gaps: u32::MAX,
        ..device()
    };
    let tame = wild.checked().unwrap();
    assert_eq!((tame.down.packets, tame.down.loss, tame.down.concealed), (1_000, 0.0, 1.0));
    assert_eq!((tame.down.jitter_ms, tame.down.level_dbfs, tame.mic_dbfs), (5_000.0, Some(0.0), -96.0));
    assert_eq!(DeviceReport { mic_dbfs: f32::NAN, ..device() }.checked(), None);
    assert_eq!(DeviceReport { capture_ms: f32::INFINITY, ..device() }.checked(), None);
    assert_eq!(device().checked(), Some(device()));
}

fn point(offset_s: u32) -> Point {
    let side = SidePoint::of(&flow(), Some(40.0), None, Some(4.21));
    Point {
        offset_s,
        span_s: 1,
        agent: Some(side),
        device: None,
        customer: Some(side),
        mouth_to_ear_ms: Some(140.0),
        cause: None,
    }
}

fn thinned(seconds: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut thinning = Thinning::default();
    let mut points: Vec<Point> = seconds.filter_map(|second| thinning.take(second)).collect();
    points.extend(thinning.finish());
    points
}

#[test]
fn ten_minutes_have_a_point_a_second_and_a_day_has_no_more_than_the_longest_series() {
    let points = thinned((0..600).map(point));
    assert_eq!(points.len(), 600);
    assert!(points.iter().all(|point| point.span_s == 1));
    assert_eq!(points[17], point(17));
    let day = thinned((0..86_400).map(point));
    assert_eq!(day.len(), LONGEST_SERIES);
    assert!(day.windows(2).all(|pair| pair[1].offset_s == pair[0].offset_s + pair[0].span_s));
    assert_eq!(thinned((0..3_600).map(point)).len(), 900);
}

#[test]
fn a_point_of_ten_seconds_has_their_mean_and_the_cause_that_held_longest() {
    let seconds = (600..610).map(|offset| Point {
        cause: match offset {
            600 => Some(Cause::ServerBusy),
            605..=608 => Some(Cause::AgentNetwork),
            _ => None,
        },
        agent: Some(SidePoint {
            mos: (offset < 605).then_some(if offset < 602 { 2.0 } else { 4.0 }),
            ..SidePoint::default()
        }),
        ..point(offset)
    });
    let points = thinned(seconds);
    assert_eq!((points.len(), points[0].offset_s, points[0].span_s), (1, 600, 10));
    assert_eq!(points[0].cause, Some(Cause::AgentNetwork));
    assert!((points[0].agent.unwrap().mos.unwrap() - 3.2).abs() < 0.001);
}

#[test]
fn a_point_is_written_in_few_bytes_and_nonsense_is_left_out() {
    let points: Vec<Point> = (0..60).map(point).collect();
    let stored = encode(&points);
    assert!(stored.to_string().len() < 60 * 100, "{} bytes", stored.to_string().len());
    assert_eq!(decode(&serde_json::json!([[1], "x", null, [1, 1, null, null, null, null, "of_later"]])).len(), 1);
    assert_eq!(decode(&serde_json::json!({ "not": "rows" })), []);
}

fn some_side() -> impl Strategy<Value = Option<SidePoint>> {
    let figure = |range: std::ops::Range<i32>, unit: f32| prop::option::of(range.prop_map(move |n| n as f32 * unit));
    prop::option::of(
        (figure(100..450, 0.01), figure(0..1_000, 0.001), figure(0..5_000, 1.0), figure(-96..0, 1.0)).prop_map(
            |(mos, loss, jitter_ms, level_dbfs)| SidePoint { mos, loss, jitter_ms, level_dbfs, ..SidePoint::default() },
        ),
    )
}

fn some_point() -> impl Strategy<Value = Point> {
    (0_u32..50_000, some_side(), some_side(), some_side(), prop::option::of(0..Cause::ALL.len())).prop_map(
        |(offset_s, agent, device, customer, cause)| Point {
            offset_s,
            span_s: 1,
            agent,
            device,
            customer,
            mouth_to_ear_ms: Some(120.0),
            cause: cause.map(|at| Cause::ALL[at]),
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(points in prop::collection::vec(some_point(), 0..20)) {
        let back = decode(&encode(&points));
        prop_assert_eq!(back.len(), points.len());
        for (one, other) in points.iter().zip(&back) {
            prop_assert_eq!((one.offset_s, one.cause), (other.offset_s, other.cause));
            let mos = |side: Option<SidePoint>| side.and_then(|side| side.mos);
            match (mos(one.agent), mos(other.agent)) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() < 0.006),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }

    /// Also for seconds that are doubled, late or far apart.
    #[test]
    fn a_series_never_grows_beyond_its_bound(offsets in prop::collection::vec(0_u32..100_000, 0..3_000)) {
        let mut sorted = offsets.clone();
        sorted.sort_unstable();
        prop_assert!(thinned(sorted.into_iter().map(point)).len() <= LONGEST_SERIES);
        let _any_order = thinned(offsets.into_iter().map(point));
    }

    #[test]
    fn no_figures_make_the_judge_fail(
        loss in -2.0_f32..2.0, level in -200.0_f32..50.0, jitter in -1.0_f32..1e6, packets in 0_u32..2_000, late in 0.0_f32..1e6,
    ) {
        let second = Second { server_late_ms: late, ..bad(|a, d, c| {
            (a.up.loss, d.down.loss, c.up.concealed) = (loss, loss, loss);
            (a.up.level_dbfs, c.up.level_dbfs, d.mic_dbfs) = (Some(level), Some(level), level);
            (a.up.jitter_ms, d.down.packets) = (jitter, packets);
        }) };
        let mut judge = Judge::default();
        for _ in 0..20 {
            judge.take(&second);
        }
    }
}
