//! One direction of a call over a bad path, as the product does it, from one file into another. Everything is played
//! twice, and the second playing is written: by then both ends know the path.
//!
//! `cargo run --release -p switchboard-media --example lossy_call -- in.wav out.wav loss=0.2 burst=3 jitter=15 seed=1`
//!
//! Both files are mono, 48 kHz, 16 bits. Figures go to standard output as one line of JSON.

#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/path/mod.rs"]
mod path;

use std::{error::Error, io::Write as _, time::Duration};

use path::{BLOCK, Call, HEADERS, Weather};
use switchboard_media::frame::FULLBAND;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, rest @ ..] = arguments.as_slice() else {
        return Err(
            "usage: lossy_call in.wav out.wav [loss=0..1] [burst=n] [jitter=ms] [seed=n] [red=0|1] [short=0|1]".into(),
        );
    };
    let setting = |name: &str, default: f64| {
        rest.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok()).unwrap_or(default)
    };
    let mut reader = hound::WavReader::open(input)?;
    if reader.spec().sample_rate != FULLBAND || reader.spec().channels != 1 {
        return Err("the input has to be mono at 48 kHz".into());
    }
    let said: Vec<f32> =
        reader.samples::<i16>().map(|s| s.map(|s| f32::from(s) / 32_768.0)).collect::<Result<_, _>>()?;
    let weather = Weather {
        loss: setting("loss", 0.0),
        burst: setting("burst", 1.0),
        jitter: Duration::from_secs_f64(setting("jitter", 0.0) / 1_000.0),
        longest: Duration::from_millis(200),
        ..Weather::default()
    };
    let (red, short) = (setting("red", 1.0) > 0.0, setting("short", 1.0) > 0.0);
    let mut call = Call::new(weather, red, short, 0.0, setting("seed", 1.0) as u64)?;
    let mut heard = Vec::new();
    for block in said.chunks_exact(BLOCK) {
        call.pass(block, &mut heard)?;
    }
    heard.clear();
    let before = call.counts();
    call.traffic = path::Traffic::default();
    let mut waits = 0.0;
    for block in said.chunks_exact(BLOCK) {
        call.pass(block, &mut heard)?;
        waits += call.receiver.delay().as_secs_f64();
    }
    let (after, traffic) = (call.counts(), call.traffic);
    for _ in 0..40 {
        call.pass(&[0.0; BLOCK], &mut heard)?;
    }
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: FULLBAND,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(output, spec)?;
    for sample in &heard {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;
    let seconds = said.len() as f64 / f64::from(FULLBAND);
    let (longer, shorter) = call.receiver.stretched();
    writeln!(
        std::io::stdout(),
        "{{\"payload_kbit_s\":{:.1},\"with_headers_kbit_s\":{:.1},\"packets_s\":{:.0},\"wait_ms\":{:.0},\"played\":{},\
         \"recovered\":{},\"rebuilt\":{},\"concealed\":{},\"late\":{},\"stretched_ms\":[{},{}],\"loss_believed\":{:.3}}}",
        traffic.bits as f64 / seconds / 1_000.0,
        (traffic.bits + traffic.packets * HEADERS) as f64 / seconds / 1_000.0,
        traffic.packets as f64 / seconds,
        waits * 1_000.0 / (seconds * 100.0),
        after.played - before.played,
        after.recovered - before.recovered,
        after.rebuilt - before.rebuilt,
        after.concealed - before.concealed,
        after.late - before.late,
        longer.as_millis(),
        shorter.as_millis(),
        call.sender.loss(),
    )?;
    Ok(())
}
