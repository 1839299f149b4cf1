//! Linphone (<https://www.linphone.org>) as a customer.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
    sound::LINE_RATE,
};

use crate::{
    program::{Program, free_port, tail},
    telephone::{self, NAME, PASSWORD},
    wave,
};

/// Of Opus, in samples a second.
const WIDE_RATE: usize = 48_000;

/// Who it is: its address, and the password with which it registers.
struct Account<'a> {
    user: &'a str,
    domain: String,
    password: Option<&'a str>,
}

impl Account<'_> {
    fn customer() -> Self {
        Self { user: CUSTOMER, domain: "127.0.0.1".to_owned(), password: None }
    }
}

fn configure(folder: &std::path::Path, port: u16, server: SocketAddr, account: &Account<'_>) {
    wave::write(&folder.join("say.wav"), 600, 40);
    // Without these it reads no configuration at all.
    for inner in [".local/share/linphone", ".config/linphone"] {
        std::fs::create_dir_all(folder.join(inner)).unwrap();
    }
    let Account { user, domain, password } = account;
    let registers = u8::from(password.is_some());
    let secret = password.map_or_else(String::new, |password| {
        format!("[auth_info_0]\nusername={user}\nuserid={user}\npasswd={password}\n")
    });
    let config = format!(
        "[sip]\nsip_port={port}\nsip_tcp_port=0\nsip_tls_port=0\nuse_ipv6=0\ndefault_proxy=0\n\
         [proxy_0]\nreg_proxy=<sip:{server};transport=udp>\nreg_identity=\"Customer\" <sip:{user}@{domain}>\n\
         reg_sendregister={registers}\nreg_expires=60\npublish=0\n{secret}\
         [net]\nmtu=1300\n[rtp]\naudio_rtp_port=46000-47000\n[sound]\nplayback_dev_id=\ncapture_dev_id=\nringer_dev_id=\n\
         echocancellation=0\n[audio_codec_0]\nmime=PCMU\nrate=8000\nchannels=1\nenabled=1\n"
    );
    std::fs::write(folder.join("linphonerc"), config).unwrap();
}

async fn prepared(folder: &std::path::Path, port: u16, server: SocketAddr, account: &Account<'_>) -> Program {
    configure(folder, port, server, account);
    let mut customer = Program::start(folder, "linphonec", &["-c", "linphonerc"]);
    customer.types("soundcard use files").await;
    customer.types(&format!("play {}", folder.join("say.wav").display())).await;
    customer.types(&format!("record {}", folder.join("heard.wav").display())).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    customer
}

/// `rate`: of what it plays, which is the codec's.
async fn heard(folder: &std::path::Path, customer: &Program, rate: usize) {
    for _ in 0..100 {
        if wave::share_while_open(&folder.join("heard.wav"), rate, 1_000.0) > 0.8 {
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
    let mut customer = prepared(folder.path(), at.port(), exchange.sip, &Account::customer()).await;
    customer.types(&format!("call sip:{NUMBER}@{}", exchange.sip)).await;
    let offer = tokio::select! {
        offer = desk.answer_next() => offer,
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("no call came: {}", tail(&customer.said())),
    };
    desk.ear.hears(600.0, "linphone").await;
    heard(folder.path(), &customer, LINE_RATE).await;
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
    let mut customer = prepared(folder.path(), at.port(), exchange.sip, &Account::customer()).await;
    customer.types("autoanswer enable").await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed =
        exchange.server.ask(reqwest::Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    desk.ear.hears(600.0, "linphone").await;
    heard(folder.path(), &customer, LINE_RATE).await;
    let id = placed.text("id");
    exchange.server.ask(reqwest::Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    "called, heard both ways, hung up by the agent".to_owned()
}

pub async fn is_a_telephone() -> String {
    let start = async |folder: &std::path::Path, server: SocketAddr| {
        let account = Account { user: NAME, domain: server.to_string(), password: Some(PASSWORD) };
        let mut phone = prepared(folder, free_port().port(), server, &account).await;
        phone.types("autoanswer enable").await;
        phone
    };
    // Telephones are offered Opus first, and it takes that.
    let hears = async |folder: &std::path::Path, phone: &Program| heard(folder, phone, WIDE_RATE).await;
    telephone::takes_a_call(start, hears).await
}
