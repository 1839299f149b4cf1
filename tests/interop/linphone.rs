//! Linphone (<https://www.linphone.org>) as a customer.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
};

use crate::{
    program::{Program, free_port, tail},
    wave,
};

fn configure(folder: &std::path::Path, port: u16, server: SocketAddr) {
    wave::write(&folder.join("say.wav"), 600, 40);
    // Without an account it makes an address of its own from what it finds out of the network, which may be nothing at all.
    let config = format!(
        "[sip]\nsip_port={port}\nsip_tcp_port=0\nsip_tls_port=0\nuse_ipv6=0\ndefault_proxy=0\n\
         [proxy_0]\nreg_proxy=<sip:{server};transport=udp>\nreg_identity=\"Customer\" <sip:{CUSTOMER}@127.0.0.1>\n\
         reg_sendregister=0\nreg_expires=0\npublish=0\n\
         [net]\nmtu=1300\n[rtp]\naudio_rtp_port=46000-47000\n[sound]\nplayback_dev_id=\ncapture_dev_id=\nringer_dev_id=\n\
         echocancellation=0\n[audio_codec_0]\nmime=PCMU\nrate=8000\nchannels=1\nenabled=1\n"
    );
    std::fs::write(folder.join("linphonerc"), config).unwrap();
}

async fn prepared(folder: &std::path::Path, port: u16, server: SocketAddr) -> Program {
    configure(folder, port, server);
    let mut customer = Program::start(folder, "linphonec", &["-c", "linphonerc"]);
    customer.types("soundcard use files").await;
    customer.types(&format!("play {}", folder.join("say.wav").display())).await;
    customer.types(&format!("record {}", folder.join("heard.wav").display())).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    customer
}

async fn heard(folder: &std::path::Path, customer: &Program) {
    for _ in 0..100 {
        if wave::share_with(&folder.join("heard.wav"), 1_000.0) > 0.8 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not hear the agent: {}", tail(&customer.said()));
}

pub async fn calls_in() -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = free_port();
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("linphone", at, 1)]).await;
    let mut desk = exchange.desk().await;
    let mut customer = prepared(folder.path(), at.port(), exchange.sip).await;
    customer.types(&format!("call sip:{NUMBER}@{}", exchange.sip)).await;
    let offer = tokio::select! {
        offer = desk.answer_next() => offer,
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("no call came: {}", tail(&customer.said())),
    };
    desk.ear.hears(600.0, "linphone").await;
    heard(folder.path(), &customer).await;
    customer.types("terminate").await;
    exchange.ended(&offer.call_id.to_string()).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    "heard both ways, hung up by the customer".to_owned()
}

pub async fn is_called() -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = free_port();
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("linphone", at, 1)]).await;
    let desk = exchange.desk().await;
    let mut customer = prepared(folder.path(), at.port(), exchange.sip).await;
    customer.types("autoanswer enable").await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed =
        exchange.server.ask(reqwest::Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    desk.ear.hears(600.0, "linphone").await;
    heard(folder.path(), &customer).await;
    let id = placed.text("id");
    exchange.server.ask(reqwest::Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    "called, heard both ways, hung up by the agent".to_owned()
}
