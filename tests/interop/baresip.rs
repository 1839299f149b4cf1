//! baresip (<https://github.com/baresip/baresip>) as a customer.

use std::{net::SocketAddr, path::Path, time::Duration};

use reqwest::Method;
use serde_json::json;
use switchboard_tests::{
    Engine,
    exchange::{CUSTOMER, Exchange, NUMBER, trunk},
};

use crate::{
    program::{Program, free_port, tail},
    telephone::{self, NAME, PASSWORD},
    wave,
};

/// What baresip hears goes into a file whose name begins and ends so.
const HEARD: [&str; 2] = ["dump-", "-dec.wav"];

/// Writes its configuration into a folder: no sound card, a tone to say, a file to hear with.
pub fn configure(folder: &Path, at: SocketAddr, account: &str) {
    let modules = [
        "stdio",
        "g711",
        "g722",
        "opus",
        "srtp",
        "dtls_srtp",
        "aufile",
        "aubridge",
        "sndfile",
        "uuid",
        "account",
        "auloop",
        "menu",
        "ctrl_tcp",
    ];
    wave::write(&folder.join("say.wav"), 600, 40);
    let mut config = format!(
        "sip_listen {at}\naudio_path /usr/share/baresip\nsnd_path {heard}\naudio_player aubridge,ear\naudio_source aufile,{say}\n\
         audio_alert aufile,{alert}\nausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n\
         rtp_ports 40000-48000\nmodule_path /usr/lib/baresip/modules\n",
        heard = folder.display(),
        say = folder.join("say.wav").display(),
        alert = folder.join("alert.wav").display(),
    );
    config.push_str(&format!("ctrl_tcp_listen {}\n", free_port()));
    for module in modules {
        let kind = if matches!(module, "account" | "menu" | "ctrl_tcp" | "auloop") { "module_app" } else { "module" };
        config.push_str(&format!("{kind} {module}.so\n"));
    }
    std::fs::write(folder.join("config"), config).unwrap();
    std::fs::write(folder.join("accounts"), format!("{account}\n")).unwrap();
    std::fs::write(folder.join("contacts"), "").unwrap();
}

fn heard_files(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(HEARD[0]) && name.ends_with(HEARD[1])
    })
}

pub async fn heard(folder: &Path, hertz: f64, who: &Program) -> f64 {
    for _ in 0..100 {
        let share = heard_files(folder).map(|file| wave::share_with(&file, hertz)).fold(0.0, f64::max);
        if share > 0.8 {
            return share;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not hear {hertz} Hz: {}", tail(&who.said()));
}

/// How sound is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    Not,
    /// Keys in the description.
    Keys,
    /// Keys by DTLS.
    Handshake,
}

pub async fn calls_in(codec: &str, transport: &str) -> String {
    calls_in_sealed(codec, transport, Seal::Not).await
}

pub async fn calls_in_sealed(codec: &str, transport: &str, seal: Seal) -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = free_port();
    let mut settings = trunk("baresip", at, 1);
    settings["settings"]["codecs"] = json!([codec]);
    settings["settings"]["srtp"] = json!(seal != Seal::Not);
    let exchange = Exchange::open(Engine::Sqlite, vec![settings]).await;
    let mut desk = exchange.desk().await;
    let (server, by) = if transport == "tcp" { (exchange.tcp, ";transport=tcp") } else { (exchange.sip, "") };
    let name = if codec == "opus" { "opus/48000/2".to_owned() } else { codec.to_uppercase() };
    let media = match seal {
        Seal::Not => "",
        Seal::Keys => ";mediaenc=srtp-mand",
        Seal::Handshake => ";mediaenc=dtls_srtp",
    };
    let account = format!("<sip:{CUSTOMER}@127.0.0.1{by}>;regint=0;audio_codecs={name}{media}");
    configure(folder.path(), at, &account);
    let path = folder.path().display().to_string();
    let dial = format!("/dial sip:{NUMBER}@{server}{by}");
    let customer = Program::start(folder.path(), "baresip", &["-f", &path, "-e", &dial]);
    let offer = tokio::select! {
        offer = desk.answer_next() => offer,
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("no call came: {}", tail(&customer.said())),
    };
    desk.ear.hears(600.0, "baresip").await;
    let share = heard(folder.path(), 1_000.0, &customer).await;
    let live = exchange.server.ask(Method::GET, &format!("/calls/{}/live", offer.call_id), &exchange.admin, None).await;
    assert_eq!(live.body["recording"]["kind"], "recording", "{live:?}");
    drop(customer);
    desk.phone.hang_up(offer.call_id).await.unwrap();
    exchange.ended(&offer.call_id.to_string()).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    format!("heard both ways, {:.0} % of the time", 100.0 * share)
}

pub async fn is_called() -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = free_port();
    let exchange = Exchange::open(Engine::Sqlite, vec![trunk("baresip", at, 1)]).await;
    let desk = exchange.desk().await;
    configure(folder.path(), at, &format!("<sip:{CUSTOMER}@127.0.0.1>;regint=0;answermode=auto"));
    let path = folder.path().display().to_string();
    let customer = Program::start(folder.path(), "baresip", &["-f", &path]);
    customer.says("baresip is ready").await;
    let token = exchange.server.sign_in("telecaller@owner.example").await.text("access_token");
    let placed = exchange.server.ask(Method::POST, "/calls", &token, Some(json!({ "number": CUSTOMER }))).await;
    assert!(placed.status.is_success(), "{placed:?}");
    desk.ear.hears(600.0, "baresip").await;
    heard(folder.path(), 1_000.0, &customer).await;
    let id = placed.text("id");
    exchange.server.ask(Method::POST, &format!("/calls/{id}/hang-up"), &token, None).await;
    customer.says("session closed").await;
    exchange.ended(&id).await;
    desk.phone.sign_out().await;
    exchange.server.stop().await;
    "called, heard both ways, hung up".to_owned()
}

pub async fn is_a_telephone() -> String {
    let start = async |folder: &Path, server: SocketAddr| {
        let account = format!(
            "<sip:{NAME}@{server}>;auth_user={NAME};auth_pass={PASSWORD};regint=60;answermode=auto;audio_codecs=PCMU"
        );
        configure(folder, free_port(), &account);
        let path = folder.display().to_string();
        Program::start(folder, "baresip", &["-f", &path])
    };
    let hears = async |folder: &Path, phone: &Program| {
        heard(folder, 1_000.0, phone).await;
    };
    telephone::takes_a_call(start, hears).await
}
