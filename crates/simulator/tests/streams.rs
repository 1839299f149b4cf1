use std::{sync::Arc, time::Duration};

use axum::extract::ws::Message;
use media::g711::Law;
use providers::twilio::stream::{FromTwilio, clear_message, mark_message};
use switchboard_simulator::{
    customer::CustomerScript,
    twilio::{CallHandle, EndedBy, Happening, Misbehaviour, SimulatedTwilio},
    voices,
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::application::{ACCOUNT, Application, NUMBER, Stream};

const CALLER: &str = "+919800000101";

struct Setup {
    application: Application,
    streams: UnboundedReceiver<Stream>,
    simulator: SimulatedTwilio,
}

async fn set_up(after: &str) -> Setup {
    let (application, streams) = Application::start().await;
    let url = application.stream_url();
    application.document(
        "/voice",
        &format!("<Connect><Stream url=\"{url}\" statusCallback=\"/stream-status\"><Parameter name=\"callId\" value=\"7f3a\"/></Stream></Connect>{after}"),
    );
    let simulator = application.simulator(|_| {}).await;
    Setup { application, streams, simulator }
}

impl Setup {
    async fn open(&mut self, script: Arc<CustomerScript>) -> (CallHandle, Stream) {
        let call = self.simulator.place_inbound_call(CALLER, NUMBER, script).unwrap();
        let stream = tokio::time::timeout(Duration::from_secs(5), self.streams.recv()).await.unwrap().unwrap();
        (call, stream)
    }
}

fn script(steps: &str) -> Arc<CustomerScript> {
    CustomerScript::from_toml(&format!("name = \"T\"\nnumber = \"{CALLER}\"\n{steps}")).unwrap()
}

/// Pauses within the words are filled with the noise of the line: steps of G.711 up to this.
const LINE_NOISE: i16 = 32;

fn same(heard: &[i16], said: &[i16]) {
    let is_noise = |heard: i16, said: i16| said == 0 && heard.abs() <= LINE_NOISE;
    let differs = heard.iter().zip(said).position(|(heard, said)| heard != said && !is_noise(*heard, *said));
    assert_eq!(differs, None, "first sample that differs");
}

fn mulaw(pcm: &[i16]) -> Vec<u8> {
    pcm.iter().map(|sample| Law::Pcmu.encode(*sample)).collect()
}

#[tokio::test]
async fn the_customer_s_voice_arrives_in_frames_of_twenty_milliseconds() {
    let mut setup = set_up("").await;
    let says = script(
        "[[steps]]\ndo = \"pause\"\nms = 800\n[[steps]]\ndo = \"say\"\nline = \"vikram-1\"\n[[steps]]\ndo = \"keys\"\ndigits = \"5\"\n[[steps]]\ndo = \"hang_up\"\n",
    );
    let (call, mut stream) = setup.open(says).await;
    assert_eq!(stream.start.parameters["callId"], "7f3a");
    assert_eq!((stream.start.call_sid.as_str(), stream.start.account_sid.as_str()), (call.sid(), ACCOUNT));
    let (mut heard, mut keys, mut chunk, mut stopped) = (Vec::new(), Vec::new(), 0, false);
    while let Some(message) = stream.next().await {
        match message {
            FromTwilio::Media(media) => {
                chunk += 1;
                assert_eq!((media.chunk, media.timestamp_ms, media.payload.len()), (chunk, (chunk - 1) * 20, 160));
                heard.extend(media.payload.iter().map(|byte| Law::Pcmu.decode(*byte)));
            }
            FromTwilio::Dtmf { digit } => keys.push(digit),
            FromTwilio::Stop => stopped = true,
            _ => {}
        }
    }
    assert!(stopped);
    assert_eq!(keys, ['5']);
    let outcome = call.outcome().await.unwrap();
    assert_eq!(outcome.ended_by, EndedBy::Customer);
    let said = voices::line("vikram-1").unwrap().pcm();
    let begin = said.iter().position(|sample| *sample != 0).unwrap();
    // Before and behind the words there is the noise of the line.
    let start = heard.windows(400).position(|part| *part == said[begin..begin + 400]).unwrap();
    same(&heard[start..start + 10_000], &said[begin..begin + 10_000]);
    let took = setup.application.expect("/stream-status", 2).await;
    assert_eq!(
        took.iter().map(|event| event.field("StreamEvent")).collect::<Vec<_>>(),
        ["stream-started", "stream-stopped"]
    );
}

#[tokio::test]
async fn frames_keep_to_the_clock() {
    let mut setup = set_up("").await;
    let (call, mut stream) = setup.open(CustomerScript::silent(CALLER)).await;
    let began = std::time::Instant::now();
    let mut frames = 0;
    while frames < 100 {
        if let Some(FromTwilio::Media(_)) = stream.next().await {
            frames += 1;
        }
    }
    let took = began.elapsed().as_millis();
    assert!((1900..2200).contains(&took), "100 frames took {took} ms");
    call.hang_up();
    call.outcome().await.unwrap();
}

#[tokio::test]
async fn the_customer_hears_what_is_played_and_marks_come_back_when_it_was() {
    let mut setup = set_up("").await;
    let (call, mut stream) = setup.open(CustomerScript::silent(CALLER)).await;
    let line = voices::line("agent-asha-3").unwrap();
    let sent = std::time::Instant::now();
    // One message of odd length after the other: Twilio takes any size.
    for piece in mulaw(&line.pcm()).chunks(1234) {
        stream.play(piece);
    }
    stream.send.send(Message::text(mark_message(&stream.start.stream_sid, "end"))).unwrap();
    loop {
        if stream.next().await == Some(FromTwilio::Mark { name: "end".into() }) {
            break;
        }
    }
    let played = sent.elapsed().as_millis() as u64;
    assert!(played.abs_diff(line.duration_ms()) < 150, "a line of {} ms was played in {played} ms", line.duration_ms());
    call.hang_up();
    let outcome = call.outcome().await.unwrap();
    let heard = &outcome.customer.heard;
    let start = heard.iter().position(|sample| *sample != 0).unwrap();
    let pcm = line.pcm();
    let begin = pcm.iter().position(|sample| *sample != 0).unwrap();
    same(&heard[start..start + 20_000], &pcm[begin..begin + 20_000]);
    assert_eq!(outcome.customer.heard_speech.len(), 1);
    assert!(outcome.customer.heard_rms_dbfs > -40.0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.wav");
    outcome.customer.write_wav(&path).unwrap();
    assert_eq!(hound::WavReader::open(path).unwrap().duration() as usize, heard.len());
}

#[tokio::test]
async fn a_clear_drops_the_sound_and_returns_its_marks_at_once() {
    let mut setup = set_up("").await;
    let (call, mut stream) = setup.open(CustomerScript::silent(CALLER)).await;
    stream.play(&mulaw(&voices::line("agent-asha-1").unwrap().pcm()));
    stream.send.send(Message::text(mark_message(&stream.start.stream_sid, "late"))).unwrap();
    call.wait_for(Duration::from_secs(5), |what| *what == Happening::StreamAudio).await.unwrap();
    let sent = std::time::Instant::now();
    stream.send.send(Message::text(clear_message(&stream.start.stream_sid))).unwrap();
    while stream.next().await != Some(FromTwilio::Mark { name: "late".into() }) {}
    assert!(sent.elapsed() < Duration::from_millis(200));
    call.hang_up();
    call.outcome().await.unwrap();
}

#[tokio::test]
async fn the_call_goes_on_with_the_next_verb_when_the_application_closes_the_stream() {
    let mut setup = set_up("<Redirect>/after</Redirect>").await;
    setup.application.document("/after", "<Hangup/>");
    let (call, stream) = setup.open(CustomerScript::silent(CALLER)).await;
    stream.send.send(Message::Close(None)).unwrap();
    let outcome = call.outcome().await.unwrap();
    assert_eq!(setup.application.webhooks("/after").len(), 1);
    assert_eq!(outcome.ended_by, EndedBy::Document);
    assert!(outcome.first(|what| *what == Happening::StreamClosed { by: "application" }).is_some());
}

#[tokio::test]
async fn a_broken_connection_is_an_error_and_the_call_goes_on() {
    let mut setup = set_up("<Redirect>/after</Redirect>").await;
    setup.application.document("/after", "<Hangup/>");
    let break_stream_after = Some(Duration::from_millis(300));
    setup.simulator.misbehave(Misbehaviour { break_stream_after, ..Default::default() });
    let (call, mut stream) = setup.open(CustomerScript::silent(CALLER)).await;
    let mut last = None;
    while let Some(message) = stream.next().await {
        last = Some(message);
    }
    assert!(matches!(last, Some(FromTwilio::Media(_))), "no stop message: {last:?}");
    call.outcome().await.unwrap();
    assert_eq!(setup.application.webhooks("/after").len(), 1);
    let told = setup.application.expect("/stream-status", 2).await;
    assert_eq!(told[1].field("StreamEvent"), "stream-error");
    assert_eq!(setup.simulator.debugger()[0].code, 31921);
}

#[tokio::test]
async fn a_stream_that_cannot_be_opened_is_named_in_the_debugger() {
    let (application, _streams) = Application::start().await;
    let simulator = application.simulator(|_| {}).await;
    for url in ["ws://192.0.2.1/stream", "ws://127.0.0.1:9/stream", "ws://127.0.0.1/s?x=1"] {
        application.document("/voice", &format!("<Connect><Stream url=\"{url}\"/></Connect>"));
        let call = simulator.place_inbound_call(CALLER, NUMBER, CustomerScript::silent(CALLER)).unwrap();
        call.outcome().await.unwrap();
    }
    assert_eq!(simulator.debugger().iter().map(|entry| entry.code).collect::<Vec<_>>(), [31920; 3]);
}

#[tokio::test]
async fn wrong_messages_are_named_and_do_not_end_the_call() {
    let mut setup = set_up("").await;
    let (call, mut stream) = setup.open(CustomerScript::silent(CALLER)).await;
    stream.send.send(Message::text("not json")).unwrap();
    call.wait_for(Duration::from_secs(5), |what| matches!(what, Happening::Error { code: 31951, .. })).await.unwrap();
    while !matches!(stream.next().await.unwrap(), FromTwilio::Media(_)) {}
    call.hang_up();
    call.outcome().await.unwrap();
}

#[tokio::test]
async fn a_conversation_runs_by_itself() {
    let mut setup = set_up("").await;
    let talks = script(
        "[[steps]]\ndo = \"listen\"\nsilence_ms = 600\ntimeout_ms = 9000\non_timeout = \"hang_up\"\n[[steps]]\ndo = \"say\"\nline = \"vikram-1\"\n[[steps]]\ndo = \"hang_up\"\n",
    );
    let (call, stream) = setup.open(talks).await;
    stream.play(&mulaw(&voices::line("rohan-6").unwrap().pcm()));
    let outcome = call.outcome().await.unwrap();
    assert_eq!(outcome.ended_by, EndedBy::Customer);
    assert_eq!(outcome.customer.lines.len(), 1);
    let (heard, said) = (outcome.customer.heard_speech[0], &outcome.customer.lines[0]);
    assert!((600..750).contains(&(said.start_ms - heard.end_ms)), "{heard:?} {said:?}");
}
