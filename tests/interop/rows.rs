//! What is tried.

use std::{future::Future, pin::Pin};

use crate::{
    baresip::{self, Seal},
    kamailio, linphone, sipp,
};

type Run = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = String>>>>;

pub struct Row {
    pub name: &'static str,
    /// Programs without which it cannot run.
    pub needs: &'static [&'static str],
    /// Part of every test run.
    pub fast: bool,
    pub run: Run,
}

fn row<F: Future<Output = String> + 'static>(
    name: &'static str,
    needs: &'static [&'static str],
    fast: bool,
    run: impl FnOnce() -> F + 'static,
) -> Row {
    Row { name, needs, fast, run: Box::new(move || Box::pin(run())) }
}

const BARESIP: &[&str] = &["baresip"];
const SIPP: &[&str] = &["sipp"];

pub fn all() -> Vec<Row> {
    vec![
        row("baresip calls in: UDP, G.711 mu-law, sound both ways", BARESIP, true, || baresip::calls_in("pcmu", "udp")),
        row("baresip calls in: UDP, G.711 A-law", BARESIP, false, || baresip::calls_in("pcma", "udp")),
        row("baresip calls in: UDP, G.722", BARESIP, false, || baresip::calls_in("g722", "udp")),
        row("baresip calls in: UDP, Opus", BARESIP, false, || baresip::calls_in("opus", "udp")),
        row("baresip calls in: TCP", BARESIP, false, || baresip::calls_in("pcmu", "tcp")),
        row("baresip calls in: SRTP by SDES", BARESIP, false, || baresip::calls_in_sealed("pcmu", "udp", Seal::Keys)),
        row("baresip calls in: keys by DTLS", BARESIP, false, || {
            baresip::calls_in_sealed("pcmu", "udp", Seal::Handshake)
        }),
        row("baresip is called, answers, is hung up on", BARESIP, true, baresip::is_called),
        row("linphone calls in: sound both ways", &["linphonec"], false, linphone::calls_in),
        row("linphone is called and answers", &["linphonec"], false, linphone::is_called),
        row("SIPp: 100 calls at 20 a second, routed, a row each", SIPP, true, || sipp::calls(100, 20)),
        row("SIPp: re-INVITE to hold and back", SIPP, false, || sipp::scenario("reinvite.xml")),
        row("SIPp: late offer, the answer comes with the ACK", SIPP, false, || sipp::scenario("late_offer.xml")),
        row("SIPp: provisional answers are acknowledged (100rel)", SIPP, false, || sipp::scenario("reliable.xml")),
        row("SIPp: OPTIONS within and without a call", SIPP, false, || sipp::scenario("options.xml")),
        row("SIPp: REFER to a premium number is refused", SIPP, false, || sipp::scenario("refer.xml")),
        row("SIPp: REFER is followed", SIPP, false, sipp::refer_followed),
        row("SIPp: unknown number, no codec, unknown extension, no description", SIPP, false, || {
            sipp::scenarios_once(&[
                "unknown_number.xml",
                "no_codec.xml",
                "unknown_extension.xml",
                "bad_description.xml",
            ])
        }),
        row("SIPp: our call is challenged", SIPP, false, sipp::challenged),
        row("baresip is an agent's telephone", BARESIP, false, baresip::is_a_telephone),
        row("linphone is an agent's telephone", &["linphonec"], false, linphone::is_a_telephone),
        row(
            "Kamailio: we register by digest; a call in and one out through it",
            &["kamailio", "baresip"],
            false,
            kamailio::both_ways,
        ),
    ]
}
