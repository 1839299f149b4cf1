use super::*;

fn options(lines: &[&str]) -> Vec<u8> {
    let mut text = String::from(
        "OPTIONS sip:101@switchboard.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
         From: <sip:a@x.example>;tag=1\r\nTo: <sip:101@switchboard.example>\r\nCall-ID: c1\r\nCSeq: 7 OPTIONS\r\n",
    );
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

fn status(datagram: &[u8]) -> Option<u16> {
    match check(datagram, "t") {
        Verdict::Pass(_) => Some(0),
        Verdict::Refuse(refusal) => Some(refusal.status),
        Verdict::Ignore => None,
    }
}

#[test]
fn a_message_comes_out_plain() {
    let folded =
        b"\r\n\r\nOPTIONS sip:a@b SIP/2.0\r\nv:SIP/2.0/UDP h\r\nf: <sip:a@x>\r\n ;tag=1\r\nt: sip:b@x\r\ni: 1\r\n\
                   CSeq:  2\r\n\tOPTIONS\r\nl: 2\r\n\r\nokextra";
    let Verdict::Pass(plain) = check(folded, "t") else { panic!("it is whole") };
    let expected = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: <sip:a@x> ;tag=1\r\nTo: sip:b@x\r\nCall-ID: 1\r\n\
                    CSeq: 2 OPTIONS\r\nContent-Length: 2\r\n\r\nok";
    assert_eq!(String::from_utf8(plain.clone()).unwrap(), expected);
    assert_eq!(check(&plain, "t"), Verdict::Pass(plain.clone()), "plain stays plain");
}

#[test]
fn an_answer_names_whom_it_is_for() {
    let Verdict::Refuse(refusal) = check(&options(&["Require: unheard-of, timer"]), "tag9") else { panic!() };
    let text = String::from_utf8(refusal.reply).unwrap();
    assert_eq!(refusal.status, 420);
    for line in ["SIP/2.0 420 Bad Extension", "Unsupported: unheard-of", ";tag=tag9", "Call-ID: c1", "CSeq: 7 OPTIONS"]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.ends_with("\r\n\r\n"));
}

#[test]
fn each_fault_has_its_status() {
    assert_eq!(status(&options(&[])), Some(0));
    for (line, expected) in [
        ("Content-Length: 5", 400),
        ("Content-Length: -1", 400),
        ("Max-Forwards: 300", 400),
        ("Max-Forwards: 70\r\nMax-Forwards: 70", 400),
        ("To: <sip:b@x>", 400),
        ("no colon", 400),
        ("Contact: \"open <sip:a@b>", 400),
        ("Require: 100rel, replaces", 0),
        ("Proxy-Require: x", 420),
    ] {
        assert_eq!(status(&options(&[line])), Some(expected), "{line}");
    }
    let changed = |from: &str, to: &str| String::from_utf8(options(&[])).unwrap().replace(from, to).into_bytes();
    assert_eq!(status(&changed("SIP/2.0\r\nVia", "SIP/3.0\r\nVia")), Some(505));
    assert_eq!(status(&changed("sip:101@switchboard.example SIP", "urn:service:sos SIP")), Some(416));
    assert_eq!(status(&changed("7 OPTIONS", "7 INVITE")), Some(400));
    assert_eq!(status(&changed("OPTIONS", "DANCE")), Some(501));
    assert_eq!(status(&changed("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n", "")), None, "nobody to answer");
    assert_eq!(status(&changed("OPTIONS", "ACK")), Some(0));
    assert_eq!(status(b"hello"), None);
    assert_eq!(status(&vec![b'A'; 70_000]), None);
}

#[test]
fn a_broken_acknowledgement_or_response_is_not_answered() {
    let broken = String::from_utf8(options(&["Content-Length: 5"])).unwrap().replace("OPTIONS", "ACK");
    assert_eq!(status(broken.as_bytes()), None);
    for line in ["SIP/2.0 200 OK", "SIP/2.0 99 Odd", "SIP/2.0 4294967301 better not break", "SIP/1.0 200 OK"] {
        let text = String::from_utf8(options(&[])).unwrap();
        let text = text.replacen("OPTIONS sip:101@switchboard.example SIP/2.0", line, 1);
        assert_eq!(status(text.as_bytes()).is_some(), line == "SIP/2.0 200 OK", "{line}");
    }
}

#[test]
fn any_cut_of_a_message_is_judged() {
    let whole = options(&["Contact: \"A\" <sip:a@b>", "Content-Length: 0"]);
    for at in 0..whole.len() {
        let _ = check(&whole[..at], "t");
        let mut changed = whole.clone();
        changed[at] ^= 0x2A;
        let _ = check(&changed, "t");
    }
}
