use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use bridge::{BridgeEvent, PortId, RoomPlan};
use domain::{
    ids::{CallId, LeadId, UserId},
    time::UnixMillis,
};
use switchboard_phone::{PhoneEvent, VirtualAudio, state::MediaKind};
use uuid::Uuid;
use wire::{
    calls::{CallStatus, Direction, LiveCall},
    live::LiveEvent,
    recordings::RecordingState,
};

use crate::{
    TestPhone, event, ready,
    server::Server,
    signal::{Tape, level_of_last, mouth_to_ear, speech},
    until,
};

pub fn live_call(n: u128, agent: UserId) -> LiveEvent {
    LiveEvent::Call {
        call: Box::new(LiveCall {
            id: CallId::new(Uuid::from_u128(n)),
            direction: Direction::Inbound,
            status: CallStatus::InProgress,
            customer_name: None,
            customer_number: String::new(),
            lead_id: None::<LeadId>,
            agent_id: Some(agent),
            agent_name: None,
            queue_id: None,
            queue_name: None,
            campaign_id: None,
            campaign_name: None,
            came_by: Vec::new(),
            why: None,
            started_at_ms: UnixMillis(0),
            queued_at_ms: None,
            answered_at_ms: None,
            held_since_ms: None,
            recording: RecordingState::Off,
            monitors: Vec::new(),
            transfer: None,
            both_heard: false,
            silent_side: None,
            reconnecting_since_ms: None,
            agent_sound: None,
            customer_sound: None,
            device_sound: None,
            mouth_to_ear_ms: None,
            sound_cause: None,
            customer_keys: String::new(),
            unsupported: Vec::new(),
            sound_at: Default::default(),
            simulated: false,
        }),
    }
}

pub fn connect(server: &Server, phones: [&TestPhone; 2]) {
    let [a, b] = phones.map(|phone| PortId::Session(phone.phone.media_session_id().unwrap()));
    let plan = RoomPlan {
        members: vec![a, b],
        hears: vec![(a, b), (b, a)],
        music: Vec::new(),
        ringback: Vec::new(),
        record: None,
    };
    server.shared.bridge.apply_room(CallId::new(Uuid::from_u128(77)), plan);
}

struct Talk {
    server: Server,
    asha: TestPhone,
    ravi: TestPhone,
    tapes: [Tape; 2],
    signals: [Vec<i16>; 2],
}

impl Talk {
    /// Two phones that hear each other, each saying something else.
    async fn start() -> Self {
        let server = Server::start().await;
        let tapes = [Tape::default(), Tape::default()];
        let signals = [speech(1, 20), speech(2, 20)];
        let asha = ready(&server, "asha", tapes[0].telephone(signals[0].clone())).await;
        let ravi = ready(&server, "ravi", tapes[1].telephone(signals[1].clone())).await;
        server.say(live_call(1, asha.user));
        server.say(live_call(2, ravi.user));
        connect(&server, [&asha, &ravi]);
        Self { server, asha, ravi, tapes, signals }
    }

    async fn hear(&self, seconds: usize) {
        let from = self.tapes.each_ref().map(Tape::heard_len);
        until("more sound", || (0..2).all(|i| self.tapes[i].heard_len() > from[i] + seconds * 48_000)).await;
    }

    /// Delay and likeness in both directions over the last second and a half.
    fn measure(&self) -> [(Duration, f32); 2] {
        let both =
            [(0, 1), (1, 0)].map(|(from, to)| mouth_to_ear(&self.tapes[from], &self.signals[from], &self.tapes[to]));
        let [asha, ravi] = [&self.asha, &self.ravi].map(|phone| phone.phone.figures());
        eprintln!("mouth to ear and likeness: {both:?}\n  {asha:?}\n  {ravi:?}");
        both
    }

    /// Both have to be heard in the same second and a half; a busy machine gets a few tries.
    async fn assert_heard(&self) {
        let clear = |(delay, alike): (Duration, f32)| alike > 0.7 && delay < Duration::from_millis(200);
        for _ in 0..8 {
            if self.measure().into_iter().all(clear) {
                return;
            }
            self.hear(1).await;
        }
        panic!("not heard clearly in both directions: {:?}", self.measure());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_hear_what_the_other_says_and_muting_stops_it() {
    let talk = Talk::start().await;
    talk.hear(4).await;
    talk.assert_heard().await;

    talk.asha.phone.set_muted(true);
    talk.hear(1).await;
    talk.hear(1).await;
    let level = level_of_last(&talk.tapes[1], Duration::from_secs(1));
    assert!(level < -50.0, "{level} dBFS from a muted phone");
    assert!(level_of_last(&talk.tapes[0], Duration::from_secs(1)) > -40.0, "the other direction goes on");

    talk.asha.phone.set_muted(false);
    talk.hear(3).await;
    talk.assert_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_pressed_on_the_phone_reach_the_bridge() {
    let talk = Talk::start().await;
    talk.hear(1).await;
    talk.asha.phone.send_digits("42#");
    let mut events = talk.server.bridge_events.lock().await;
    let mut digits = String::new();
    while digits.len() < 3 {
        let next = tokio::time::timeout(Duration::from_secs(10), events.recv()).await;
        if let Ok(Some(BridgeEvent::SessionDtmf { digit, .. })) = next {
            digits.push(digit);
        } else {
            assert!(next.is_ok(), "only {digits:?} arrived");
        }
    }
    assert_eq!(digits, "42#");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_ice_keeps_the_session_and_the_sound() {
    let talk = Talk::start().await;
    talk.hear(1).await;
    let session = talk.asha.phone.media_session_id();
    // A new run of the server makes the phones doubt their sessions; this one still knows them.
    talk.server.new_epoch();
    until("both restarts", || talk.server.shared.renegotiated.load(SeqCst) == 2).await;
    until("the new path", || talk.asha.phone.state().media == MediaKind::Connected).await;
    for (n, phone) in [&talk.asha, &talk.ravi].into_iter().enumerate() {
        talk.server.say(live_call(n as u128 + 1, phone.user));
    }
    talk.hear(4).await;
    assert_eq!(talk.asha.phone.media_session_id(), session);
    assert_eq!(talk.server.shared.opened.load(SeqCst), 2);
    talk.assert_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_lost_is_opened_anew_while_the_call_goes_on() {
    let talk = Talk::start().await;
    talk.hear(1).await;
    let mut events = talk.asha.phone.events();
    let lost = talk.asha.phone.media_session_id().unwrap();
    talk.server.forget_media_session(lost);
    let since = event("reconnecting", &mut events, |event| match event {
        PhoneEvent::State(state) if state.media == MediaKind::Reconnecting => Some(state.reconnecting_since_ms),
        _ => None,
    })
    .await;
    assert!(since.is_some());
    until("a new session", || {
        talk.asha.phone.state().media == MediaKind::Connected && talk.asha.phone.media_session_id() != Some(lost)
    })
    .await;
    assert_eq!(talk.asha.phone.state().reconnecting_since_ms, None);
    connect(&talk.server, [&talk.asha, &talk.ravi]);
    talk.hear(4).await;
    talk.assert_heard().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_runs_only_while_a_call_needs_it() {
    let server = Server::start().await;
    let phone = ready(&server, "asha", Tape::default().telephone(speech(3, 5))).await;
    server.say(live_call(1, phone.user));
    until("packets", || phone.phone.figures().packets_out > 20).await;
    phone.phone.set_muted(true);
    server.say(LiveEvent::CallEnded { call_id: CallId::new(Uuid::from_u128(1)), suggested_outcome: None });
    until("an end of packets", || {
        let before = phone.phone.figures().packets_out;
        std::thread::sleep(Duration::from_millis(500));
        phone.phone.figures().packets_out == before
    })
    .await;
    assert!(!phone.phone.state().muted, "the next call does not start muted");
    assert!(phone.phone.state().audio_running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_takes_no_calls_has_no_media_session() {
    let server = Server::start().await;
    let (phone, _data) = crate::phone(&server, VirtualAudio::silent());
    phone.sign_in(crate::credentials("viewer")).await.unwrap();
    until("the live connection", || !server.shared.hellos.lock().unwrap().is_empty()).await;
    assert_eq!(phone.state().media, MediaKind::None);
    assert_eq!(server.shared.opened.load(SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_told_once_a_second_how_the_device_sounds() {
    let talk = Talk::start().await;
    let session = talk.asha.phone.media_session_id().unwrap();
    let reports = || -> Vec<_> {
        let all = talk.server.shared.sound_reports.lock().unwrap();
        all.iter().filter(|(of, _)| *of == session).map(|(_, sound)| *sound).collect()
    };
    until("four reports", || reports().len() >= 4).await;
    let last = reports()[3];
    assert!(last.packets > 10 && last.mic_dbfs > -60.0 && last.speaker_dbfs > -60.0, "{last:?}");
    assert!(last.buffer_ms > 0.0 && last.loss < 0.5 && !last.muted, "{last:?}");
    let before = reports().len();
    talk.hear(3).await;
    assert!(reports().len() <= before + 5, "{} reports in three seconds", reports().len() - before);
}
