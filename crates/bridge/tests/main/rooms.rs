//! More than two: conference, listening in, whispering, and changes of the plan.

use std::time::Duration;

use switchboard_bridge::{BridgeEvent, PortId, RoomPlan};

use crate::{
    carrier::Carrier,
    device::Device,
    signal::{RATE, arrived, level_at, sweep, tone},
    stage::{Stage, together, until},
};

#[tokio::test]
async fn in_a_conference_everybody_hears_the_others_and_not_themselves() {
    let stage = Stage::start().await;
    let (customer, agent, third) = (
        Carrier::open(&stage.bridge).await,
        Device::connect(&stage.bridge).await,
        Device::connect(&stage.bridge).await,
    );
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port(), third.port()]));
    until("the room to settle", || third.packets() > 25).await;
    let pitches = [700.0, 1_300.0, 2_100.0];
    customer.take_heard();
    agent.take_heard();
    third.take_heard();
    customer.say(&tone(pitches[0], 3_000));
    agent.say(&tone(pitches[1], 3_000));
    third.say(&tone(pitches[2], 3_000));
    until("everybody to have heard", || customer.heard_len().min(agent.heard_len()).min(third.heard_len()) > 2 * RATE)
        .await;
    for (who, heard) in [customer.take_heard(), agent.take_heard(), third.take_heard()].iter().enumerate() {
        for (speaker, pitch) in pitches.iter().enumerate() {
            let level = level_at(*pitch, &heard[RATE..2 * RATE]);
            if who == speaker {
                assert!(level < -45.0, "{who} hears itself at {level:.0} dBFS");
            } else {
                assert!(level > -22.0, "{who} hears {speaker} at {level:.0} dBFS only");
            }
        }
    }
}

/// The coach talks without a break while the plan changes hundreds of times between talking alone, listening in and
/// whispering; none of it may ever reach the customer, and it has to reach the agent.
#[tokio::test]
async fn a_whisper_never_reaches_the_customer() {
    const COACH: f64 = 1_730.0;
    let stage = Stage::start().await;
    let (customer, agent, coach) = (
        Carrier::open(&stage.bridge).await,
        Device::connect(&stage.bridge).await,
        Device::connect(&stage.bridge).await,
    );
    let room = stage.room();
    let members = vec![customer.port(), agent.port(), coach.port()];
    let talk = vec![(customer.port(), agent.port()), (agent.port(), customer.port())];
    let listen = [vec![(coach.port(), customer.port()), (coach.port(), agent.port())], talk.clone()].concat();
    let whisper = [vec![(agent.port(), coach.port())], listen.clone()].concat();
    let edges = [talk, listen, whisper];
    coach.say(&tone(COACH, 12_000));
    agent.say(&tone(500.0, 12_000));
    let mut state = 0x9E37_79B9_u32;
    let mut switches = 0;
    while customer.heard_len() < 6 * RATE {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hears = edges[(state >> 16) as usize % 3].clone();
        stage.bridge.apply_room(room, RoomPlan { members: members.clone(), hears, ..RoomPlan::default() });
        switches += 1;
        // Mostly far shorter than a word, so that every moment of a switch is met; now and then long enough to listen.
        let dwell = if switches % 25 == 0 { 150 } else { u64::from(state >> 24) % 12 };
        tokio::time::sleep(std::time::Duration::from_millis(dwell)).await;
    }
    let heard = customer.take_heard();
    let loudest = heard.chunks(800).map(|part| level_at(COACH, part)).fold(-200.0, f64::max);
    let agent_heard = agent.take_heard();
    let whispered = agent_heard.chunks(800).map(|part| level_at(COACH, part)).fold(-200.0, f64::max);
    println!("{switches} switches: coach at most {loudest:.0} dBFS at the customer, {whispered:.0} dBFS at the agent");
    assert!(switches > 300, "only {switches} switches");
    // One leaked frame in a stretch of 100 ms would read -27; below -36 is the noise of codecs and of filled gaps.
    assert!(loudest < -36.0, "the customer heard the coach at {loudest:.0} dBFS");
    assert!(whispered > -22.0, "the agent heard the coach at {whispered:.0} dBFS only");
    let own = heard.chunks(800).map(|part| level_at(500.0, part)).fold(-200.0, f64::max);
    assert!(own > -22.0, "the customer heard the agent at {own:.0} dBFS only");
}

#[tokio::test]
async fn a_port_that_goes_to_another_room_leaves_the_first() {
    let stage = Stage::start().await;
    let (first, second, agent) =
        (Carrier::open(&stage.bridge).await, Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[first.port(), agent.port()]));
    until("the first room", || first.heard_len() > RATE / 2).await;
    stage.bridge.apply_room(stage.room(), together(&[second.port(), agent.port()]));
    until("the second room", || second.heard_len() > RATE / 2).await;
    first.take_heard();
    second.take_heard();
    let sound = sweep(2_800.0, 500.0, 1_000);
    agent.say(&sound);
    until("the sound", || first.heard_len() > 2 * RATE && second.heard_len() > 2 * RATE).await;
    let (score, _) = arrived(&sound, &second.take_heard());
    assert!(score > 0.7, "correlation {score}");
    assert!(first.take_heard().iter().all(|sample| *sample == 0));
}

#[tokio::test]
async fn whoever_leaves_the_plan_hears_nothing_more() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    stage.bridge.apply_room(room, together(&[customer.port(), agent.port()]));
    until("packets", || agent.packets() > 20 && customer.heard_len() > RATE / 4).await;
    stage.bridge.close_room(room);
    // The command is carried out before this question is answered.
    assert!(stage.bridge.stats(agent.port()).await.is_some());
    let packets = agent.packets();
    let length = agent.heard_len();
    until("half a second", || agent.heard_len() > length + RATE / 2).await;
    assert!(agent.packets() <= packets + 2, "{} packets after the end", agent.packets() - packets);
}

#[tokio::test]
async fn a_port_from_which_nothing_comes_is_reported_once() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    agent.mute();
    let room = stage.room();
    stage.bridge.apply_room(room, together(&[customer.port(), agent.port()]));
    let wanted = BridgeEvent::PortSilent { room, port: agent.port() };
    stage.event("the silence to be noticed", |event| (*event == wanted).then_some(())).await;
    let length = customer.heard_len();
    until("two seconds more", || customer.heard_len() > length + 2 * RATE).await;
    let silent: Vec<BridgeEvent> =
        stage.events().into_iter().filter(|event| matches!(event, BridgeEvent::PortSilent { .. })).collect();
    assert_eq!(silent, [wanted]);
}

#[tokio::test]
async fn a_port_that_was_reported_as_silent_is_reported_when_it_is_heard_again() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect(&stage.bridge).await);
    let room = stage.room();
    stage.bridge.apply_room(room, together(&[customer.port(), agent.port()]));
    let of_agent = |event: BridgeEvent| match event {
        BridgeEvent::AudioHeard { port, .. } if port == agent.port() => Some("heard"),
        BridgeEvent::PortSilent { port, .. } if port == agent.port() => Some("silent"),
        _ => None,
    };
    let reported = || stage.events().into_iter().filter_map(of_agent).collect::<Vec<_>>();
    agent.say(&sweep(400.0, 3_000.0, 500));
    until("the agent to be heard", || reported() == ["heard"]).await;
    agent.mute();
    until("the silence to be noticed", || reported() == ["heard", "silent"]).await;
    agent.unmute();
    agent.say(&sweep(400.0, 3_000.0, 500));
    until("the agent to be heard again", || reported() == ["heard", "silent", "heard"]).await;
}

#[tokio::test]
async fn a_device_hears_itself_after_a_while_until_it_comes_into_a_room() {
    let stage = Stage::start().await;
    let (device, customer) = (Device::connect(&stage.bridge).await, Carrier::open(&stage.bridge).await);
    let PortId::Session(id) = device.port() else { unreachable!("a device has a session") };
    let delay = Duration::from_millis(300);
    assert!(stage.bridge.set_loop(id, Some(delay)).await);
    assert_eq!(stage.bridge.looped(id).await, Some(delay));
    device.say(&tone(900.0, 1_500));
    until("its own voice", || device.heard_len() > RATE).await;
    let heard = device.take_heard();
    assert!(level_at(900.0, &heard[heard.len() - RATE / 2..]) > -30.0);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), device.port()]));
    assert_eq!(stage.bridge.looped(id).await, None);
    assert!(!stage.bridge.set_loop(id, Some(delay)).await, "nobody in a room hears only themselves");
    let stranger = domain::ids::MediaSessionId::new(uuid::Uuid::from_u128(7));
    assert!(!stage.bridge.set_loop(stranger, Some(delay)).await);
}

fn asking_for_short_packets(offer: String) -> String {
    offer.replace("useinbandfec=1", "useinbandfec=1;ptime=10")
}

#[tokio::test]
async fn a_device_that_asks_for_short_packets_gets_a_mix_in_halves_and_the_others_as_a_whole() {
    let stage = Stage::start().await;
    let (customer, short, long) = (
        Carrier::open(&stage.bridge).await,
        Device::connect_with(&stage.bridge, asking_for_short_packets).await,
        Device::connect(&stage.bridge).await,
    );
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), short.port(), long.port()]));
    until("the room to settle", || long.packets() > 25).await;
    let before = (short.packets(), long.packets());
    customer.take_heard();
    short.take_heard();
    long.take_heard();
    let sounds = [sweep(400.0, 3_000.0, 1_500), sweep(2_800.0, 500.0, 1_500)];
    customer.say(&sounds[0]);
    short.say(&sounds[1]);
    until("the sound", || customer.heard_len().min(short.heard_len()).min(long.heard_len()) > 3 * RATE).await;
    let sent = (short.packets() - before.0, long.packets() - before.1);
    let ratio = sent.0 as f64 / sent.1 as f64;
    assert!((1.9..2.1).contains(&ratio), "{sent:?} packets");
    let (customer, short, long) = (customer.take_heard(), short.take_heard(), long.take_heard());
    for (heard, sound) in [(&short, 0), (&long, 0), (&customer, 1), (&long, 1)] {
        let (score, _) = arrived(&sounds[sound], heard);
        // Two voices at once: each is half of what is heard where both are.
        assert!(score > 0.6, "correlation {score} with sound {sound}");
    }
    assert!(arrived(&sounds[1], &short).0 < 0.3, "a device does not hear itself");
}
