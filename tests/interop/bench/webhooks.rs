//! How soon webhooks are answered, and whether rightly: half are calls that come in, half reports of calls that have ended; one in
//! twenty comes twice, one in fifty is forged. They come at their times however slow the answers are, and the wait counts from there.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::role::Role;
use switchboard_tests::{
    Engine, TestServer,
    carrier::{CUSTOMER, NUMBER, Said, TestCarrier},
};

use super::{Size, at};

/// A report comes so many requests after its call.
const LATER: u32 = 401;

struct Answered {
    call: u32,
    forged: bool,
    is_call: bool,
    /// When it was due, in seconds since the beginning.
    due_s: f64,
    millis: f64,
    said: Said,
}

/// From so many milliseconds on an answer is told of by itself.
const SLOW: f64 = 30.0;
/// Slow answers whose times are closer than this belong together, in seconds.
const TOGETHER: f64 = 0.3;
/// So many of the worst moments are told.
const TOLD: usize = 12;

/// Moments in which answers were slow: when, how many, and the slowest.
fn slow_moments(answers: &[Answered]) -> Vec<(f64, usize, f64)> {
    let mut slow: Vec<(f64, f64)> =
        answers.iter().filter(|answer| answer.millis > SLOW).map(|answer| (answer.due_s, answer.millis)).collect();
    slow.sort_by(|a, b| a.0.total_cmp(&b.0));
    let together = slow.chunk_by(|a, b| b.0 - a.0 < TOGETHER);
    let mut moments: Vec<_> =
        together.map(|all| (all[0].0, all.len(), all.iter().map(|(_, millis)| *millis).fold(0.0, f64::max))).collect();
    moments.sort_by(|a, b| b.2.total_cmp(&a.2));
    moments
}

async fn ask(carrier: &TestCarrier, call: u32, is_call: bool) -> Said {
    let sid = format!("CA{call:032x}");
    if is_call { carrier.voice(&sid, CUSTOMER, NUMBER).await } else { carrier.status(&sid, "completed", "1").await }
}

/// Answers that are not as they have to be.
fn wrong(answers: &[Answered]) -> usize {
    let mut first: HashMap<u32, &str> = HashMap::new();
    let mut wrong = 0;
    for answer in answers {
        let (status, document) = (answer.said.status.as_u16(), answer.said.document.as_str());
        let right = match (answer.forged, answer.is_call) {
            (true, _) => status == 403,
            // A copy is answered as the first one.
            (false, true) => status == 200 && *first.entry(answer.call).or_insert(document) == document,
            (false, false) => (200..300).contains(&status),
        };
        if !right && wrong < 5 {
            println!("call {}, forged: {}: {status} {document}", answer.call, answer.forged);
        }
        wrong += usize::from(!right);
    }
    wrong
}

pub async fn run(size: Size) {
    let server = TestServer::start_on(Engine::Sqlite, false).await;
    let admin = server.tenant("owner").await;
    let (_, agent) = server.user(&admin, "owner", Role::Telecaller).await;
    let carrier = Arc::new(TestCarrier::of(&server, &admin, &[agent]).await);
    let forger = Arc::new(carrier.with_token("a guess"));
    let (a_second, seconds) = size.of((50_u32, 12), (200, 30));
    let began = Instant::now();
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..a_second * seconds {
        let due = began + Duration::from_secs_f64(f64::from(n) / f64::from(a_second));
        tokio::time::sleep_until(due.into()).await;
        let is_call = n % 2 == 0 || n < LATER;
        let call = if is_call { n } else { n - LATER };
        let forged = n % 50 == 17;
        let who = Arc::clone(if forged { &forger } else { &carrier });
        let times = if !forged && n % 20 == 4 { 2 } else { 1 };
        for _ in 0..times {
            let who = Arc::clone(&who);
            asked.spawn(async move {
                let said = ask(&who, call, is_call).await;
                let due_s = due.duration_since(began).as_secs_f64();
                Answered { call, forged, is_call, due_s, millis: due.elapsed().as_secs_f64() * 1_000.0, said }
            });
        }
    }
    let answers = asked.join_all().await;
    let mut times: Vec<f64> = answers.iter().map(|answer| answer.millis).collect();
    times.sort_by(f64::total_cmp);
    println!(
        "webhooks at {a_second} a second, 5 % doubled, 2 % forged; goal: p99 of 50 ms at 200 a second, no wrong answer"
    );
    println!(
        "{} answers: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms; wrong: {}",
        times.len(),
        at(&times, 0.5),
        at(&times, 0.99),
        at(&times, 1.0),
        wrong(&answers),
    );
    for (at, count, worst) in slow_moments(&answers).into_iter().take(TOLD) {
        println!("  after {at:.2} s: {count} answers took more than {SLOW} ms, the slowest {worst:.0} ms");
    }
    server.stop().await;
}
