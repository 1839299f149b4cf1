//! What is played to one participant of a conference, who stays in it.
//! <https://www.twilio.com/docs/voice/api/conference-participant-resource#update-a-participant-resource>

use std::sync::Arc;

use super::{
    account::Account,
    document::{self, Method, Verb},
    execute::{key_tones, spoken},
    webhooks::Failure,
};
use crate::{LINE_RATE, audio};

pub struct Announcement {
    /// SID or name.
    pub conference: String,
    pub call: String,
    pub url: String,
    pub method: Method,
}

/// Asks the application what to play, and plays it; the request that asked for it is answered before.
pub fn play_later(account: &Arc<Account>, wanted: Announcement) {
    let account = Arc::clone(account);
    tokio::spawn(async move {
        match fetch(&account, &wanted).await {
            Ok(pcm) => {
                if let Some(room) = account.rooms().room_mut(&wanted.conference) {
                    room.announce(&wanted.call, pcm);
                }
            }
            Err(failure) => account.log(&wanted.call, failure.code, &failure.message),
        }
    });
}

/// A sound file, or a document of verbs that make a sound.
async fn fetch(account: &Account, wanted: &Announcement) -> Result<Vec<i16>, Failure> {
    let fields = vec![
        ("AccountSid".to_owned(), account.config.account_sid.clone()),
        ("CallSid".to_owned(), wanted.call.clone()),
    ];
    let answer = account.webhooks.send(&wanted.url, wanted.method, fields).await?;
    if answer.content_type.starts_with("audio/") && (200..300).contains(&answer.status) {
        return audio::to_line(&answer.body).map_err(|error| Failure { code: 12400, message: error.to_string() });
    }
    let document = answer.document(&wanted.url)?;
    let mut pcm = Vec::new();
    for verb in &document.verbs {
        match verb {
            Verb::Say { text, .. } => pcm.extend(spoken(text)),
            Verb::PlayDigits(digits) => pcm.extend(key_tones(digits)),
            Verb::Pause { seconds } => pcm.resize(pcm.len() + *seconds as usize * LINE_RATE as usize, 0),
            Verb::Play { url, .. } => {
                let url = document::absolute(&document.url, url).map_err(|message| Failure { code: 11100, message })?;
                let sound = account.webhooks.send(&url, Method::Get, Vec::new()).await?;
                let line = audio::to_line(&sound.body);
                pcm.extend(line.map_err(|error| Failure { code: 12400, message: error.to_string() })?);
            }
            _ => {
                let message = "an announcement has Say, Play and Pause only".to_owned();
                return Err(Failure { code: 13238, message });
            }
        }
    }
    Ok(pcm)
}
