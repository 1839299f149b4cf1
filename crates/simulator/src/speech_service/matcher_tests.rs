use media::codec::{EncoderSettings, MAX_PACKET, OpusDecoder, OpusEncoder};

use super::*;

/// The lines one after the other with pauses, and the second at which each begins.
fn spoken(ids: &[&str], pause_ms: usize) -> (Vec<i16>, Vec<f64>) {
    let mut pcm = vec![0; 4_000];
    let mut starts = Vec::new();
    for id in ids {
        starts.push(pcm.len() as f64 / 8_000.0);
        pcm.extend(voices::line(id).unwrap().pcm());
        pcm.resize(pcm.len() + pause_ms * 8, 0);
    }
    (pcm, starts)
}

fn ids(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(|said| said.line.unwrap_or("?")).collect()
}

/// A repeatable hiss of this amplitude.
fn noise(amplitude: i16) -> impl Iterator<Item = i16> {
    let mut state = 12_345_u32;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as i16 as i32 * i32::from(amplitude) / 32_768) as i16
    })
}

const ASHA: [&str; 6] = ["asha-1", "asha-2", "asha-3", "asha-4", "asha-5", "asha-6"];

#[test]
fn every_line_is_recognised_as_itself_and_nothing_else() {
    for line in voices::all() {
        let (pcm, _) = spoken(&[line.id], 500);
        let heard = listen(&pcm);
        assert_eq!(ids(&heard), [line.id]);
        assert_eq!(heard[0].text, line.text);
        assert!(heard[0].likeness > 0.95, "{}: {}", line.id, heard[0].likeness);
    }
}

#[test]
fn a_conversation_gives_its_lines_at_the_times_at_which_they_were_said() {
    let (pcm, starts) = spoken(&ASHA, 3_000);
    let heard = listen(&pcm);
    assert_eq!(ids(&heard), ASHA);
    for (said, start) in heard.iter().zip(starts) {
        assert!((said.start_s - start).abs() < 0.1, "{} at {} instead of {start}", said.text, said.start_s);
        let length = voices::line(said.line.unwrap()).unwrap().duration_ms() as f64 / 1000.0;
        assert!((said.end_s - said.start_s - length).abs() < 0.1);
    }
}

#[test]
fn quiet_lines_with_noise_are_recognised() {
    let (pcm, _) = spoken(&["rohan-1", "rohan-2", "agent-asha-1"], 1_500);
    let dim: Vec<i16> = pcm.iter().zip(noise(60)).map(|(sample, hiss)| sample / 4 + hiss).collect();
    assert_eq!(ids(&listen(&dim)), ["rohan-1", "rohan-2", "agent-asha-1"]);
}

#[test]
fn lines_that_went_through_opus_are_recognised() {
    let (pcm, _) = spoken(&["asha-2", "rohan-5", "vikram-2"], 1_200);
    let mut encoder = OpusEncoder::new(EncoderSettings::voice(8_000)).unwrap();
    let mut decoder = OpusDecoder::new(8_000, 1).unwrap();
    let frame = encoder.settings().frame_samples();
    let mut decoded = Vec::new();
    for chunk in pcm.chunks_exact(frame) {
        let mut packet = [0; MAX_PACKET];
        let length = encoder.encode(chunk, &mut packet).unwrap();
        let mut out = vec![0; frame];
        let samples = decoder.decode(&packet[..length], &mut out).unwrap();
        decoded.extend_from_slice(&out[..samples]);
    }
    assert_eq!(ids(&listen(&decoded)), ["asha-2", "rohan-5", "vikram-2"]);
}

#[test]
fn lines_that_a_jitter_buffer_stretched_and_shrank_are_recognised() {
    let (mut pcm, _) = spoken(&["asha-1", "asha-4"], 1_500);
    let hole: Vec<i16> = vec![0; 320];
    pcm.splice(20_000..20_000, hole);
    pcm.drain(32_000..32_160);
    pcm.drain(70_000..70_240);
    assert_eq!(ids(&listen(&pcm)), ["asha-1", "asha-4"]);
}

#[test]
fn a_line_whose_end_was_held_up_is_one_line() {
    let (mut pcm, _) = spoken(&["asha-4", "asha-5"], 2_000);
    let held_up = 4_000 + voices::line("asha-4").unwrap().pcm().len() * 85 / 100;
    pcm.splice(held_up..held_up, vec![0; 2_800]);
    assert_eq!(ids(&listen(&pcm)), ["asha-4", "asha-5"]);
}

#[test]
fn speech_that_nobody_recorded_is_unknown_with_its_times() {
    // Played backwards a line has the same voice and no known words.
    let mut pcm = voices::line("asha-1").unwrap().pcm();
    pcm.reverse();
    let mut audio = vec![0; 8_000];
    audio.extend(&pcm);
    audio.resize(audio.len() + 16_000, 0);
    audio.extend(voices::line("asha-3").unwrap().pcm());
    let heard = listen(&audio);
    assert_eq!(heard.last().unwrap().line, Some("asha-3"));
    assert_eq!((heard.len(), heard[0].text.as_str()), (2, UNKNOWN_SPEECH));
    assert!((heard[0].start_s - 1.0).abs() < 0.2, "{heard:?}");
    assert!((heard[0].end_s - 1.0 - pcm.len() as f64 / 8_000.0).abs() < 0.4, "{heard:?}");
}

#[test]
fn a_line_that_is_cut_off_gives_the_words_that_were_said() {
    let (pcm, _) = spoken(&["asha-2"], 0);
    let heard = listen(&pcm[..4_000 + voices::line("asha-2").unwrap().pcm().len() * 3 / 4]);
    assert_eq!(ids(&heard), ["asha-2"]);
    assert!(voices::line("asha-2").unwrap().text.starts_with(&heard[0].text));
    assert!(heard[0].text.len() < voices::line("asha-2").unwrap().text.len());
}

#[test]
fn silence_noise_and_music_are_no_speech() {
    assert_eq!(listen(&[]), []);
    assert_eq!(listen(&vec![0; 80_000]), []);
    assert_eq!(listen(&noise(8).take(80_000).collect::<Vec<_>>()), []);
    assert_eq!(listen(&media::tones::hold_music(8_000)), []);
    assert_eq!(listen(&media::tones::ringback(8_000)), []);
}
