//! Kamailio (<https://www.kamailio.org>) as registrar and proxy: we register there by digest, and so does a customer.

use std::{path::Path, time::Duration};

use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
};

use crate::{
    baresip,
    program::{Program, free_port, tail},
};

// Without a space: baresip reads no further.
const PASSWORD: &str = "of-the-interop-run";

/// Registrar with digest, record-routing proxy, users by name. Numbers that nobody registered go to `exchange`.
fn configure(folder: &Path, port: u16) {
    let config = format!(
        r#"#!KAMAILIO
debug=2
log_stderror=yes
fork=no
children=2
disable_tcp=yes
listen=udp:127.0.0.1:{port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("auth", "nonce_expire", 60)
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("OPTIONS") && uri==myself) {{ sl_send_reply("200", "OK"); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
        sl_send_reply("404", "Not here"); exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) {{ t_relay(); }} exit; }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("127.0.0.1", "{PASSWORD}", "0")) {{ www_challenge("127.0.0.1", "1"); exit; }}
        save("location"); exit;
    }}
    record_route();
    # What is dialed to the exchange's number goes to where it has registered.
    if ($rU == "{NUMBER}") {{ $rU = "exchange"; $avp(dialed) = "{NUMBER}"; }}
    if (!lookup("location")) {{ sl_send_reply("404", "Nobody there"); exit; }}
    if ($avp(dialed) != $null) {{ $rU = $avp(dialed); }}
    t_relay();
}}
"#
    );
    std::fs::write(folder.join("kamailio.cfg"), config).unwrap();
}

pub async fn both_ways() -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = free_port();
    configure(folder.path(), at.port());
    let run = folder.path().display().to_string();
    let proxy = Program::start(folder.path(), "kamailio", &["-f", "kamailio.cfg", "-Y", &run, "-w", &run, "-DD", "-E"]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut settings = trunk("Kamailio", at, 1);
    settings["password"] = json!(PASSWORD);
    settings["settings"]["kind"] = json!("register");
    settings["settings"]["username"] = json!("exchange");
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    let registered = |sip: &serde_json::Value| sip["trunks"][0]["state"]["registered"] == true;
    let waited = exchange.server.until("/settings/sip", &exchange.admin, "we are registered", registered);
    tokio::select! {
        _ = waited => {}
        () = tokio::time::sleep(Duration::from_secs(15)) => panic!("we are not registered: {}", tail(&proxy.said())),
    }
    let mut desk = exchange.desk().await;
    let customer_folder = tempfile::tempdir().unwrap();
    let account = format!(
        "<sip:{CUSTOMER}@{at}>;auth_user={CUSTOMER};auth_pass={PASSWORD};regint=60;answermode=auto;audio_codecs=PCMU"
    );
    baresip::configure(customer_folder.path(), free_port(), &account);
    let path = customer_folder.path().display().to_string();
    let mut customer = Program::start(customer_folder.path(), "baresip", &["-f", &path]);
    customer.says("200 OK").await;
    // In.
    customer.types(&format!("/dial sip:{NUMBER}@{at}")).await;
    let offer = tokio::select! {
        offer = desk.answer_next() => offer,
        () = tokio::time::sleep(Duration::from_secs(20)) => {
            panic!("no call came: {} / {}", tail(&customer.said()), tail(&proxy.said()))
        }
    };
    desk.ear.hears(600.0, "the customer").await;
    baresip::heard(customer_folder.path(), 1_000.0, &customer).await;
    desk.phone.hang_up(offer.call_id).await.unwrap();
    exchange.ended(&offer.call_id.to_string()).await;
    // Out.
    desk.available().await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    desk.ear.clear();
    desk.ear.hears(600.0, "the person called").await;
    let id = placed.text("id");
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    "registered by digest; in and out through it, heard".to_owned()
}
