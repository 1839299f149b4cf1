//! `<Gather>`: collects keys while prompts play.

use std::time::Duration;

use super::{document::Gather, execute::Next, line::Stop, live_call::LiveCall, outcome::Happening, webhooks::Fields};

/// Keys so far, and whether they are complete.
#[derive(Debug, Default)]
struct Keys {
    digits: String,
    finished_on: Option<char>,
}

impl Keys {
    /// Whether this key completes the input.
    fn add(&mut self, key: char, gather: &Gather) -> bool {
        if gather.finish_on_key == Some(key) {
            self.finished_on = Some(key);
            return true;
        }
        self.digits.push(key);
        gather.num_digits.is_some_and(|wanted| self.digits.len() >= wanted)
    }
}

impl LiveCall {
    pub async fn gather(&mut self, gather: &Gather, base: &str) -> Result<Next, Stop> {
        if !gather.keys {
            self.complain(12200, "<Gather> of speech is not simulated: nothing will be heard");
        }
        for prompt in &gather.prompts {
            self.prompt(prompt, base, gather.keys).await?;
            if gather.keys && self.line.has_keys() {
                break;
            }
        }
        let keys = self.collect(gather).await?;
        if keys.digits.is_empty() && keys.finished_on.is_none() && !gather.action_on_empty_result {
            return Ok(Next::Verb);
        }
        self.note(Happening::Keys { digits: keys.digits.clone() });
        let fields: Fields = vec![
            ("msg".to_owned(), "Gather End".to_owned()),
            ("Digits".to_owned(), keys.digits),
            ("FinishedOnKey".to_owned(), keys.finished_on.map(String::from).unwrap_or_default()),
        ];
        let action = gather.action.as_deref().unwrap_or_default();
        self.go_to(base, action, gather.method, fields).await.map(Next::Document)
    }

    async fn collect(&mut self, gather: &Gather) -> Result<Keys, Stop> {
        const FRAME: Duration = Duration::from_millis(crate::FRAME_MS);
        let mut keys = Keys::default();
        let mut quiet = Duration::ZERO;
        while quiet < Duration::from_secs(gather.timeout_s) {
            while let Some(key) = self.line.take_key() {
                quiet = Duration::ZERO;
                if gather.keys && keys.add(key, gather) {
                    return Ok(keys);
                }
            }
            self.line.silence(FRAME).await?;
            quiet += FRAME;
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::document::{Verb, parse};

    fn gather(attributes: &str) -> Gather {
        let document = parse(&format!("<Response><Gather {attributes}/></Response>"), "http://a.example/").unwrap();
        match document.verbs.into_iter().next() {
            Some(Verb::Gather(gather)) => gather,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_finishing_key_is_not_a_digit() {
        let mut keys = Keys::default();
        let gather = gather("");
        assert!(!keys.add('4', &gather));
        assert!(!keys.add('*', &gather));
        assert!(keys.add('#', &gather));
        assert_eq!((keys.digits.as_str(), keys.finished_on), ("4*", Some('#')));
    }

    #[test]
    fn the_last_wanted_digit_completes_the_input() {
        let mut keys = Keys::default();
        let gather = gather("numDigits=\"2\" finishOnKey=\"\"");
        assert!(!keys.add('#', &gather));
        assert!(keys.add('1', &gather));
        assert_eq!((keys.digits.as_str(), keys.finished_on), ("#1", None));
    }
}
