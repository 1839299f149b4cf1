use proptest::prelude::*;

use super::*;
use crate::red;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn lost(share: f32) -> LossReport {
    LossReport { lost: share, round_trip: Some(Duration::from_millis(30)) }
}

/// Bits per second of what the packets carry when speech has its pauses.
fn carried(protection: &Protection) -> i32 {
    let packets = (1_000 / protection.frame.as_millis()) as i32;
    let frames = 1 + protection.copies.len() as i32;
    let fields = if protection.copies.is_empty() { 0 } else { (protection.copies.len() as i32 * 4 + 1) * 8 * packets };
    protection.bitrate * 100 / SPEECH * frames + fields
}

#[test]
fn the_first_report_of_loss_is_answered_and_calm_is_believed_slowly() {
    let mut policy = ProtectionPolicy::new(true);
    policy.report(lost(0.0), at(1));
    assert!(policy.protection(at(1)).copies.is_empty());
    policy.report(lost(0.2), at(2));
    let heavy = policy.protection(at(2));
    assert_eq!(heavy.copies.len(), 2, "{heavy:?}");
    for second in 3..9 {
        policy.report(lost(0.0), at(second));
    }
    assert!(!policy.protection(at(8)).copies.is_empty(), "six calm seconds: {:?}", policy.protection(at(8)));
    for second in 9..60 {
        policy.report(lost(0.0), at(second));
    }
    assert_eq!(
        policy.protection(at(60)),
        Protection { bitrate: 40_000, expected_loss: 1, fec: false, copies: &[], frame: FRAME_10, low_delay: true }
    );
}

#[test]
fn a_single_lost_packet_does_not_bring_the_heaviest_protection() {
    let mut policy = ProtectionPolicy::new(true);
    policy.report(lost(0.02), at(1));
    assert!(policy.protection(at(1)).copies.len() <= 1);
}

#[test]
fn a_far_end_without_red_gets_forward_error_correction_for_its_loss() {
    let mut policy = ProtectionPolicy::new(false);
    policy.report(lost(0.1), at(1));
    let protection = policy.protection(at(1));
    assert!(protection.copies.is_empty() && protection.fec && protection.expected_loss >= 8, "{protection:?}");
}

#[test]
fn a_link_that_is_too_slow_is_given_less_and_not_more() {
    let mut policy = ProtectionPolicy::new(true);
    policy.report(lost(0.0), at(1));
    let slow = LossReport { lost: 0.15, round_trip: Some(Duration::from_millis(700)) };
    policy.report(slow, at(2));
    let thin = policy.protection(at(2));
    assert!(carried(&thin) <= 16_000, "{thin:?}");
    // Loss that stays when the queue is gone is the path's own, but the link is as slow as it was.
    policy.report(lost(0.15), at(20));
    let after = policy.protection(at(20));
    assert_eq!((after.copies.len(), after.frame), (1, FRAME_20));
    assert!(carried(&after) < 44_000, "with headers it does not fit into 64 kbit/s: {after:?}");
}

#[test]
fn short_packets_are_for_a_path_that_loses_nothing() {
    let mut policy = ProtectionPolicy::new(true);
    assert_eq!(policy.protection(at(1)).frame, FRAME_10);
    policy.report(lost(0.005), at(2));
    assert_eq!(policy.protection(at(2)).frame, FRAME_20);
    for second in 3..20 {
        policy.report(lost(0.0), at(second));
    }
    assert_eq!(policy.protection(at(11)).frame, FRAME_20);
    assert_eq!(policy.protection(at(20)).frame, FRAME_10);
}

#[test]
fn a_talker_makes_room_while_it_is_asked_to_and_not_longer() {
    let mut listener = ProtectionPolicy::new(true);
    assert_eq!(listener.room_for_frames(at(0)), None);
    listener.report(lost(0.2), at(1));
    let room = listener.room_for_frames(at(1)).unwrap();
    let mut talker = ProtectionPolicy::new(true);
    talker.stay_below(room, at(1));
    let asked = talker.protection(at(2));
    assert_eq!((asked.bitrate, asked.frame), (room, FRAME_20));
    assert!(carried(&Protection { copies: listener.protection(at(1)).copies, ..asked }) <= BUDGET);
    assert_eq!(talker.protection(at(6)).bitrate, 40_000);
    talker.stay_below(1, at(7));
    assert_eq!(talker.protection(at(7)).bitrate, LEAST);
}

#[test]
fn losses_in_bursts_are_told_from_single_ones_and_copies_are_spaced_for_them() {
    let (mut single, mut bursts) = (ProtectionPolicy::new(true), ProtectionPolicy::new(true));
    // Packets lost of fifty: ten seconds each of independent losses and of bursts of three, both at 20 %.
    let reports =
        [(10, 4), (8, 17), (13, 9), (9, 2), (11, 15), (7, 12), (10, 3), (12, 18), (9, 8), (11, 12), (10, 4), (10, 16)];
    for (second, (one, three)) in (1..).zip(reports) {
        single.report(lost(one as f32 / 50.0), at(second));
        bursts.report(lost(three as f32 / 50.0), at(second));
    }
    assert_eq!(single.protection(at(12)).copies, [1, 3]);
    assert_eq!(bursts.protection(at(12)).copies, [2, 5]);
}

proptest! {
    #[test]
    fn whatever_is_reported_stays_within_the_budget(
        red in any::<bool>(),
        reports in proptest::collection::vec((any::<f32>(), proptest::option::of(0_u64..5_000), 0_u64..20_000), 1..60),
    ) {
        let mut policy = ProtectionPolicy::new(red);
        let mut now = Duration::ZERO;
        for (lost, trip, step) in reports {
            now += Duration::from_millis(step);
            policy.report(LossReport { lost, round_trip: trip.map(Duration::from_millis) }, now);
            let protection = policy.protection(now);
            prop_assert!(carried(&protection) <= BUDGET, "{:?}", protection);
            prop_assert!((0..=100).contains(&protection.expected_loss));
            prop_assert!(protection.copies.iter().all(|n| n * 960 <= red::FARTHEST));
            prop_assert!((0.0..=1.0).contains(&policy.loss()));
        }
    }
}
