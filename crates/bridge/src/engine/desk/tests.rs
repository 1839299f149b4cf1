use domain::ids::MediaSessionId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::plan::{Layout, RoomPlan};

fn session(n: u128) -> PortId {
    PortId::Session(MediaSessionId::new(Uuid::from_u128(n)))
}

fn carrier(n: u128) -> PortId {
    PortId::Carrier(LegId::new(Uuid::from_u128(n)))
}

/// What everybody says, turn by turn.
struct Stage {
    now: BTreeMap<PortId, Samples>,
    before: BTreeMap<PortId, Samples>,
}

impl Stage {
    fn new() -> Self {
        Self { now: BTreeMap::new(), before: BTreeMap::new() }
    }

    fn say(&mut self, frames: impl IntoIterator<Item = (PortId, Samples)>) {
        self.before = std::mem::replace(&mut self.now, frames.into_iter().collect());
    }

    fn mix(&self, group: &Group) -> [i16; NARROW] {
        let silent = &Samples::SILENT;
        let voices = |source| match source {
            Source::Port(port) => {
                Some((self.now.get(&port).unwrap_or(silent), self.before.get(&port).unwrap_or(silent)))
            }
            Source::Music | Source::Ringback => None,
        };
        group.mix_narrow(&mut Mixer::new(NARROW), &voices)
    }
}

fn encoder_in_use() -> Kept {
    Kept { encoder: OpusEncoder::new(EncoderSettings::voice(WIDEBAND)).ok(), used: true }
}

fn constant(sample: i16) -> Samples {
    Samples { narrow: [sample; NARROW], wide: [sample; WIDE] }
}

fn everybody(members: &[PortId]) -> Vec<Stream> {
    let pairs = members.iter().flat_map(|a| members.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
    let plan = RoomPlan { members: members.to_vec(), hears: pairs.collect(), ..RoomPlan::default() };
    Layout::of(&plan).streams
}

#[test]
fn in_a_room_of_fifty_the_silent_share_one_mix_and_each_talker_has_one() {
    let members: Vec<PortId> = (0..50).map(session).collect();
    let mut desk = Desk::default();
    desk.apply(everybody(&members), true);
    let silent: BTreeSet<PortId> = members[3..].iter().copied().collect();
    let groups = desk.turn(&silent);
    let sizes: Vec<usize> = groups.iter().map(|group| group.listeners.len()).collect();
    assert_eq!(sizes, [47, 1, 1, 1]);
    assert_eq!(groups[0].sources.len(), 3);
    assert!(groups[1..].iter().all(|group| group.sources.len() == 2 && group.listeners[0] != members[5]));
    let all = members.iter().copied().collect();
    assert_eq!(desk.turn(&all).len(), 1, "in silence there is one mix for all");
}

#[test]
fn a_talker_who_falls_silent_joins_the_encoder_of_the_others() {
    let members: Vec<PortId> = (0..6).map(session).collect();
    let mut desk = Desk::default();
    desk.apply(everybody(&members), true);
    let silent = |from: usize| members[from..].iter().copied().collect();
    for group in desk.turn(&silent(2)) {
        group.whole = encoder_in_use();
    }
    let groups = desk.turn(&silent(1));
    assert_eq!(groups.iter().map(|group| group.listeners.len()).collect::<Vec<_>>(), [5, 1]);
    assert!(groups[0].whole.encoder.is_some(), "the listeners' encoder goes on");
}

#[test]
fn an_encoder_does_not_go_on_for_somebody_who_may_not_hear_what_it_holds() {
    let (a, b, coach, carrier) = (session(1), session(2), session(3), carrier(4));
    let mut desk = Desk::default();
    // Both hear the coach and another; then only one of them does.
    let members = vec![a, b, coach, carrier];
    let streams = |edges: &[(PortId, PortId)]| {
        Layout::of(&RoomPlan { members: members.clone(), hears: edges.to_vec(), ..RoomPlan::default() }).streams
    };
    desk.apply(streams(&[(a, coach), (a, carrier), (b, coach), (b, carrier)]), true);
    for group in desk.turn(&BTreeSet::new()) {
        group.whole = encoder_in_use();
    }
    desk.apply(streams(&[(a, coach), (a, carrier), (b, carrier)]), true);
    // The carrier, who hears nothing and needs no encoder, is a group too.
    for group in desk.turn(&BTreeSet::new()).iter().filter(|group| group.listeners != [carrier]) {
        assert_eq!(group.whole.encoder.is_some(), group.listeners == [a], "{:?}", group.listeners);
    }
}

#[test]
fn an_encoder_that_nobody_listens_to_does_not_keep_what_was_said() {
    let (a, b) = (session(1), session(2));
    let mut desk = Desk::default();
    desk.apply(everybody(&[a, b, carrier(3)]), true);
    for group in desk.turn(&BTreeSet::new()) {
        group.whole = Kept { used: false, ..encoder_in_use() };
        group.short = encoder_in_use();
    }
    assert!(
        desk.turn(&BTreeSet::new()).iter().all(|group| group.whole.encoder.is_none() && group.short.encoder.is_some())
    );
}

#[test]
fn the_halves_of_a_turn_are_the_turn() {
    let (agent, coach) = (session(1), session(2));
    let members = [agent, coach, session(3)];
    let mut desk = Desk::default();
    desk.apply(everybody(&members), true);
    let ramp = Samples { narrow: std::array::from_fn(|n| n as i16), wide: std::array::from_fn(|n| n as i16) };
    let (mut mixer, voices) = (Mixer::new(WIDE), |_| Some((&ramp, &Samples::SILENT)));
    for group in desk.turn(&BTreeSet::new()) {
        let mut mix = |part| group.mix_for_devices(part, &mut mixer, &voices).pcm().to_vec();
        assert_eq!([mix(Part::First), mix(Part::Second)].concat(), mix(Part::Whole));
    }
}

#[test]
fn a_carrier_that_changes_to_a_wide_codec_is_encoded_anew_at_16_khz_and_back() {
    let (leg, agent) = (LegId::new(Uuid::from_u128(1)), session(2));
    let mut desk = Desk::default();
    desk.apply(everybody(&[PortId::Carrier(leg), agent]), true);
    let (mut mixer, voices) = (Mixer::new(WIDE), |_| Some((&Samples::SILENT, &Samples::SILENT)));
    for (wide, length, goes_on) in [
        (BTreeSet::new(), NARROW, false),
        (BTreeSet::new(), NARROW, true),
        (BTreeSet::from([leg]), WIDE, false),
        (BTreeSet::from([leg]), WIDE, true),
        (BTreeSet::new(), NARROW, false),
    ] {
        desk.set_wide(wide);
        let heard = desk.turn(&BTreeSet::new()).iter_mut().find(|group| group.listeners == [agent]).unwrap();
        assert_eq!(heard.mix_for_devices(Part::Whole, &mut mixer, &voices).pcm().len(), length);
        assert_eq!(heard.whole.encoder.is_some(), goes_on, "{length}");
        heard.whole = encoder_in_use();
    }
}

#[test]
fn a_path_that_begins_to_lose_gets_the_other_layer_and_no_hole() {
    let (agent, coach) = (session(1), session(2));
    let (mut desk, mut mixer) = (Desk::default(), Mixer::new(WIDE));
    // Of two alone packets are passed on. The other two say the same.
    desk.apply(everybody(&[agent, coach, session(3)]), true);
    let mut decoder = media::codec::OpusDecoder::new(WIDEBAND, 1).unwrap();
    let (mut before, mut heard) = (Samples::SILENT, Vec::new());
    for turn in 0..150 {
        let sample = |n: usize, rate: usize| ((n as f64 / rate as f64 * 2_400.0).sin() * 4_500.0) as i16;
        let now = Samples {
            narrow: std::array::from_fn(|n| sample(turn * NARROW + n, 8_000)),
            wide: std::array::from_fn(|n| sample(turn * WIDE + n, 16_000)),
        };
        let voices = |_| Some((&now, &before));
        let low_delay = !(50..100).contains(&turn);
        let lossy = Demand { bitrate: 30_000, fec: false, expected_loss: 5, low_delay };
        let group = desk.turn(&BTreeSet::new()).iter_mut().find(|group| group.listeners == [agent]).unwrap();
        for part in [Part::First, Part::Second] {
            let (mut packet, mut pcm) = ([0; MAX_PACKET], [0; WIDE]);
            let mix = group.mix_for_devices(part, &mut mixer, &voices);
            let length = group.encode(part, &mix, lossy, &mut mixer, &voices, &mut packet).unwrap();
            // RFC 6716 section 3.1: the transform layer alone from configuration 16 on.
            assert_eq!(packet[0] >> 3 >= 16, low_delay, "turn {turn}");
            let decoded = decoder.decode(&packet[..length], &mut pcm).unwrap();
            heard.extend_from_slice(&pcm[..decoded]);
        }
        before = now;
    }
    // The tone is at -14.2 dBFS; its beginning is left out.
    let levels = heard[1_600..].chunks_exact(80).map(media::level::rms_dbfs);
    assert!(levels.clone().all(|dbfs| (-19.0..-12.0).contains(&dbfs)), "{:?}", levels.collect::<Vec<_>>());
}

#[test]
fn a_switch_makes_no_step() {
    let (customer, agent, coach) = (carrier(1), session(2), session(3));
    let talk = vec![(customer, agent), (agent, customer)];
    let barge = [talk.clone(), vec![(customer, coach), (agent, coach), (coach, customer), (coach, agent)]].concat();
    let (mut desk, mut stage) = (Desk::default(), Stage::new());
    let mut heard = Vec::new();
    for turn in 0..40 {
        if turn % 5 == 0 {
            let hears = if turn % 10 == 0 { talk.clone() } else { barge.clone() };
            desk.apply(
                Layout::of(&RoomPlan { members: vec![customer, agent, coach], hears, ..RoomPlan::default() }).streams,
                true,
            );
        }
        stage.say([(agent, constant(2_000)), (coach, constant(9_000))]);
        for group in desk.turn(&BTreeSet::new()) {
            if group.listeners.contains(&customer) {
                heard.extend(stage.mix(group));
            }
        }
    }
    let step = heard.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max();
    assert!(step <= Some(300), "a step of {step:?}");
    assert_eq!((heard.iter().max(), heard.last()), (Some(&11_000), Some(&11_000)));
}

/// Monitor, whisper, barge and their ends in any order, at every turn, and people who fall silent at any time: of what the
/// coach says while the customer may not hear it, not one bit reaches the customer. Two desks run side by side; the coach
/// says something else at the second one whenever the customer may not hear it.
fn not_a_bit_leaks(switches: u32, seed: u32) {
    let (customer, agent, coach, second) = (carrier(1), session(2), session(3), session(4));
    let members = vec![customer, agent, coach, second];
    let talk = vec![(customer, agent), (agent, customer), (second, customer), (second, agent)];
    let listen = [talk.clone(), vec![(coach, customer), (coach, agent)]].concat();
    let whisper = [listen.clone(), vec![(agent, coach)]].concat();
    let barge = [whisper.clone(), vec![(customer, coach)]].concat();
    let plans = [talk, listen, whisper, barge].map(|hears| {
        let may_hear = hears.contains(&(customer, coach));
        (Layout::of(&RoomPlan { members: members.clone(), hears, ..RoomPlan::default() }).streams, may_hear)
    });
    let mut state = seed | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let (mut desks, mut stages) = ([Desk::default(), Desk::default()], [Stage::new(), Stage::new()]);
    let (mut talked, mut heard_coach) = (0_u32, 0_u32);
    for _ in 0..switches {
        let (streams, may_hear) = &plans[random() as usize % plans.len()];
        let silent: BTreeSet<PortId> = members.iter().copied().filter(|_| random().is_multiple_of(4)).collect();
        let agent_says = constant((random() >> 18) as i16);
        let coach_says = (random() >> 18) as i16;
        let mut mixes = Vec::new();
        for (n, (desk, stage)) in desks.iter_mut().zip(&mut stages).enumerate() {
            let coach_says = if n == 1 && !may_hear { coach_says ^ 0x1234 } else { coach_says };
            stage.say([(agent, agent_says), (coach, constant(coach_says))]);
            desk.apply(streams.clone(), true);
            let group = desk.turn(&silent).iter().find(|group| group.listeners.contains(&customer));
            mixes.push(group.map(|group| stage.mix(group)));
        }
        assert_eq!(mixes[0], mixes[1]);
        let talks = *may_hear && !silent.contains(&coach) && !silent.contains(&agent);
        talked += u32::from(talks);
        heard_coach +=
            u32::from(talks && mixes[0].is_some_and(|mix| mix[NARROW - 1] == agent_says.narrow[0] + coach_says));
    }
    assert_eq!(heard_coach, talked, "the coach was not heard each time in {switches}");
}

#[test]
fn nothing_leaks_in_a_million_switches() {
    not_a_bit_leaks(1_000_000, 88_172_645);
}

proptest! {
    #[test]
    fn nothing_leaks_wherever_it_begins(seed in any::<u32>()) {
        not_a_bit_leaks(200, seed);
    }
}
