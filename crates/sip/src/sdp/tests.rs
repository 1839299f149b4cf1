use proptest::prelude::*;

use super::*;

fn ours() -> Ours {
    Ours {
        address: "192.0.2.9".parse().unwrap(),
        port: 16_400,
        codecs: vec![Codec::Opus, Codec::G722, Codec::Pcma, Codec::Pcmu],
        srtp: Srtp::Off,
        key: [7; KEY],
        fingerprint: Some([0xAB; 32]),
        direction: Direction::SendRecv,
        session: 42,
        version: 1,
    }
}

fn theirs() -> Ours {
    Ours { address: "192.0.2.1".parse().unwrap(), port: 4_000, key: [9; KEY], session: 5, ..ours() }
}

const PHONE: &str = "v=0\r\no=bob 1 1 IN IP4 192.0.2.1\r\ns=call\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 8 18 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\na=ptime:30\r\na=sendrecv\r\nm=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";

#[test]
fn a_phones_offer_is_answered_with_what_is_common_and_without_video() {
    let (text, agreed) = answer(&parse(PHONE.as_bytes()).unwrap(), &ours()).unwrap();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8), "our order decides");
    assert_eq!(agreed.accepted, [(8, Codec::Pcma), (0, Codec::Pcmu)]);
    assert_eq!(agreed.events, Some((101, 8_000)));
    assert_eq!(agreed.remote, "192.0.2.1:4000".parse().unwrap());
    assert_eq!(agreed.remote_reports, "192.0.2.1:4001".parse().unwrap());
    assert!(text.contains("m=audio 16400 RTP/AVP 8 0 101\r\n"), "{text}");
    assert!(text.contains("m=video 0 RTP/AVP 96\r\n"), "{text}");
    let read = parse(text.as_bytes()).unwrap();
    assert_eq!(read.media.len(), 2);
}

#[test]
fn our_own_offer_and_answer_agree_for_every_codec_and_both_families() {
    for codec in Codec::ALL {
        for address in ["192.0.2.9", "2001:db8::9"] {
            let a = Ours { codecs: vec![codec], address: address.parse().unwrap(), ..ours() };
            let (text, at_b) = answer(&parse(offer(&a).as_bytes()).unwrap(), &theirs()).unwrap();
            let at_a = accept(&a, &parse(text.as_bytes()).unwrap()).unwrap();
            assert_eq!((at_a.codec, at_b.codec), (codec, codec));
            assert_eq!(at_a.payload_type, at_b.payload_type);
            assert_eq!(at_b.remote.ip(), a.address);
            assert_eq!(at_a.events.map(|(_, clock)| clock), Some(codec.clock()), "{codec:?}");
        }
    }
}

#[test]
fn hold_is_heard_in_each_of_its_spellings() {
    for (line, sends, receives) in [
        ("a=sendonly", false, true),
        ("a=inactive", false, false),
        ("a=recvonly", true, false),
        ("a=sendrecv", true, true),
    ] {
        let text = PHONE.replace("a=sendrecv", line);
        let (answer, agreed) = answer(&parse(text.as_bytes()).unwrap(), &ours()).unwrap();
        assert_eq!((agreed.sends, agreed.receives), (sends, receives), "{line}");
        assert_eq!(agreed.is_held(), !sends);
        let back = match line {
            "a=sendonly" => "a=recvonly",
            "a=recvonly" => "a=sendonly",
            same => same,
        };
        assert!(answer.contains(back), "{answer}");
    }
    let zero = PHONE.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0");
    let (_, agreed) = answer(&parse(zero.as_bytes()).unwrap(), &ours()).unwrap();
    assert!(agreed.is_held());
}

#[test]
fn keys_are_exchanged_and_their_absence_is_refused_when_they_are_required() {
    let sealed = Ours { srtp: Srtp::Required, ..ours() };
    let text = offer(&sealed);
    assert!(text.contains("RTP/SAVP") && text.contains("AES_CM_128_HMAC_SHA1_80"), "{text}");
    let (back, at_b) = answer(&parse(text.as_bytes()).unwrap(), &theirs()).unwrap();
    let (mine, other) = at_b.keys.clone().unwrap();
    assert_eq!((mine.key, other.key, other.short_tag), ([9; KEY], [7; KEY], false));
    let at_a = accept(&sealed, &parse(back.as_bytes()).unwrap()).unwrap();
    assert_eq!(at_a.keys.map(|(mine, other)| (mine.key, other.key)), Some(([7; KEY], [9; KEY])));
    assert_eq!(answer(&parse(PHONE.as_bytes()).unwrap(), &sealed).unwrap_err(), SdpError::NotSealed);
    let bare = parse(back.as_bytes()).unwrap();
    let stripped = Description { media: bare.media.into_iter().map(|m| Media { cryptos: vec![], ..m }).collect() };
    assert_eq!(accept(&sealed, &stripped).unwrap_err(), SdpError::NotSealed);
    assert!(!format!("{other:?}").contains('7'), "{other:?}");
}

#[test]
fn what_cannot_be_worked_with_is_told_apart() {
    let no_audio = "v=0\r\nm=video 5000 RTP/AVP 96\r\nc=IN IP4 192.0.2.1\r\n";
    let only_g729 = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 5000 RTP/AVP 18\r\n";
    let dtls = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 5000 UDP/TLS/RTP/SAVPF 0\r\n";
    let named = "v=0\r\nc=IN IP4 phone.example\r\nm=audio 5000 RTP/AVP 0\r\n";
    let closed = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 0\r\n";
    for (text, error) in [
        (no_audio, SdpError::NoAudio),
        (closed, SdpError::NoAudio),
        (only_g729, SdpError::NoCommonCodec),
        (dtls, SdpError::NoCommonCodec),
        (named, SdpError::NoAddress),
    ] {
        assert_eq!(answer(&parse(text.as_bytes()).unwrap(), &ours()).unwrap_err(), error, "{text}");
    }
    for text in
        ["", "hello", "v=1\r\n", "v=0\r\nm=audio x RTP/AVP 0\r\n", "v=0\r\nnonsense\r\n", "v=0\r\nm=audio 5\r\n"]
    {
        assert_eq!(parse(text.as_bytes()), Err(SdpError::Malformed), "{text}");
    }
    assert_eq!(parse(&[b'a'; 20_000]), Err(SdpError::TooLong));
}

#[test]
fn reports_go_where_the_description_says() {
    let text = PHONE.replace("a=ptime:30", "a=rtcp:4444 IN IP4 192.0.2.7");
    let (_, agreed) = answer(&parse(text.as_bytes()).unwrap(), &ours()).unwrap();
    assert_eq!(agreed.remote_reports, "192.0.2.7:4444".parse().unwrap());
    let muxed = PHONE.replace("a=ptime:30", "a=rtcp-mux");
    let (answer, agreed) = answer(&parse(muxed.as_bytes()).unwrap(), &ours()).unwrap();
    assert!(agreed.multiplexed && answer.contains("a=rtcp-mux"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(v=0\r\n)?([a-z]=[ -~]{0,40}\r\n){0,20}") {
        if let Ok(read) = parse(text.as_bytes()) {
            let _ = answer(&read, &ours());
            let _ = accept(&ours(), &read);
        }
    }

    #[test]
    fn an_answer_can_be_read_and_has_as_many_lines_as_the_offer(kinds in proptest::collection::vec("(audio|video|image)", 0..6)) {
        let mut text = "v=0\r\nc=IN IP4 192.0.2.1\r\n".to_owned();
        for kind in &kinds {
            text.push_str(&format!("m={kind} 4000 RTP/AVP 0\r\n"));
        }
        if let Ok((answer, _)) = answer(&parse(text.as_bytes()).unwrap(), &ours()) {
            prop_assert_eq!(parse(answer.as_bytes()).unwrap().media.len(), kinds.len());
        }
    }
}

/// What a browser or a telephone with DTLS-SRTP says, with its fingerprint for the whole session.
fn by_handshake(setup: &str) -> String {
    let bytes = ["0C"; 32].join(":");
    format!(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=fingerprint:SHA-256 {bytes}\r\n\
         a=setup:{setup}\r\nm=audio 4000 UDP/TLS/RTP/SAVP 0 8\r\na=rtcp-mux\r\n"
    )
}

#[test]
fn keys_are_agreed_on_by_a_handshake_where_that_is_offered() {
    for (setup, said, begins) in
        [("actpass", "active", true), ("passive", "active", true), ("active", "passive", false)]
    {
        let (text, agreed) = answer(&parse(by_handshake(setup).as_bytes()).unwrap(), &ours()).unwrap();
        let handshake = agreed.handshake.unwrap();
        assert_eq!((handshake.ours, handshake.theirs, handshake.begins), ([0xAB; 32], [0x0C; 32], begins));
        assert!(agreed.keys.is_none() && agreed.multiplexed);
        let shown = ["AB"; 32].join(":");
        for line in [
            "m=audio 16400 UDP/TLS/RTP/SAVP 8 0".to_owned(),
            format!("a=fingerprint:sha-256 {shown}"),
            format!("a=setup:{said}"),
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
        }
    }
    // It counts as sealed, and nothing else does in its place.
    let sealed = Ours { srtp: Srtp::Required, ..ours() };
    assert!(answer(&parse(by_handshake("actpass").as_bytes()).unwrap(), &sealed).is_ok());
    let without = Ours { fingerprint: None, ..ours() };
    assert_eq!(
        answer(&parse(by_handshake("actpass").as_bytes()).unwrap(), &without).unwrap_err(),
        SdpError::NoCommonCodec
    );
    for bad in ["a=fingerprint:sha-256 0C", "a=fingerprint:sha-1 0C:0C", "a=fingerprint:sha-256 zz"] {
        let text = by_handshake("actpass");
        let line = text.lines().find(|line| line.starts_with("a=fingerprint")).unwrap();
        let changed = text.replace(line, bad);
        assert!(answer(&parse(changed.as_bytes()).unwrap(), &ours()).is_err(), "{bad}");
    }
}
