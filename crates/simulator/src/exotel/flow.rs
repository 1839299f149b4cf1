//! The account's flow: Passthru, Greeting, Voicebot, Passthru, and the end.

use std::time::Duration;

use super::{
    call::{Ended, Happening, LiveCall, Order, Over},
    config::Misbehaviour,
};
use crate::{
    FRAME_MS, FRAME_SAMPLES, SILENCE,
    twilio::{Answer, Destination},
};

/// A flow that the application never leaves is left after so many turns.
const MOST_TURNS: u32 = 20;
const MS_PER_CHARACTER: u64 = 70;

impl LiveCall {
    /// Until the call is over.
    pub async fn run_flow(&mut self) -> Ended {
        match self.flow().await {
            Ok(ended) | Err(Over(ended)) => ended,
        }
    }

    async fn flow(&mut self) -> Result<Ended, Over> {
        let flow = self.account.lock().flow.clone();
        if let Some(url) = &flow.passthru
            && self.passthru("passthru", url, Vec::new()).await? != 200
        {
            return Ok(Ended::Flow);
        }
        if let Some(url) = &flow.greeting {
            self.greet(url).await?;
        }
        for _ in 0..MOST_TURNS {
            let Some(url) = &flow.voicebot else { return Ok(Ended::Flow) };
            let by = self.voicebot(url).await?;
            let Some(after) = &flow.after_voicebot else { return Ok(Ended::Flow) };
            let told = vec![
                ("Stream[StreamSID]".to_owned(), "s1".to_owned()),
                ("Stream[Status]".to_owned(), "completed".to_owned()),
                ("Stream[DisconnectedBy]".to_owned(), by.to_owned()),
            ];
            if self.passthru("after_voicebot", after, told).await? == 200 {
                return Ok(Ended::Flow);
            }
        }
        Ok(Ended::Application("the flow goes round and round".to_owned()))
    }

    /// The customer is rung, then goes through the flow.
    pub async fn run_outbound_flow(&mut self, to: Option<&Destination>, order: &Order) -> (Ended, &'static str) {
        if let Err(status) = self.ring(to, order.ring).await {
            self.report(order, "terminal", status).await;
            return (Ended::NotAnswered, status);
        }
        self.lift();
        let ended = self.run_flow().await;
        self.report(order, "terminal", "completed").await;
        (ended, "completed")
    }

    /// Exotel's word for a telephone that was not taken up.
    pub async fn ring(&mut self, to: Option<&Destination>, longest: Duration) -> Result<(), &'static str> {
        let Some(to) = to else { return Err("failed") };
        let rings = Duration::from_millis(to.ring_ms);
        let skip = self.account.config.skip_waiting;
        let wait = |span: Duration| tokio::time::sleep(if skip { Duration::ZERO } else { span });
        match to.answer {
            Answer::Fails => Err("failed"),
            Answer::Never => {
                wait(longest).await;
                Err("no-answer")
            }
            Answer::Busy => {
                wait(rings.min(longest)).await;
                Err("busy")
            }
            Answer::Picks if rings > longest => {
                wait(longest).await;
                Err("no-answer")
            }
            Answer::Picks => {
                wait(rings).await;
                Ok(())
            }
        }
    }

    /// 200 is the first branch; everything else, no answer included, the second.
    async fn passthru(&mut self, applet: &'static str, url: &str, more: Vec<(String, String)>) -> Result<u16, Over> {
        let behaviour = self.account.behaviour();
        let mut fields = self.see().fields();
        fields.extend(more);
        if !self.keys.is_empty() {
            let keys: String = self.keys.drain(..).collect();
            fields.push(("digits".to_owned(), format!("\"{keys}\"")));
        }
        let account = std::sync::Arc::clone(&self.account);
        let url = url.to_owned();
        let asked = async move {
            account.travel().await;
            if behaviour.forged_requests {
                forge(&account.http, &url, &fields).await;
            }
            let mut last = ask(&account.http, &url, &fields, &behaviour).await;
            if behaviour.duplicate_reports {
                last = ask(&account.http, &url, &fields, &behaviour).await.or(last);
            }
            last
        };
        let status = match self.meanwhile(asked).await? {
            Ok(status) => status,
            Err(error) => {
                self.account.complain(format!("{applet}: {error}"));
                0
            }
        };
        self.note(Happening::Asked { applet, status });
        Ok(status)
    }

    /// HEAD, then GET; the text is spoken.
    async fn greet(&mut self, url: &str) -> Result<(), Over> {
        let fields = self.see().fields();
        let (account, url) = (std::sync::Arc::clone(&self.account), url.to_owned());
        let asked = async move {
            account.travel().await;
            let head = account.http.head(&url).query(&fields).send().await?;
            let get = account.http.get(&url).query(&fields).send().await?;
            let kind = |response: &reqwest::Response| {
                response
                    .headers()
                    .get("content-type")
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default()
                    .to_owned()
            };
            let (before, after, status) = (kind(&head), kind(&get), get.status().as_u16());
            Ok::<_, reqwest::Error>((before, after, status, get.text().await?))
        };
        match self.meanwhile(asked).await? {
            Ok((before, after, 200, text)) => {
                if before != after || after != "text/plain" {
                    self.account
                        .complain(format!("greeting: HEAD says {before:?}, GET {after:?}; expected text/plain"));
                }
                self.note(Happening::Asked { applet: "greeting", status: 200 });
                self.note(Happening::Greeting { text: text.clone() });
                let long = text.trim().chars().count() as u64 * MS_PER_CHARACTER;
                let frames = if self.account.config.skip_waiting { 1 } else { long / FRAME_MS };
                for _ in 0..frames {
                    self.frame(&SILENCE, false).await?;
                }
            }
            Ok((_, _, status, _)) => self.account.complain(format!("greeting: HTTP {status}")),
            Err(error) => self.account.complain(format!("greeting: {error}")),
        }
        Ok(())
    }

    /// What was said when the call began, after it has ended.
    async fn tell_again(&self, behaviour: &Misbehaviour) {
        let Some(url) = self.account.lock().flow.passthru.clone() else { return };
        match ask(&self.account.http, &url, &self.see().fields(), behaviour).await {
            Ok(status) => self.note(Happening::Asked { applet: "passthru, again", status }),
            Err(error) => self.account.complain(format!("passthru, again: {error}")),
        }
    }

    /// Reports the end as the flow's last, asynchronous Passthru does.
    pub async fn tell_end(&mut self, ended: &Ended) {
        let (url, behaviour) = {
            let state = self.account.lock();
            (state.flow.ended.clone(), state.misbehaviour.clone())
        };
        self.account.travel().await;
        if behaviour.stale_reports {
            self.tell_again(&behaviour).await;
        }
        let Some(url) = url.filter(|_| !behaviour.no_final_report) else { return };
        if let Some(late) = behaviour.late_reports {
            tokio::time::sleep(late).await;
        }
        let mut fields = self.see().fields();
        for (key, value) in &mut fields {
            match key.as_str() {
                "CallType" if *ended == Ended::Customer => *value = "client-hangup".to_owned(),
                "CallType" => *value = "completed".to_owned(),
                "EndTime" => *value = super::words::time(jiff::Timestamp::now()),
                _ => {}
            }
        }
        let times = if behaviour.duplicate_reports { 2 } else { 1 };
        for _ in 0..times {
            match ask(&self.account.http, &url, &fields, &behaviour).await {
                Ok(status) => self.note(Happening::Asked { applet: "ended", status }),
                Err(error) => self.account.complain(format!("ended: {error}")),
            }
        }
    }
}

async fn ask(
    http: &reqwest::Client,
    url: &str,
    fields: &[(String, String)],
    behaviour: &Misbehaviour,
) -> Result<u16, reqwest::Error> {
    let request = if behaviour.passthru_posts_json {
        let body: serde_json::Map<_, _> =
            fields.iter().map(|(key, value)| (key.clone(), serde_json::Value::from(value.as_str()))).collect();
        http.post(url).json(&body)
    } else {
        http.get(url).query(fields)
    };
    Ok(request.send().await?.status().as_u16())
}

/// What somebody sends who knows the address and not its secret.
async fn forge(http: &reqwest::Client, url: &str, fields: &[(String, String)]) {
    let mut parts: Vec<&str> = url.split('/').collect();
    let secret = parts.len().saturating_sub(2);
    if let Some(part) = parts.get_mut(secret) {
        *part = "guess";
    }
    let _refused = http.get(parts.join("/")).query(fields).send().await;
}

/// Sound of the account's own: a frame of it, or silence after its end.
pub fn piece(pcm: &[i16], at: usize) -> crate::Frame {
    let mut frame = SILENCE;
    let end = pcm.len().min(at + FRAME_SAMPLES);
    if at < end {
        frame[..end - at].copy_from_slice(&pcm[at..end]);
    }
    frame
}
