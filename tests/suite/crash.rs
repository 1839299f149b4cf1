//! Processes that are killed in the middle of their work, and what is there afterwards.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "all of it is tests, and they print their figures")]

use std::{
    fs::File,
    io::BufReader,
    path::Path,
    process::Stdio,
    time::{Duration, Instant, SystemTime},
};

use domain::{ids::CallId, intelligence::Speaker, time::UnixMillis};
use media::{
    codec::{EncoderSettings, MAX_PACKET, OpusEncoder},
    ogg,
};
use phone::Entry;
use serde_json::{Value, json};
use server::{
    Running,
    config::{Config, MediaConfig},
    seed::{self, SeedPlan},
};
use simulator::{
    customer::Step,
    load::{KeptCall, Observer},
};
use switchboard_tests::{
    Engine,
    chirps::Chirp,
    killable::{PATIENCE, World, end_of, streams},
    on_both_databases,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader as AsyncBufReader, Lines},
    process::{Child, ChildStdout, Command},
};
use uuid::Uuid;
use wire::{
    agents::AgentState,
    calls::{AfterWrapUp, CallDetail, CallStatus, SaveDisposition},
    jobs::{Job, JobStatus},
    page::Page,
    recordings::RecordingState,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard-under-test");
/// What may be missing of a recording when the server is killed.
const MOST_LOST_MS: u64 = 1_000;

fn cue(cue: &str) -> Step {
    Step::AwaitCue { cue: cue.to_owned(), timeout_ms: 120_000 }
}

fn say(line: &str) -> Step {
    Step::Say { line: line.to_owned() }
}

fn line_text(id: &str) -> &'static str {
    simulator::voices::line(id).expect("a line").text
}

fn unix_ms() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as u64
}

/// How much of the time since its beginning the recorder's file lacks.
fn lost_ms(spool_file: &Path, at: u64) -> u64 {
    let recovered = ogg::scan(BufReader::new(File::open(spool_file).unwrap())).unwrap();
    let started: u64 = recovered.tags.get("SWITCHBOARD_STARTED_MS").unwrap().parse().unwrap();
    (at - started).saturating_sub(recovered.granule * 1_000 / u64::from(ogg::GRANULE_RATE))
}

/// The stored sound at 8 kHz: customer, agent.
async fn sound_of(world: &World, call: CallId) -> (Vec<i16>, Vec<i16>) {
    let link: Value = world.admin.get(&format!("/recordings/{call}/url")).await.unwrap();
    let bytes = world.admin.bytes(link["url"].as_str().unwrap()).await.unwrap();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    ogg::decode(bytes.as_slice(), 8_000, |pcm, _| {
        left.extend(pcm.iter().step_by(2));
        right.extend(pcm.iter().skip(1).step_by(2));
    })
    .unwrap();
    (left, right)
}

async fn store_jobs(world: &World, call: CallId) -> Vec<Job> {
    let page: Page<Job> = world.admin.get(&format!("/jobs?call_id={call}")).await.unwrap();
    page.items.into_iter().filter(|job| job.kind == "store_recording").collect()
}

fn count_events(kept: &KeptCall, kind: &str) -> usize {
    kept.detail.events.iter().filter(|event| event.kind == kind).count()
}

async fn a_call_outlives_its_server(engine: Engine) {
    let mut world = World::start(PROGRAM, engine).await;
    let mut desk = world.desk().await;
    let began = Instant::now();
    let call = world.customer_calls(vec![
        cue("talk"),
        say("asha-1"),
        Chirp::Rising.step(25),
        cue("back"),
        say("asha-3"),
        Chirp::Rising.step(4),
        Step::HangUp,
    ]);
    let offer = desk.answer().await;
    let id = offer.call_id;
    let before = world
        .live(id, "both sides are heard", |live| live.both_heard && live.recording == RecordingState::Recording)
        .await;
    let talk_from = Instant::now();
    call.cue("talk");
    desk.tape.hears(Chirp::Rising, 4, talk_from, PATIENCE, "the customer, before").await;

    let killed = world.kill().await;
    let lost = lost_ms(&world.spool_file(id), unix_ms());
    let killed_ms = (killed - began).as_millis() as u64;
    world.start_again().await;
    let up_after = killed.elapsed();
    let heard_after = desk.tape.hears(Chirp::Rising, 3, killed, PATIENCE, "the customer, after").await;
    let after = world
        .live(id, "the agent has the call again", |live| {
            live.reconnecting_since_ms.is_none() && live.status == CallStatus::InProgress
        })
        .await;
    assert_eq!(after.agent_id, before.agent_id, "the call is with the same agent");
    call.cue("back");
    let outcome = end_of(&call).await;
    let kept = world.kept(id).await;

    let customer = &outcome.customer;
    let falling = Chirp::Falling.find_in(&customer.heard, 8_000);
    let falling: Vec<u64> = falling.into_iter().map(|at| at + customer.from_ms).collect();
    let opened = streams(&outcome.timeline);
    assert_eq!(opened.len(), 2, "the leg came back once: {:?}", outcome.timeline);
    assert!(falling.iter().filter(|at| **at < killed_ms).count() >= 6, "the agent was heard before: {falling:?}");
    assert!(falling.iter().filter(|at| **at > opened[1]).count() >= 6, "the agent is heard again: {falling:?}");
    let deaf_ms = falling.iter().find(|at| **at > opened[1]).unwrap() - killed_ms;

    let row = &kept.detail.row;
    let receipt = kept.receipt().unwrap();
    assert_eq!((row.status, row.agent_id), (CallStatus::Completed, before.agent_id));
    assert_eq!(world.admin.calls().await.unwrap().len(), 1, "one call, one row");
    assert_eq!(count_events(&kept, "server_restarted"), 1);
    let points = &kept.sound.points;
    assert!(points.len() > 3 && points.is_sorted_by(|a, b| a.at_ms < b.at_ms), "{} points", points.len());
    assert!(kept.sound.marks.iter().any(|mark| mark.kind == wire::sound::SoundMarkKind::ServerRestart));
    assert!(kept.is_stored(), "{receipt:?}");
    assert_eq!(store_jobs(&world, id).await.iter().map(|job| job.status).collect::<Vec<_>>(), [JobStatus::Done]);
    assert!(!world.spool_file(id).exists(), "the stored file is the only one");
    let [gap] = receipt.gaps.as_slice() else { panic!("one gap: {:?}", receipt.gaps) };
    let recorded = receipt.duration_ms.unwrap();
    assert!(row.talk_ms.abs_diff(recorded) <= 300, "{recorded} ms of {} ms", row.talk_ms);
    let (left, right) = sound_of(&world, id).await;
    let rising = Chirp::Rising.find_in(&left, 8_000);
    assert!(Chirp::Falling.find_in(&right, 8_000).len() >= 12, "the agent is in the right channel");
    // The customer's tones come each second, so the last one before the hole began within one second and a half of it.
    let last_before = rising.iter().rfind(|at| **at < gap.from_ms).copied().unwrap_or(0);
    assert!(last_before + MOST_LOST_MS + 500 >= gap.from_ms, "{rising:?} before {gap:?}");
    assert!(rising.iter().filter(|at| **at > gap.to_ms).count() >= 5, "{rising:?} after {gap:?}");
    assert!(lost <= MOST_LOST_MS, "{lost} ms of the recording were lost");
    assert!(kept.is_analysed(), "{:?}", kept.analysis);
    let said = kept.said_by(Speaker::Customer);
    for line in ["asha-1", "asha-3"] {
        assert!(said.contains(&line_text(line)), "{line} is in the transcript: {said:?}");
    }
    println!(
        "{engine:?}: {lost} ms of the recording lost; server back after {} ms, customer heard by the agent after {} ms \
         (third tone), agent by the customer after {deaf_ms} ms; gap {} ms",
        up_after.as_millis(),
        heard_after.as_millis(),
        gap.to_ms - gap.from_ms,
    );
}

/// Whether the server has had time to write down what it has said, before it is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Killed {
    WhenWritten,
    AtOnce,
}

async fn a_ringing_call_rings_again(engine: Engine) {
    ring(engine, Killed::WhenWritten).await;
}

async fn an_offer_that_was_never_written_is_made_again(engine: Engine) {
    ring(engine, Killed::AtOnce).await;
}

async fn ring(engine: Engine, killed: Killed) {
    let mut world = World::start(PROGRAM, engine).await;
    let mut desk = world.desk().await;
    let call = world.customer_calls(vec![cue("talk"), Chirp::Rising.step(6), Step::HangUp]);
    let offer = desk.offer().await;
    if killed == Killed::WhenWritten {
        let rings = |detail: &CallDetail| detail.row.status == CallStatus::Ringing;
        world.admin.until(&format!("/calls/{}", offer.call_id), "it rings", PATIENCE, rings).await.unwrap();
    }
    world.kill().await;
    world.start_again().await;
    let began = Instant::now();
    let again = loop {
        let snapshot = desk.phone.snapshot().await.ok().and_then(|snapshot| snapshot.offer);
        let connected = desk.phone.state().media == phone::state::MediaKind::Connected;
        if let Some(offer) = snapshot.filter(|_| connected) {
            break offer;
        }
        assert!(began.elapsed() < Duration::from_secs(18), "the call does not ring any more");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(again.call_id, offer.call_id, "the same call rings on");
    if killed == Killed::WhenWritten {
        assert_eq!(again.fence, offer.fence, "under the same claim");
    }
    desk.phone.answer(again.call_id, again.fence).await.expect("the agent answers");
    let answered = Instant::now();
    while streams(&call.timeline()).len() < 2 {
        assert!(answered.elapsed() < PATIENCE, "the customer's leg does not come back: {:?}", call.timeline());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    call.cue("talk");
    desk.tape.hears(Chirp::Rising, 4, answered, PATIENCE, "the customer").await;
    let outcome = end_of(&call).await;
    let falling = Chirp::Falling.find_in(&outcome.customer.heard, 8_000);
    assert!(falling.len() >= 6, "the agent is heard: {falling:?}");
    let kept = world.kept(offer.call_id).await;
    assert!(kept.is_stored(), "{:?}", kept.receipt());
    assert_eq!(kept.detail.row.status, CallStatus::Completed);
    println!("{engine:?}: rings again {} ms after the server is back", (answered - began).as_millis());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_hangs_up_while_no_server_runs_is_not_waited_for() {
    let mut world = World::start(PROGRAM, Engine::Sqlite).await;
    let mut desk = world.desk().await;
    let call = world.customer_calls(vec![Chirp::Rising.step(60)]);
    let id = desk.answer().await.call_id;
    world.live(id, "both sides are heard", |live| live.both_heard).await;
    world.kill().await;
    call.hang_up();
    // The carrier reports it to nobody.
    end_of(&call).await;
    world.start_again().await;
    let up = unix_ms();
    let over = |detail: &CallDetail| detail.row.status == CallStatus::Completed;
    let detail = world.admin.until(&format!("/calls/{id}"), "the call is over", PATIENCE, over).await.unwrap();
    let noticed = detail.row.ended_at_ms.unwrap().0.saturating_sub(i64::try_from(up).unwrap());
    assert!(noticed < 15_000, "noticed after {noticed} ms only");
    world.agent_is("the agent wraps up", |state| matches!(state, AgentState::WrapUp { .. })).await;
    assert!(world.kept(id).await.is_stored());
    println!("noticed {noticed} ms after the server was back");
}

fn interested() -> SaveDisposition {
    SaveDisposition {
        code: "interested".to_owned(),
        sub_code: Some("wants_details".to_owned()),
        notes: "Wants the price list".to_owned(),
        callback: None,
        fields: Default::default(),
        made_at_ms: UnixMillis(i64::try_from(unix_ms()).unwrap()),
        then: AfterWrapUp::Available,
    }
}

async fn a_wrap_up_is_not_lost(engine: Engine) {
    let mut world = World::start(PROGRAM, engine).await;
    let mut desk = world.desk().await;
    let call = world.customer_calls(vec![cue("talk"), say("asha-1"), Chirp::Rising.step(3), Step::HangUp]);
    let id = desk.answer().await.call_id;
    world.live(id, "both sides are heard", |live| live.both_heard).await;
    call.cue("talk");
    end_of(&call).await;
    world.agent_is("the agent wraps up", |state| matches!(state, AgentState::WrapUp { .. })).await;

    // Whatever is under way for the recording is cut off too.
    world.kill().await;
    let entry = Entry {
        id: Uuid::now_v7(),
        user: desk.phone.me().unwrap().user.id,
        method: "POST".to_owned(),
        path: format!("/calls/{id}/disposition"),
        body: serde_json::to_value(interested()).unwrap(),
        made_at_ms: UnixMillis(i64::try_from(unix_ms()).unwrap()),
    };
    desk.phone.outbox_put(entry).await.expect("the outcome is kept on this computer");
    world.start_again().await;
    world.agent_is("the agent is free again", |state| matches!(state, AgentState::Available)).await;
    let kept = world.kept(id).await;
    assert_eq!(kept.detail.row.disposition.as_deref(), Some("interested"));
    assert_eq!(kept.detail.notes, "Wants the price list");
    assert_eq!(count_events(&kept, "disposition_saved"), 1);
    let tasks: Page<Value> = world.admin.get("/tasks").await.unwrap();
    assert_eq!(tasks.items.iter().filter(|task| task["call_id"] == json!(id)).count(), 1, "{:?}", tasks.items);
    assert!(kept.is_stored() && kept.is_analysed(), "{:?} {:?}", kept.receipt(), kept.analysis);
    assert_eq!(store_jobs(&world, id).await.len(), 1);
}

on_both_databases!(
    a_call_outlives_its_server,
    a_ringing_call_rings_again,
    an_offer_that_was_never_written_is_made_again,
    a_wrap_up_is_not_lost
);

/// Two seconds of a recording whose process died: no end, and half a page behind the last whole one.
fn cut_off_recording() -> Vec<u8> {
    let head = ogg::OpusHead { channels: 2, pre_skip: 312, input_rate: 16_000 };
    let mut encoder = OpusEncoder::new(EncoderSettings::recording(16_000)).unwrap();
    let mut writer = ogg::OggOpusWriter::create(Vec::new(), 7, head, &ogg::OpusTags::default()).unwrap();
    let mut packet = [0; MAX_PACKET];
    for _ in 0..100 {
        let length = encoder.encode(&[0; 640], &mut packet).unwrap();
        writer.packet(&packet[..length], 960).unwrap();
    }
    let mut file = writer.finish().unwrap();
    file.truncate(file.len() - 5);
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_nobody_could_close_is_stored_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let loopback = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config {
        data_dir: folder.path().join("server"),
        listen: loopback,
        media: MediaConfig { udp: loopback, ..MediaConfig::default() },
        ..Config::default()
    };
    let running = Running::start(&config, false).await.unwrap();
    let password = switchboard_tests::password();
    let plan = SeedPlan { calls: 1, agents: 2, password: password.clone(), ..SeedPlan::default() };
    let accounts = seed::tenant(&running.backend, &plan).await.unwrap();
    running.stop().await;

    let running = Running::start(&config, false).await.unwrap();
    let sign_in = async |running: &Running| {
        let server = running.base_url.parse().unwrap();
        Observer::sign_in(&server, &accounts.admin.email, &password, &folder.path().join("admin")).await.unwrap()
    };
    let admin = sign_in(&running).await;
    let call = admin.calls().await.unwrap()[0].id;
    drop(admin);
    running.stop().await;
    let spool = config.data_dir.join("spool");
    std::fs::write(spool.join(format!("{call}.opus")), cut_off_recording()).unwrap();
    // Nobody's: it stays where it is and is in nobody's way.
    let stray = spool.join(format!("{}.opus", Uuid::now_v7()));
    std::fs::write(&stray, cut_off_recording()).unwrap();

    let running = Running::start(&config, false).await.unwrap();
    let admin = sign_in(&running).await;
    let stored =
        |detail: &CallDetail| detail.receipt.as_ref().is_some_and(|receipt| receipt.state == RecordingState::Stored);
    let detail = admin.until(&format!("/calls/{call}"), "the recording is stored", PATIENCE, stored).await.unwrap();
    let receipt = detail.receipt.unwrap();
    assert!((1_400..=2_000).contains(&receipt.duration_ms.unwrap()), "{receipt:?}");
    assert_eq!(receipt.stored_bytes, receipt.expected_bytes);
    assert!(!spool.join(format!("{call}.opus")).exists() && stray.exists());
    running.stop().await;
}

/// A phone in a process of its own that answers by itself.
struct PhoneProcess {
    child: Child,
    lines: Lines<AsyncBufReader<ChildStdout>>,
}

impl PhoneProcess {
    fn start(world: &World, heard: &Path) -> Self {
        let agent = world.agent();
        let order = json!({
            "server": world.standalone.base_url, "folder": world.folder.path().join("app"), "email": agent.email,
            "password": agent.password, "heard": heard
        });
        let mut child = Command::new(PROGRAM)
            .args(["phone", &order.to_string()])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the phone's process starts");
        let lines = AsyncBufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    async fn says(&mut self, beginning: &str) -> String {
        let waited = tokio::time::timeout(PATIENCE, async {
            while let Ok(Some(line)) = self.lines.next_line().await {
                if let Some(rest) = line.strip_prefix(beginning) {
                    return rest.trim().to_owned();
                }
            }
            panic!("the phone ended before it said {beginning:?}");
        });
        waited.await.unwrap_or_else(|_| panic!("the phone does not say {beginning:?}"))
    }
}

/// Waits until the file of what a phone hears has so many of the customer's tones.
async fn hears_customer(file: &Path, count: usize) {
    let began = Instant::now();
    loop {
        let bytes = std::fs::read(file).unwrap();
        let heard: Vec<i16> = bytes.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
        if Chirp::Rising.find_in(&heard, 48_000).len() >= count {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "the agent does not hear the customer");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_killed_takes_its_call_back() {
    let world = World::start(PROGRAM, Engine::Sqlite).await;
    std::fs::create_dir(world.folder.path().join("app")).unwrap();
    let (first_heard, second_heard) = (world.folder.path().join("first.pcm"), world.folder.path().join("second.pcm"));
    let mut app = PhoneProcess::start(&world, &first_heard);
    app.says("signed in").await;
    world.admin.agents_available(1, PATIENCE).await.expect("the agent is available");
    let began = Instant::now();
    let call = world.customer_calls(vec![Chirp::Rising.step(90), Step::HangUp]);
    let id: CallId = app.says("answered").await.parse().unwrap();
    world.live(id, "both sides are heard", |live| live.both_heard).await;
    hears_customer(&first_heard, 3).await;

    app.child.kill().await.unwrap();
    let killed = Instant::now();
    world.live(id, "the device is missed", |live| live.reconnecting_since_ms.is_some()).await;
    let missed = killed.elapsed();
    // Two seconds of music for the customer.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let music_until = (began.elapsed().as_millis()) as u64;
    let mut app = PhoneProcess::start(&world, &second_heard);
    app.says("restored").await;
    let live = world
        .live(id, "the app has its call again", |live| live.reconnecting_since_ms.is_none() && live.both_heard)
        .await;
    let back = killed.elapsed();
    assert_eq!(live.status, CallStatus::InProgress);
    hears_customer(&second_heard, 3).await;
    call.hang_up();
    let outcome = end_of(&call).await;
    let heard = &outcome.customer.heard;
    let falling: Vec<u64> =
        Chirp::Falling.find_in(heard, 8_000).into_iter().map(|at| at + outcome.customer.from_ms).collect();
    let killed_ms = (killed - began).as_millis() as u64;
    let back_ms = killed_ms + back.as_millis() as u64;
    assert!(falling.iter().filter(|at| **at < killed_ms).count() >= 6, "the agent was heard before: {falling:?}");
    assert!(falling.iter().filter(|at| **at > back_ms).count() >= 6, "the agent is heard again: {falling:?}");
    let at = |ms: u64| ((ms - outcome.customer.from_ms) * 8) as usize;
    let music = &heard[at(music_until - 1_500)..at(music_until)];
    let level = media::level::rms_dbfs(music);
    assert!(level > -40.0, "the customer hears music meanwhile, not {level} dBFS");
    let kept = world.kept(id).await;
    assert!(kept.is_stored() && kept.detail.row.status == CallStatus::Completed, "{:?}", kept.detail.row);
    assert_eq!(kept.receipt().unwrap().gaps, [], "the recording goes on");
    println!(
        "the app is missed after {} ms; {} ms after the kill it has its call again",
        missed.as_millis(),
        back.as_millis()
    );
}
