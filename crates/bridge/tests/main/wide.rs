//! Carriers whose codec is a wide one: what lies above 4 kHz goes in and comes out.

use media::{level::rms_dbfs, tones};
use switchboard_bridge::{BridgeEvent, CarrierCodec, CarrierOptions, RoomPlan};

use crate::{
    carrier::Carrier,
    device::Device,
    recording,
    signal::{RATE, WIDE_RATE, arrived, loudest, lower_half, sweep, sweep_at, upper_half},
    stage::{Stage, recorded, recording_id, together, until},
};

/// A sound of one second has arrived when this much has been heard after it was said.
const ENOUGH: usize = 2 * WIDE_RATE;
/// So much weaker is what a telephone line cannot carry.
const GONE_DB: f32 = -35.0;

async fn open(stage: &Stage, codec: CarrierCodec) -> Carrier {
    Carrier::open_with(&stage.bridge, CarrierOptions::of(codec)).await
}

/// A second that a line of 8 kHz has nothing of.
fn high() -> Vec<i16> {
    sweep_at(WIDE_RATE, 5_000.0, 7_000.0, 1_000)
}

/// By how much the upper half of `heard` is louder than that of `said`, both at 16 kHz.
fn change_above_4_khz(said: &[i16], heard: &[i16]) -> f32 {
    loudest(&upper_half(heard)) - loudest(&upper_half(said))
}

#[tokio::test]
async fn what_lies_above_4_khz_goes_from_a_wide_carrier_to_a_device_and_back() {
    let stage = Stage::start().await;
    let (customer, agent) = (open(&stage, CarrierCodec::G722).await, Device::connect_wide(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("the room to settle", || customer.heard_len() > WIDE_RATE / 2).await;
    let (up, down) = (high(), sweep_at(WIDE_RATE, 7_000.0, 5_000.0, 1_000));
    customer.take_heard();
    agent.take_heard();
    customer.say(&up);
    agent.say(&down);
    until("the sounds to arrive", || customer.heard_len() > ENOUGH && agent.heard_len() > ENOUGH).await;
    for (name, sound, heard) in [("agent", &up, agent.take_heard()), ("customer", &down, customer.take_heard())] {
        let (score, _) = arrived(&upper_half(sound), &upper_half(&heard));
        let change = change_above_4_khz(sound, &heard);
        println!("the {name} hears 5 to 7 kHz at {change:.1} dB, correlation {score:.3}");
        assert!(score > 0.6, "{name}: correlation {score}");
        assert!(change.abs() < 6.0, "{name}: {change} dB");
    }
}

#[tokio::test]
async fn two_wide_carriers_hear_each_other_as_they_speak() {
    let stage = Stage::start().await;
    let (a, b) = (open(&stage, CarrierCodec::G722).await, open(&stage, CarrierCodec::Opus).await);
    stage.bridge.apply_room(stage.room(), together(&[a.port(), b.port()]));
    until("the room to settle", || a.heard_len() > WIDE_RATE / 2).await;
    let (from_a, from_b) = (high(), sweep_at(WIDE_RATE, 300.0, 7_500.0, 1_000));
    a.take_heard();
    b.take_heard();
    a.say(&from_a);
    b.say(&from_b);
    until("the sounds to arrive", || a.heard_len() > ENOUGH && b.heard_len() > ENOUGH).await;
    for (name, sound, heard) in [("b", &from_a, b.take_heard()), ("a", &from_b, a.take_heard())] {
        let (score, _) = arrived(sound, &heard);
        assert!(score > 0.99, "{name} hears the other with a correlation of {score}");
    }
}

#[tokio::test]
async fn a_telephone_line_between_them_brings_nothing_above_4_khz_and_is_brought_nothing_of_it() {
    let stage = Stage::start().await;
    let (line, hd) = (Carrier::open(&stage.bridge).await, open(&stage, CarrierCodec::Opus).await);
    let agent = Device::connect_wide(&stage.bridge).await;
    stage.bridge.apply_room(stage.room(), together(&[line.port(), hd.port(), agent.port()]));
    until("the room to settle", || line.heard_len() > RATE / 2 && agent.packets() > 20).await;
    line.take_heard();
    hd.take_heard();
    agent.take_heard();
    let talk = sweep(500.0, 3_000.0, 1_000);
    line.say(&talk);
    until("the line's sound to arrive", || hd.heard_len() > ENOUGH && agent.heard_len() > ENOUGH).await;
    let of_the_line = [("carrier", hd.take_heard()), ("device", agent.take_heard())];
    line.take_heard();
    hd.say(&high());
    until("the other sound to arrive", || line.heard_len() > ENOUGH / 2 && agent.heard_len() > ENOUGH).await;
    let (at_the_line, at_the_agent) = (line.take_heard(), agent.take_heard());
    for (name, heard) in of_the_line {
        let (score, _) = arrived(&talk, &lower_half(&heard));
        assert!(score > 0.7, "the {name} hears the line with a correlation of {score}");
        let upper = loudest(&upper_half(&heard)) - loudest(&talk);
        assert!(upper < GONE_DB, "the {name} hears {upper} dB above 4 kHz");
    }
    let folded = loudest(&at_the_line) - loudest(&upper_half(&high()));
    assert!(folded < GONE_DB, "the line hears {folded} dB of what lies above 4 kHz");
    let change = change_above_4_khz(&high(), &at_the_agent);
    assert!(change.abs() < 6.0, "the device hears 5 to 7 kHz at {change} dB beside a telephone line");
}

#[tokio::test]
async fn music_is_played_to_a_wide_carrier_at_its_rate() {
    let stage = Stage::start().await;
    let customer = open(&stage, CarrierCodec::G722).await;
    let plan = RoomPlan { members: vec![customer.port()], music: vec![customer.port()], ..RoomPlan::default() };
    stage.bridge.apply_room(stage.room(), plan);
    until("some music", || customer.heard_len() > WIDE_RATE).await;
    let heard = customer.take_heard();
    let song = tones::hold_music(16_000).repeat(2);
    let (score, _) = arrived(&heard[WIDE_RATE / 2..WIDE_RATE], &song);
    assert!(score > 0.99, "correlation {score}");
}

#[tokio::test]
async fn a_prompt_goes_on_through_a_change_of_the_codec_and_ends_once() {
    let stage = Stage::start().await;
    let mut customer = open(&stage, CarrierCodec::Opus).await;
    stage.bridge.apply_room(stage.room(), RoomPlan { members: vec![customer.port()], ..RoomPlan::default() });
    let prompt = sweep(300.0, 3_000.0, 1_500);
    stage.bridge.play(customer.port(), "greeting".to_owned(), prompt.clone().into());
    until("its beginning", || customer.heard_len() > WIDE_RATE / 2).await;
    let begun = customer.take_heard();
    customer.change(&stage.bridge, CarrierCodec::Pcmu).await;
    customer.take_heard();
    until("its middle", || customer.heard_len() > RATE / 4).await;
    customer.change(&stage.bridge, CarrierCodec::Opus).await;
    let ends = |event: &BridgeEvent| match event {
        BridgeEvent::PromptFinished { port, completed, .. } if *port == customer.port() => Some(*completed),
        _ => None,
    };
    stage.event("the prompt to finish", ends).await;
    until("what follows", || customer.heard_len() > WIDE_RATE / 2).await;
    assert_eq!(stage.events().iter().filter_map(ends).collect::<Vec<_>>(), [true]);
    let (score, at) = arrived(&prompt[..RATE / 4], &lower_half(&begun));
    assert!(score > 0.95 && at < RATE / 10, "correlation {score} at {at}");
}

#[tokio::test]
async fn a_carrier_that_changes_its_codec_in_a_room_is_heard_and_hears_as_before() {
    let stage = Stage::start().await;
    let (mut customer, agent) = (open(&stage, CarrierCodec::Opus).await, Device::connect_wide(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    let mut heard = Vec::new();
    for codec in [CarrierCodec::Opus, CarrierCodec::Pcmu, CarrierCodec::G722] {
        customer.change(&stage.bridge, codec).await;
        let (rate, low) = match codec {
            CarrierCodec::Pcmu | CarrierCodec::Pcma => (RATE, sweep(500.0, 3_000.0, 1_000)),
            CarrierCodec::G722 | CarrierCodec::Opus => (WIDE_RATE, sweep_at(WIDE_RATE, 500.0, 3_000.0, 1_000)),
        };
        customer.take_heard();
        until("the room to settle", || customer.heard_len() > rate / 2).await;
        customer.take_heard();
        agent.take_heard();
        customer.say(&low);
        agent.say(&high());
        until("the sounds to arrive", || customer.heard_len() > 2 * rate && agent.heard_len() > ENOUGH).await;
        heard.push((codec, agent.take_heard(), customer.take_heard()));
        let stats = stage.bridge.stats(customer.port()).await.unwrap();
        assert_eq!(stats.codec, impairment(codec));
    }
    for (codec, by_agent, by_customer) in heard {
        let (score, _) = arrived(&sweep(500.0, 3_000.0, 1_000), &lower_half(&by_agent));
        assert!(score > 0.7, "{codec:?}: the agent hears the customer with a correlation of {score}");
        let peak = rms_dbfs(&by_agent);
        assert!(peak < -10.0, "{codec:?}: the agent hears noise at {peak} dBFS");
        if codec == CarrierCodec::Pcmu {
            let folded = loudest(&by_customer) - loudest(&upper_half(&high()));
            assert!(folded < GONE_DB, "{codec:?}: {folded} dB");
        } else {
            let change = change_above_4_khz(&high(), &by_customer);
            assert!(change.abs() < 6.0, "{codec:?}: {change} dB");
        }
    }
}

fn impairment(codec: CarrierCodec) -> media::quality::CodecImpairment {
    match codec {
        CarrierCodec::Pcmu | CarrierCodec::Pcma => media::quality::CodecImpairment::G711,
        CarrierCodec::G722 => media::quality::CodecImpairment::G722,
        CarrierCodec::Opus => media::quality::CodecImpairment::OPUS,
    }
}

#[tokio::test]
async fn a_recording_keeps_what_a_wide_carrier_says_above_4_khz() {
    let stage = Stage::start().await;
    let (customer, agent) = (open(&stage, CarrierCodec::Opus).await, Device::connect_wide(&stage.bridge).await);
    let (room, id) = (stage.room(), recording_id());
    stage
        .bridge
        .apply_room(room, recorded(together(&[customer.port(), agent.port()]), id, customer.port(), agent.port()));
    until("the room to settle", || customer.heard_len() > WIDE_RATE / 2).await;
    // Both begin with what can be found exactly, and the customer goes on above 4 kHz.
    let (left_begins, right_begins) =
        (sweep_at(WIDE_RATE, 400.0, 3_000.0, 1_000), sweep_at(WIDE_RATE, 2_800.0, 500.0, 1_000));
    customer.say(&left_begins);
    agent.say(&right_begins);
    customer.say(&high());
    until("the sounds", || customer.heard_len() > 4 * WIDE_RATE).await;
    stage.bridge.close_room(room);
    let (path, ..) = recording::finished(&stage, id).await;
    let (left, right) = recording::channels_at(&path, 16_000);
    let change = change_above_4_khz(&high(), &left);
    assert!(change.abs() < 6.0, "5 to 7 kHz are recorded at {change} dB");
    let leaked = loudest(&upper_half(&right)) - loudest(&upper_half(&left));
    // The file's encoder codes both sides together, which lets some across.
    assert!(leaked < -10.0, "the agent's side has {leaked} dB of it");
    let (_, left_at) = arrived(&lower_half(&left_begins), &lower_half(&left));
    let (_, right_at) = arrived(&lower_half(&right_begins), &lower_half(&right));
    let apart = (left_at as i64 - right_at as i64) / 8;
    assert!(apart.abs() < 250, "the channels are {apart} ms apart");
}
