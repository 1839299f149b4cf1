//! Carries out documents, verb by verb.

use std::time::Duration;

use super::{
    document::{self, Document, Method, Verb},
    handle::Instructions,
    line::Stop,
    live_call::LiveCall,
    outcome::{EndedBy, Happening},
    webhooks::{Failure, Fields},
};
use crate::{audio, customer::tone, voices};

/// What an announcement without a voice of its own sounds like.
const MURMUR_HZ: f32 = 320.0;
const MURMUR_DBFS: f32 = -38.0;
/// Speech of about 150 words a minute.
const MS_PER_CHARACTER: u64 = 70;
/// Samples between sentences: 300 ms.
const SENTENCE_PAUSE: usize = 2_400;

/// What comes after a verb.
pub enum Next {
    Verb,
    Document(Document),
}

impl LiveCall {
    /// Runs until the call is over.
    pub async fn run_documents(&mut self, mut document: Document) -> EndedBy {
        loop {
            let next = match self.run_document(&document).await {
                Ok(next) => Ok(next),
                Err(Stop::Replace(instructions)) => {
                    self.note(Happening::Redirected);
                    self.follow(instructions).await
                }
                Err(Stop::End(ended)) => Err(ended),
            };
            document = match next {
                Ok(next) => next,
                Err(ended) => return ended,
            };
        }
    }

    /// The document to which the application sent the call.
    pub async fn follow(&mut self, mut instructions: Instructions) -> Result<Document, EndedBy> {
        loop {
            match instructions {
                Instructions::Inline(document) => return Ok(document),
                Instructions::Url { url, method } => match self.fetch(&url, method, Vec::new()).await {
                    Ok(document) => return Ok(document),
                    Err(Stop::Replace(newer)) => instructions = newer,
                    Err(Stop::End(ended)) => return Err(ended),
                },
            }
        }
    }

    async fn run_document(&mut self, document: &Document) -> Result<Document, Stop> {
        for verb in &document.verbs {
            match self.run_verb(verb, &document.url).await? {
                Next::Verb => {}
                Next::Document(next) => return Ok(next),
            }
        }
        Err(Stop::End(EndedBy::Document))
    }

    async fn run_verb(&mut self, verb: &Verb, base: &str) -> Result<Next, Stop> {
        match verb {
            Verb::Say { .. } | Verb::Play { .. } | Verb::PlayDigits(_) | Verb::Pause { .. } => {
                self.prompt(verb, base, false).await?;
                Ok(Next::Verb)
            }
            Verb::Gather(gather) => {
                self.note(Happening::Verb("Gather"));
                self.gather(gather, base).await
            }
            Verb::Dial(dial) => {
                self.note(Happening::Verb("Dial"));
                self.dial(dial, base).await
            }
            Verb::Connect(connect) => {
                self.note(Happening::Verb("Connect"));
                self.connect(connect, base).await
            }
            Verb::Redirect { url, method } => {
                self.note(Happening::Verb("Redirect"));
                self.go_to(base, url, *method, Vec::new()).await.map(Next::Document)
            }
            // Reject has no meaning once the call was answered.
            Verb::Hangup | Verb::Reject { .. } => {
                self.note(Happening::Verb("Hangup"));
                Err(Stop::End(EndedBy::Document))
            }
            Verb::NotSimulated { name } => {
                self.complain(12200, &format!("<{name}> is not simulated and was passed over"));
                Ok(Next::Verb)
            }
        }
    }

    /// Say, Play and Pause; with `until_key` a key ends them.
    pub async fn prompt(&mut self, verb: &Verb, base: &str, until_key: bool) -> Result<(), Stop> {
        let (name, pcm, times) = match verb {
            Verb::Say { text, times } => ("Say", spoken(text), *times),
            Verb::Play { url, times } => ("Play", self.fetch_sound(base, url).await?, *times),
            Verb::PlayDigits(digits) => ("Play", key_tones(digits), 1),
            Verb::Pause { seconds } => {
                self.note(Happening::Verb("Pause"));
                return self.pause(*seconds, until_key).await;
            }
            // Only these may be prompts of a Gather.
            _ => return Ok(()),
        };
        self.note(Happening::Verb(name));
        for _ in 0..times {
            if pcm.is_empty() {
                break;
            }
            self.line.play(&pcm, until_key).await?;
            if until_key && self.line.has_keys() {
                break;
            }
        }
        Ok(())
    }

    async fn pause(&mut self, seconds: u64, until_key: bool) -> Result<(), Stop> {
        for _ in 0..seconds * 50 {
            self.line.silence(Duration::from_millis(20)).await?;
            if self.account.config.pace == super::Pace::SkipWaiting || (until_key && self.line.has_keys()) {
                break;
            }
        }
        Ok(())
    }

    async fn fetch_sound(&mut self, base: &str, url: &str) -> Result<Vec<i16>, Stop> {
        let fetched = match document::absolute(base, url) {
            Ok(url) => {
                let account = std::sync::Arc::clone(&self.account);
                self.line.meanwhile(async move { account.webhooks.send(&url, Method::Get, Vec::new()).await }).await?
            }
            Err(message) => Err(Failure { code: 11100, message }),
        };
        let sound = fetched.and_then(|answer| match answer.status {
            200..300 if !is_sound(&answer.content_type) => Err(Failure {
                code: 12300,
                message: format!("{url} answered with the content type {:?}", answer.content_type),
            }),
            200..300 => {
                audio::to_line(&answer.body).map_err(|error| Failure { code: 12400, message: error.to_string() })
            }
            status => Err(Failure { code: 11200, message: format!("{url} answered HTTP {status}") }),
        });
        match sound {
            Ok(pcm) => Ok(pcm),
            Err(failure) => {
                self.complain(failure.code, &failure.message);
                Ok(Vec::new())
            }
        }
    }

    /// Asks the application for the next document; `url` may be relative to the current one.
    pub async fn go_to(&mut self, base: &str, url: &str, method: Method, extra: Fields) -> Result<Document, Stop> {
        // An empty URL means the current one.
        let target = if url.is_empty() { Ok(base.to_owned()) } else { document::absolute(base, url) };
        match target {
            Ok(url) => self.fetch(&url, method, extra).await,
            Err(message) => self.give_up(Failure { code: 11100, message }).await,
        }
    }

    /// Asks, then asks the fallback URL, then apologises and hangs up.
    pub async fn fetch(&mut self, url: &str, method: Method, extra: Fields) -> Result<Document, Stop> {
        let failure = match self.ask(url, method, extra.clone()).await? {
            Ok(document) => return Ok(document),
            Err(failure) => failure,
        };
        self.complain(failure.code, &failure.message);
        // Once a call: a fallback that leads back to what fails would go round for ever.
        let Some(fallback) = self.fallback_url.take().filter(|fallback| fallback != url) else {
            return self.give_up(failure).await;
        };
        let mut fields = extra;
        fields.push(("ErrorCode".to_owned(), failure.code.to_string()));
        fields.push(("ErrorUrl".to_owned(), url.to_owned()));
        match self.ask(&fallback, Method::Post, fields).await? {
            Ok(document) => Ok(document),
            Err(failure) => self.give_up(failure).await,
        }
    }

    async fn ask(&mut self, url: &str, method: Method, extra: Fields) -> Result<Result<Document, Failure>, Stop> {
        let mut fields = self.account.webhooks.call_fields(&self.record());
        fields.extend(extra);
        let account = std::sync::Arc::clone(&self.account);
        let target = url.to_owned();
        let work = async move { account.webhooks.send(&target, method, fields).await };
        match self.line.meanwhile(work).await? {
            Ok(answer) => {
                let (status, took_ms) = (answer.status, answer.took_ms);
                self.note(Happening::WebhookAnswered { url: url.to_owned(), status, took_ms });
                Ok(answer.document(url))
            }
            Err(failure) => Ok(Err(failure)),
        }
    }

    async fn give_up(&mut self, failure: Failure) -> Result<Document, Stop> {
        let apology = spoken("We are sorry, an application error has occurred. Goodbye.");
        self.line.play(&apology, false).await?;
        Err(Stop::End(EndedBy::ApplicationError { code: failure.code }))
    }
}

/// Of those that `<Play>` takes (<https://www.twilio.com/docs/voice/twiml/play>), the ones that are read here.
fn is_sound(content_type: &str) -> bool {
    matches!(content_type, "audio/wav" | "audio/wave" | "audio/x-wav")
}

/// The voice that says this text, sentence by sentence, or a murmur of the right length where there is none.
pub fn spoken(text: &str) -> Vec<i16> {
    if let Some(line) = voices::line_saying(text) {
        return line.pcm();
    }
    let mut pcm = Vec::new();
    for sentence in text.split_inclusive(['.', '!', '?']).filter(|sentence| !sentence.trim().is_empty()) {
        match voices::line_saying(sentence) {
            Some(line) => pcm.extend(line.pcm()),
            None => pcm.extend(tone(MURMUR_HZ, sentence.chars().count() as u64 * MS_PER_CHARACTER, MURMUR_DBFS)),
        }
        pcm.resize(pcm.len() + SENTENCE_PAUSE, 0);
    }
    pcm
}

pub fn key_tones(digits: &str) -> Vec<i16> {
    let keys = digits.chars().filter_map(media::dtmf::Digit::from_char);
    media::dtmf::tones(keys, crate::LINE_RATE)
}
