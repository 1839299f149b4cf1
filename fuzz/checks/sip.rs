//! What has to hold for whatever is sent to the SIP ports.

use switchboard_sip::{
    digest::{Algorithm, Challenger, Credentials},
    message::{Verdict, check},
    sdp::{self, Codec, Direction, KEY, Ours, Srtp},
    timer,
};

/// A datagram: what passes is plain and stays so, and a refusal can be read by its own rules.
pub fn sip_message(data: &[u8]) {
    match check(data, "tag") {
        Verdict::Pass(plain) => assert_eq!(check(&plain, "tag"), Verdict::Pass(plain.clone())),
        Verdict::Refuse(refusal) => {
            assert!((400..700).contains(&refusal.status));
            assert!(refusal.reply.starts_with(b"SIP/2.0 ") && refusal.reply.ends_with(b"\r\n\r\n"));
        }
        Verdict::Ignore => {}
    }
    let text = String::from_utf8_lossy(data);
    drop(timer::answer(Some(&text), true));
    if let Ok(given) = Credentials::parse(&text) {
        let passed = Challenger::new("switchboard", [1; 32], &Algorithm::ALL).check(&given, "password", "REGISTER", 1);
        assert!(passed.is_err(), "nobody else can make a nonce");
    }
}

/// The body of an INVITE, and of an answer to ours.
pub fn session_description(data: &[u8]) {
    let Ok(read) = sdp::parse(data) else { return };
    for srtp in [Srtp::Off, Srtp::Required] {
        let ours = Ours {
            address: [192, 0, 2, 1].into(),
            port: 16_384,
            codecs: Codec::ALL.to_vec(),
            srtp,
            key: [7; KEY],
            fingerprint: Some([3; 32]),
            direction: Direction::SendRecv,
            session: 1,
            version: 1,
        };
        if let Ok((text, agreed)) = sdp::answer(&read, &ours) {
            let back = sdp::parse(text.as_bytes()).expect("our answer can be read");
            assert_eq!(back.media.len(), read.media.len());
            assert!(
                !agreed.accepted.is_empty()
                    && (srtp == Srtp::Off || agreed.keys.is_some() || agreed.handshake.is_some())
            );
        }
        if let Ok(agreed) = sdp::accept(&ours, &read) {
            assert!(srtp == Srtp::Off || agreed.keys.is_some());
        }
    }
}
