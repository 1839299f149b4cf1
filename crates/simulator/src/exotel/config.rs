//! How the simulated account is set up, and what it does wrong on purpose.

use std::{net::SocketAddr, time::Duration};

use domain::pii::Personal;

#[derive(Debug, Clone)]
pub struct Config {
    pub account_sid: String,
    pub api_key: Personal<String>,
    pub api_token: Personal<String>,
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Numbers of the account, E.164.
    pub numbers: Vec<String>,
    /// Id of the account's one flow.
    pub flow_id: String,
    /// Greetings and ringing take no time.
    pub skip_waiting: bool,
    pub longest_call: Duration,
}

impl Config {
    /// A free port of the loopback, no numbers yet.
    pub fn on_loopback(account_sid: &str, api_key: &str, api_token: &str) -> Self {
        Self {
            account_sid: account_sid.to_owned(),
            api_key: Personal::new(api_key.to_owned()),
            api_token: Personal::new(api_token.to_owned()),
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            numbers: Vec::new(),
            flow_id: "123456".to_owned(),
            skip_waiting: false,
            longest_call: Duration::from_secs(30 * 60),
        }
    }
}

/// Addresses that the account's flow asks; an applet without one is not in the flow.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    pub passthru: Option<String>,
    pub greeting: Option<String>,
    pub voicebot: Option<String>,
    pub after_voicebot: Option<String>,
    pub ended: Option<String>,
}

impl Flow {
    /// From the names and addresses that the application's settings show.
    pub fn of<'a>(applets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut flow = Self::default();
        for (applet, url) in applets {
            let place = match applet {
                "passthru" => &mut flow.passthru,
                "greeting" => &mut flow.greeting,
                "voicebot" => &mut flow.voicebot,
                "after_voicebot" => &mut flow.after_voicebot,
                "ended" => &mut flow.ended,
                _ => continue,
            };
            *place = Some(url.to_owned());
        }
        flow
    }
}

/// What goes wrong. All off by default.
#[derive(Debug, Clone, Default)]
pub struct Misbehaviour {
    /// Every report comes twice.
    pub duplicate_reports: bool,
    /// Reports come this much later.
    pub late_reports: Option<Duration>,
    /// Once the call is over, the flow's first Passthru comes again.
    pub stale_reports: bool,
    /// Each request to the application, and each answer of the REST API, is on its way for so long.
    pub slow_network: Option<Duration>,
    /// This long after its start nothing comes from the stream's connection and nothing goes into it, and neither end is told; twelve
    /// seconds later the account notices. Once per setting.
    pub half_open_stream_after: Option<Duration>,
    /// The report of the end is never sent, neither by callback nor by the flow's last Passthru.
    pub no_final_report: bool,
    /// Two-number calls: the report of the answer is never sent.
    pub no_answer_report: bool,
    /// The stream's TCP connection breaks this long after its start, without a closing handshake. Once per setting.
    pub break_stream_after: Option<Duration>,
    /// Passthru posts JSON in place of asking with a query.
    pub passthru_posts_json: bool,
    /// The stream spells names as newer samples do (`streamSid`), and its numbers are numbers.
    pub camel_case_stream: bool,
    /// The stream is mu-law, as one page has it.
    pub mulaw_stream: bool,
    /// The next requests to the REST API are answered with these statuses.
    pub rest: Vec<u16>,
    /// Before each Passthru comes one of a stranger, who does not know the path's secret.
    pub forged_requests: bool,
}
