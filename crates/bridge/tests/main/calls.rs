//! Two parties, prompts, keys and hold.

use std::sync::atomic::Ordering::Relaxed;

use media::{
    dtmf::{self, Digit, ToneDetector},
    level::rms_dbfs,
    tones,
};
use switchboard_bridge::{BridgeEvent, CarrierCodec, CarrierOptions, RoomPlan};

use crate::{
    carrier::Carrier,
    device::Device,
    signal::{RATE, arrived, find, sweep},
    stage::{Stage, together, until},
};

/// A sound of one second has arrived when this much has been heard after it was said.
const ENOUGH: usize = 2 * RATE;

#[tokio::test]
async fn a_customer_and_an_agent_hear_each_other_soon() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    stage.bridge.apply_room(room, together(&[customer.port(), agent.port()]));
    until("the room to settle", || customer.heard_len() > RATE / 2).await;
    let (up, down) = (sweep(400.0, 3_000.0, 1_000), sweep(2_800.0, 500.0, 1_000));
    customer.take_heard();
    agent.take_heard();
    customer.say(&up);
    agent.say(&down);
    until("the sounds to arrive", || customer.heard_len() > ENOUGH && agent.heard_len() > ENOUGH).await;
    for (name, sound, heard) in [("agent", &up, agent.take_heard()), ("customer", &down, customer.take_heard())] {
        let (score, at) = arrived(sound, &heard);
        let delay = at * 1_000 / RATE;
        println!("the {name} hears the other after {delay} ms, correlation {score:.3}");
        assert!(score > 0.7, "{name}: correlation {score}");
        assert!(delay < 250, "{name}: {delay} ms");
    }
    for port in [customer.port(), agent.port()] {
        stage
            .event("both to count as heard", |event| (*event == BridgeEvent::AudioHeard { room, port }).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn packets_between_two_devices_are_passed_on_without_being_decoded() {
    let stage = Stage::start().await;
    let (a, b) = (Device::connect(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    stage.bridge.apply_room(room, together(&[a.port(), b.port()]));
    until("packets to flow", || b.packets() > 20).await;
    let sound = sweep(400.0, 3_000.0, 1_000);
    b.take_heard();
    a.say(&sound);
    until("the sound to arrive", || b.heard_len() > ENOUGH).await;
    let (score, at) = arrived(&sound, &b.take_heard());
    println!("device to device after {} ms, correlation {score:.3}", at * 1_000 / RATE);
    assert!(score > 0.7, "correlation {score}");
    let stats = stage
        .event("figures of the room", |event| match event {
            BridgeEvent::Stats { room: id, ports, .. } if *id == room && ports.len() == 2 => {
                ports.iter().find(|(_, stats)| stats.packets_in > 60).map(|(_, stats)| *stats)
            }
            _ => None,
        })
        .await;
    assert_eq!(stats.level_dbfs_in, None);
    assert!(stats.packets_out > 40, "{stats:?}");
    assert_eq!(stats.loss_fraction, 0.0);
}

#[tokio::test]
async fn a_customer_on_hold_hears_music_and_nobody_hears_the_customer() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let members = vec![customer.port(), agent.port()];
    let plan = RoomPlan { members, music: vec![customer.port()], ..RoomPlan::default() };
    stage.bridge.apply_room(stage.room(), plan);
    customer.say(&sweep(400.0, 3_000.0, 2_000));
    until("some music", || customer.heard_len() > 2 * RATE).await;
    let heard = customer.take_heard();
    let song = tones::hold_music(8_000).repeat(2);
    // One second out of the middle: where in the loop it is does not matter.
    let (score, _) = arrived(&heard[RATE / 2..RATE], &song);
    assert!(score > 0.95, "correlation {score}");
    let leaked = rms_dbfs(&agent.take_heard());
    assert!(leaked < -80.0, "the agent hears something at {leaked} dBFS");
}

#[tokio::test]
async fn a_device_on_hold_hears_the_same_music() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    let plan = RoomPlan { members: vec![agent.port()], music: vec![agent.port()], ..RoomPlan::default() };
    stage.bridge.apply_room(stage.room(), plan);
    until("packets of music", || agent.packets() > 50).await;
    agent.take_heard();
    until("some music", || agent.heard_len() > 2 * RATE).await;
    let song = tones::hold_music(8_000).repeat(2);
    let (score, _) = arrived(&agent.take_heard()[RATE / 2..RATE], &song);
    assert!(score > 0.7, "correlation {score}");
}

#[tokio::test]
async fn an_agent_who_calls_hears_that_it_rings_until_the_network_says_something_itself() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    let ringing = RoomPlan { members: vec![agent.port()], ringback: vec![agent.port()], ..RoomPlan::default() };
    stage.bridge.apply_room(room, ringing);
    until("packets of ringing", || agent.packets() > 50).await;
    agent.take_heard();
    until("some ringing", || agent.heard_len() > 4 * RATE).await;
    // Compared at the end: the device is not served meanwhile.
    let ringing = agent.take_heard();
    let early = RoomPlan {
        members: vec![agent.port(), customer.port()],
        hears: vec![(agent.port(), customer.port())],
        ..RoomPlan::default()
    };
    stage.bridge.apply_room(room, early);
    let announcement = sweep(400.0, 3_000.0, 2_000);
    customer.say(&announcement);
    until("the announcement", || agent.heard_len() > 5 * RATE / 2).await;
    let (score, _) = arrived(&agent.take_heard(), &announcement);
    assert!(score > 0.7, "correlation {score}");
    let (score, _) = arrived(&ringing[RATE / 2..7 * RATE / 2], &tones::ringback(8_000).repeat(3));
    assert!(score > 0.7, "correlation {score}");
}

#[tokio::test]
async fn a_greeting_is_played_to_a_leg_that_is_in_no_room_yet() {
    let stage = Stage::start().await;
    let customer = Carrier::open(&stage.bridge).await;
    let greeting = sweep(300.0, 2_000.0, 700);
    stage.bridge.play(customer.port(), "greeting".to_owned(), greeting.clone().into());
    let wanted = BridgeEvent::PromptFinished { port: customer.port(), prompt: "greeting".to_owned(), completed: true };
    stage.event("the prompt to finish", |event| (*event == wanted).then_some(())).await;
    until("the last frame", || customer.heard_len() == greeting.len()).await;
    let (score, at) = arrived(&greeting, &customer.take_heard());
    assert!(score > 0.98 && at == 0, "correlation {score} at {at}");
}

#[tokio::test]
async fn a_prompt_replaces_the_room_until_it_is_stopped() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("the room to settle", || customer.heard_len() > RATE / 2).await;
    let (prompt, talk) = (sweep(300.0, 900.0, 60_000), sweep(3_000.0, 1_500.0, 1_000));
    stage.bridge.play(customer.port(), "long".to_owned(), prompt.into());
    customer.take_heard();
    agent.say(&talk);
    until("part of the prompt", || customer.heard_len() > ENOUGH).await;
    let (score, _) = find(&talk, &customer.take_heard());
    assert!(score < 0.3, "the agent is heard through the prompt: {score}");
    stage.bridge.stop_prompt(customer.port());
    let wanted = BridgeEvent::PromptFinished { port: customer.port(), prompt: "long".to_owned(), completed: false };
    stage.event("the prompt to be cut off", |event| (*event == wanted).then_some(())).await;
    until("the carrier to be told", || customer.clears.load(Relaxed) == 1).await;
    customer.take_heard();
    agent.say(&talk);
    until("the talk", || customer.heard_len() > ENOUGH).await;
    let (score, _) = arrived(&talk, &customer.take_heard());
    assert!(score > 0.7, "correlation {score}");
}

#[tokio::test]
async fn a_device_hears_a_prompt_too() {
    let stage = Stage::start().await;
    let agent = Device::connect(&stage.bridge).await;
    let prompt = sweep(400.0, 2_500.0, 1_000);
    stage.bridge.play(agent.port(), "notice".to_owned(), prompt.clone().into());
    let wanted = BridgeEvent::PromptFinished { port: agent.port(), prompt: "notice".to_owned(), completed: true };
    stage.event("the prompt to finish", |event| (*event == wanted).then_some(())).await;
    let length = agent.heard_len();
    until("the rest", || agent.heard_len() > length + RATE / 2).await;
    let (score, _) = arrived(&prompt, &agent.take_heard());
    assert!(score > 0.7, "correlation {score}");
}

#[tokio::test]
async fn keys_go_both_ways() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    agent.press('7');
    let wanted = BridgeEvent::SessionDtmf { id: agent.id, digit: '7' };
    stage.event("the key of the device", |event| (*event == wanted).then_some(())).await;

    customer.take_heard();
    stage.bridge.send_dtmf(customer.port(), "15x#".to_owned());
    until("the tones", || customer.heard_len() > RATE).await;
    let keys: Vec<char> =
        ToneDetector::default().push(&customer.take_heard()).into_iter().map(Digit::as_char).collect();
    assert_eq!(keys, ['1', '5', '#']);

    let mut port = stage.bridge.open_carrier(customer.leg, CarrierOptions::of(CarrierCodec::Pcmu)).await;
    port.input.push(&[0xFF; 160]);
    port.input.dtmf('9');
    let wanted = BridgeEvent::CarrierDtmf { leg: customer.leg, digit: '9' };
    stage.event("the key of the carrier", |event| (*event == wanted).then_some(())).await;
    let pressed = |event: &&BridgeEvent| matches!(event, BridgeEvent::SessionDtmf { .. });
    assert_eq!(stage.events().iter().filter(pressed).count(), 1);
}

#[tokio::test]
async fn keys_in_the_sound_are_found_where_the_carrier_reports_none() {
    let stage = Stage::start().await;
    for (codec, rate) in [(CarrierCodec::Pcmu, 8_000), (CarrierCodec::Opus, 16_000)] {
        let customer = Carrier::open_with(&stage.bridge, CarrierOptions { codec, keys_in_sound: true }).await;
        stage.bridge.apply_room(stage.room(), RoomPlan { members: vec![customer.port()], ..RoomPlan::default() });
        customer.say(&dtmf::tones("2580#".chars().filter_map(Digit::from_char), rate));
        let heard = || -> String {
            let key = |event: BridgeEvent| match event {
                BridgeEvent::CarrierDtmf { leg, digit } if leg == customer.leg => Some(digit),
                _ => None,
            };
            stage.events().into_iter().filter_map(key).collect()
        };
        until("the keys", || heard().len() >= 5).await;
        assert_eq!(heard(), "2580#", "{codec:?}");
    }
}

#[tokio::test]
async fn a_carrier_that_reports_keys_is_not_listened_to_for_them() {
    let stage = Stage::start().await;
    let customer = Carrier::open(&stage.bridge).await;
    stage.bridge.apply_room(stage.room(), RoomPlan { members: vec![customer.port()], ..RoomPlan::default() });
    customer.say(&dtmf::tones(Digit::from_char('4'), 8_000));
    until("the tones to have passed", || customer.heard_len() > RATE).await;
    let keys = stage.events().into_iter().filter(|event| matches!(event, BridgeEvent::CarrierDtmf { .. })).count();
    assert_eq!(keys, 0);
}

#[tokio::test]
async fn the_figures_of_a_second_tell_level_clipping_and_echo() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    stage.bridge.apply_room(room, together(&[customer.port(), agent.port()]));
    until("the room to settle", || customer.heard_len() > RATE / 2).await;
    customer.say(&vec![i16::MAX; 4 * RATE]);
    let stats = stage
        .event("a loud second", |event| match event {
            BridgeEvent::Stats { room: id, ports, .. } if *id == room => {
                let of = ports.iter().find(|(port, _)| *port == customer.port()).map(|(_, stats)| *stats);
                of.filter(|stats| stats.clipped > 0.5)
            }
            _ => None,
        })
        .await;
    assert!(stats.level_dbfs_in.is_some_and(|level| level > -6.0), "{stats:?}");
    assert!(stats.packets > 20, "{stats:?}");
    assert!((1.0..=4.5).contains(&stats.mos), "{stats:?}");
}
