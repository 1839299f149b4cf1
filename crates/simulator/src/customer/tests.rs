use super::*;
use crate::voices;

fn run(customer: &mut Customer, frames: usize, heard: &Frame) -> Vec<Tick> {
    (0..frames).map(|_| customer.tick(heard, true)).collect()
}

fn script(steps: &str) -> Arc<CustomerScript> {
    CustomerScript::from_toml(&format!("name = \"T\"\nnumber = \"+14155550100\"\n{steps}")).unwrap()
}

fn speak_to(customer: &mut Customer, line: &str) -> Vec<Tick> {
    let pcm = voices::line(line).unwrap().pcm();
    pcm.chunks_exact(FRAME_SAMPLES).map(|chunk| customer.tick(chunk.try_into().unwrap(), true)).collect()
}

#[test]
fn the_customer_answers_after_the_agent_has_finished() {
    let mut customer = Customer::new(&script(
        "[[steps]]\ndo = \"listen\"\nsilence_ms = 600\ntimeout_ms = 20000\n[[steps]]\ndo = \"say\"\nline = \"asha-1\"\n\
         [[steps]]\ndo = \"hang_up\"\n",
    ));
    let during = speak_to(&mut customer, "agent-asha-1");
    assert!(during.iter().all(|tick| tick.frame == SILENCE));
    let after = run(&mut customer, 400, &SILENCE);
    let first = after.iter().position(|tick| tick.frame != SILENCE).unwrap();
    assert!((25..=36).contains(&first), "spoke {} ms after the agent", first * 20);
    let spoken = &after[first..first + 250];
    let expected = voices::line("asha-1").unwrap().pcm();
    let said: Vec<i16> = spoken.iter().flat_map(|tick| tick.frame).collect();
    assert_eq!(said, expected[..said.len()]);
    assert!(after.iter().any(|tick| tick.hangs_up));
    assert_eq!(customer.state(), ScriptState::HungUp);
    let line = &customer.said()[0];
    assert_eq!(
        (line.line.as_str(), line.end_ms - line.start_ms),
        ("asha-1", voices::line("asha-1").unwrap().duration_ms())
    );
}

#[test]
fn an_announcement_is_not_the_agent_unless_the_script_says_so() {
    let steps = |extra: &str| {
        format!(
            "[[steps]]\ndo = \"listen\"\nsilence_ms = 400\ntimeout_ms = 60000\n{extra}[[steps]]\ndo = \"keys\"\ndigits = \"1\"\n"
        )
    };
    for (extra, pressed) in [("", false), ("announcements = true\n", true)] {
        let mut customer = Customer::new(&script(&steps(extra)));
        for chunk in voices::line("system-greeting").unwrap().pcm().chunks_exact(FRAME_SAMPLES) {
            customer.tick(chunk.try_into().unwrap(), false);
        }
        let after = run(&mut customer, 60, &SILENCE);
        assert_eq!(after.iter().any(|tick| tick.keys == ['1']), pressed, "{extra:?}");
    }
}

#[test]
fn a_customer_who_hears_nothing_gives_up() {
    let mut customer = Customer::new(&script(
        "[[steps]]\ndo = \"listen\"\ntimeout_ms = 1000\non_timeout = \"hang_up\"\n[[steps]]\ndo = \"say\"\nline = \"asha-1\"\n",
    ));
    let ticks = run(&mut customer, 60, &SILENCE);
    assert_eq!(ticks.iter().position(|tick| tick.hangs_up), Some(50));
    assert_eq!(customer.state(), ScriptState::GaveUp { step: 0 });
}

#[test]
fn a_cue_that_came_early_is_remembered() {
    let mut customer = Customer::new(&script(
        "[[steps]]\ndo = \"pause\"\nms = 100\n[[steps]]\ndo = \"await_cue\"\ncue = \"go\"\ntimeout_ms = 9000\n\
         [[steps]]\ndo = \"keys\"\ndigits = \"42#\"\n",
    ));
    customer.cue("go");
    let ticks = run(&mut customer, 40, &SILENCE);
    let pressed: Vec<_> =
        ticks.iter().enumerate().flat_map(|(n, tick)| tick.keys.iter().map(move |key| (n, *key))).collect();
    assert_eq!(pressed, [(5, '4'), (15, '2'), (25, '#')]);
    assert_eq!(customer.state(), ScriptState::Finished);
}

#[test]
fn chirps_start_on_time_and_at_their_level() {
    let mut customer = Customer::new(&script(
        "[[steps]]\ndo = \"chirps\"\nfrom_hertz = 400.0\nto_hertz = 3000.0\nms = 200\nevery_ms = 1000\ntimes = 3\nlevel_dbfs = -20.0\n",
    ));
    let ticks = run(&mut customer, 160, &SILENCE);
    let starts: Vec<usize> =
        (1..ticks.len()).filter(|n| ticks[*n].frame != SILENCE && ticks[n - 1].frame == SILENCE).collect();
    assert_eq!(starts, [50, 100]);
    let chirp: Vec<i16> = ticks[50..60].iter().flat_map(|tick| tick.frame).collect();
    assert!((media::level::rms_dbfs(&chirp) + 20.0).abs() < 0.5);
}

#[test]
fn the_bundled_customers_are_complete() {
    for script in [
        CustomerScript::asha(),
        CustomerScript::rohan(),
        CustomerScript::not_interested(),
        CustomerScript::machine(),
        CustomerScript::chirps(),
        CustomerScript::steady(),
    ] {
        script.unwrap();
    }
    assert_eq!(CustomerScript::asha().unwrap().lines().count(), 6);
    assert_eq!(CustomerScript::rohan().unwrap().lines().count(), 6);
}

#[test]
fn a_script_that_cannot_be_carried_out_is_refused() {
    let read = |steps: &str| {
        CustomerScript::from_toml(&format!("name = \"T\"\nnumber = \"+14155550100\"\n[[steps]]\n{steps}")).unwrap_err()
    };
    assert_eq!(read("do = \"say\"\nline = \"nobody\""), ScriptError::UnknownLine { step: 0, line: "nobody".into() });
    assert_eq!(read("do = \"keys\"\ndigits = \"1x\""), ScriptError::UnknownKey { step: 0, key: 'x' });
    assert!(matches!(read("do = \"tone\"\nhertz = 9000.0\nms = 1\nlevel_dbfs = -20.0"), ScriptError::OutOfBand { .. }));
    assert!(matches!(read("do = \"sing\""), ScriptError::Malformed { .. }));
    let number = CustomerScript::from_toml("name = \"T\"\nnumber = \"12\"\nsteps = []").unwrap_err();
    assert_eq!(number, ScriptError::BadNumber { number: "12".into() });
}
