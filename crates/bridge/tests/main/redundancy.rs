//! Copies of earlier frames (RFC 2198) on the paths of devices.

use crate::{
    carrier::Carrier,
    device::Device,
    signal::RATE,
    stage::{Stage, together, until},
};

/// A machine with other work may hold up any of so many stretches of two seconds, but not all; without copies a quarter of
/// the frames is missing in each.
const STRETCHES: usize = 6;
const FEW: u64 = 3;

/// The fewest frames made up in two seconds of sound.
async fn made_up(heard: impl Fn() -> usize, concealed: impl AsyncFn() -> u64) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..STRETCHES {
        let (before, from) = (concealed().await, heard());
        until("two seconds of sound", || heard() > from + 2 * RATE).await;
        fewest = fewest.min(concealed().await - before);
        if fewest <= FEW {
            break;
        }
    }
    fewest
}

async fn made_up_at(device: &Device) -> u64 {
    made_up(|| device.heard_len(), async || device.counts().concealed).await
}

#[tokio::test]
async fn what_is_lost_on_the_way_in_reaches_another_device_with_the_next_packet() {
    let stage = Stage::start().await;
    let (a, b) = (Device::connect_red(&stage.bridge).await, Device::connect_red(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[a.port(), b.port()]));
    until("packets to flow", || b.packets() > 50).await;
    a.lose_every_sent(4);
    until("the wait to follow", || b.counts().recovered > 30).await;
    let made_up = made_up_at(&b).await;
    assert!(made_up <= FEW, "{made_up} frames were made up: {:?}", b.counts());
    assert!(b.packets_with_copies() > 20);
}

#[tokio::test]
async fn what_is_lost_on_the_way_out_is_sent_again_once_the_device_reports_it() {
    let stage = Stage::start().await;
    let (a, b) = (Device::connect(&stage.bridge).await, Device::connect_red(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[a.port(), b.port()]));
    until("packets to flow", || b.packets() > 50).await;
    assert_eq!(b.packets_with_copies(), 0, "nothing was lost yet");
    b.lose_every_received(4);
    until("copies", || b.packets_with_copies() > 20 && b.counts().recovered > 20).await;
    let made_up = made_up_at(&b).await;
    assert!(made_up <= FEW, "{made_up} frames were made up: {:?}", b.counts());
}

#[tokio::test]
async fn a_mix_hears_a_lossy_talker_without_gaps() {
    let stage = Stage::start().await;
    let (customer, agent) = (Carrier::open(&stage.bridge).await, Device::connect_red(&stage.bridge).await);
    stage.bridge.apply_room(stage.room(), together(&[customer.port(), agent.port()]));
    until("packets to flow", || customer.heard_len() > RATE).await;
    agent.lose_every_sent(4);
    until("the wait to follow", || customer.heard_len() > 3 * RATE).await;
    let stats = async || stage.bridge.stats(agent.port()).await.unwrap();
    let made_up = made_up(|| customer.heard_len(), async || stats().await.concealed).await;
    let stats = stats().await;
    assert!(made_up <= FEW, "{made_up} frames were made up: {stats:?}");
    assert!(stats.loss_fraction > 0.15, "{stats:?}");
}
