use std::{sync::Arc, time::Duration};

use media::g711::Law;
use providers::twilio::stream::FromTwilio;
use switchboard_simulator::{
    customer::CustomerScript,
    load::{self, LoadPlan},
    voices,
};

use crate::application::{Application, NUMBER};

/// Each customer is greeted, answers, and hangs up: twenty lines at once.
#[tokio::test]
async fn twenty_calls_at_once_all_complete_and_are_counted() {
    let (application, mut streams) = Application::start().await;
    application.document("/voice", &format!("<Connect><Stream url=\"{}\"/></Connect>", application.stream_url()));
    let simulator = application.simulator(|_| {}).await;
    let greeting: Vec<u8> =
        voices::line("rohan-6").unwrap().pcm().iter().map(|sample| Law::Pcmu.encode(*sample)).collect();
    let greeted = tokio::spawn(async move {
        let mut heard = Vec::new();
        for _ in 0..20 {
            let mut stream = streams.recv().await.unwrap();
            stream.play(&greeting);
            heard.push(tokio::spawn(async move {
                let mut audible = 0;
                while let Some(message) = stream.next().await {
                    if let FromTwilio::Media(media) = message {
                        audible += usize::from(media.payload.iter().any(|byte| Law::Pcmu.decode(*byte).abs() > 1000));
                    }
                }
                audible
            }));
        }
        let mut frames = Vec::new();
        for one in heard {
            frames.push(one.await.unwrap());
        }
        frames
    });
    let customer = CustomerScript::from_toml(
        "name = \"T\"\nnumber = \"+919800000101\"\n[[steps]]\ndo = \"listen\"\nsilence_ms = 600\ntimeout_ms = 9000\non_timeout = \"hang_up\"\n\
         [[steps]]\ndo = \"say\"\nline = \"vikram-1\"\n[[steps]]\ndo = \"hang_up\"\n",
    )
    .unwrap();
    let mut plan = LoadPlan::of(NUMBER, &[Arc::clone(&customer)], 20);
    plan.every = Duration::from_millis(50);
    plan.deadline = Duration::from_secs(30);
    let report = load::run(&simulator, &plan).await.unwrap().report;
    let counts = (report.placed, report.completed, report.script_finished, report.heard_agent, report.past_deadline);
    assert_eq!(counts, (20, 20, 20, 20, 0), "{report}");
    assert_eq!(report.statuses, [("completed", 20)]);
    assert!(report.first_word.p95 < 2_000, "{report}");
    let frames = greeted.await.unwrap();
    assert!(frames.iter().all(|audible| *audible > 20), "{frames:?}");
}

#[tokio::test]
async fn calls_past_the_deadline_are_hung_up_and_counted() {
    let (application, _streams) = Application::start().await;
    application.document("/voice", "<Pause length=\"600\"/>");
    let simulator = application.simulator(|_| {}).await;
    let mut plan = LoadPlan::of(NUMBER, &[CustomerScript::silent("+919800000101")], 2);
    plan.deadline = Duration::from_millis(500);
    let report = load::run(&simulator, &plan).await.unwrap().report;
    assert_eq!((report.placed, report.completed, report.past_deadline), (2, 0, 2));
}
