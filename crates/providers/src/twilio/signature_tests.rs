use super::*;

const U: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

fn token() -> Vec<Personal<String>> {
    vec![Personal::new("12345".to_owned())]
}

fn form(pairs: &[(&str, &str)]) -> Form {
    Form::from_pairs(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn p() -> Form {
    form(&[
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ])
}

fn p_reason() -> Form {
    let mut pairs: Vec<(String, String)> = p().pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    pairs.push(("Reason".into(), "Participant".into()));
    pairs.push(("ReasonConferenceEnded".into(), "test".into()));
    Form::from_pairs(pairs)
}

#[test]
fn published_signatures_are_reproduced_and_accepted() {
    let repeated =
        form(&[("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]);
    let binding = form(&[("MessagingBinding.Address", "+1325xxxxxxx"), ("MessagingBinding.Address", "+1415xxxxxxx")]);
    let small = form(&[("property", "value"), ("boolean", "true")]);
    let vectors: Vec<(u32, &str, Form, &str)> = vec![
        (1, U, p(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (2, "http://mycompany.com:1234/myapp.php?foo=1&bar=2", p(), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (3, "https://mycompany.com:443/myapp.php?foo=1&bar=2", p(), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (4, "http://mycompany.com:80/myapp.php?foo=1&bar=2", p(), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (5, U, repeated, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (6, U, binding, "83O6e2vORAoJHUNzJjDWN1jz+BA="),
        (8, "https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", p(), "CukzLTc1tT5dXEDIHm/tKBanW10="),
        (9, "https://user@mycompany.com/myapp.php?foo=1&bar=2", p(), "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        (10, "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It%27s+amazing", p(), "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
        (12, U, p_reason(), "vOEb5UThFn24KEfnOFLQY2AE5FY="),
        (13, "http://mycompany.com/myapp.php?foo=1&bar=2", p_reason(), "n2xBNyzSW7rfYStDtOFiFMv7qNo="),
        (14, U, small, "NBdBDr/T/lgjI+tlgpXjKZQZs/k="),
        (15, "https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2", p(), "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
        (16, U, form(&[]), "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
        (21, "https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's+amazing", p(), "dsq4Ehbj6cs+KdTkpF5sSSplOWw="),
    ];
    for (n, url, form, signature) in &vectors {
        assert_eq!(&sign(&token()[0], url, form), signature, "vector {n}");
        assert_eq!(verify(&token(), url, SignedBody::Form(form), Some(signature)), Ok(()), "vector {n}");
    }
}

#[test]
fn a_get_request_is_signed_by_its_url_alone() {
    assert_eq!(verify(&token(), U, SignedBody::Nothing, Some("zYQTYrRWXE7LtzbG4PfP7/bkkGo=")), Ok(()));
}

#[test]
fn raw_bodies_need_the_signed_hash_and_the_body_that_has_it() {
    let spaced: &[u8] = br#"{"property": "value", "boolean": true}"#;
    let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let empty_hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let base = "https://mycompany.com/myapp.php";
    let with_port = "https://mycompany.com:443/myapp.php";
    let vectors: [(u32, String, &[u8], &str); 4] = [
        (7, format!("{base}?foo=1&bar=2&bodySHA256={hash}"), spaced, "a9nBmqA0ju/hNViExpshrM61xv4="),
        (11, format!("{base}?bodySHA256={hash}"), spaced, "y77kIzt2vzLz71DgmJGsen2scGs="),
        (19, format!("{with_port}?foo=1&bar=2&bodySHA256={empty_hash}"), b"{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc="),
        (20, format!("{base}?foo=1&bar=2&bodySHA256={empty_hash}"), b"{}", "rw/jVviOgicj2+kHZULvebnA4ag="),
    ];
    for (n, url, body, signature) in &vectors {
        assert_eq!(verify(&token(), url, SignedBody::Raw(body), Some(signature)), Ok(()), "vector {n}");
        assert_eq!(
            verify(&token(), url, SignedBody::Raw(b"{ }"), Some(signature)),
            Err(SignatureError::BodyMismatch),
            "vector {n} with another body"
        );
    }
    // The signature that was made with the standard port fits the URL that arrives without it.
    let (_, without_port_url, body, _) = &vectors[3];
    assert_eq!(verify(&token(), without_port_url, SignedBody::Raw(body), Some(vectors[2].3)), Ok(()));
    assert_eq!(verify(&token(), U, SignedBody::Raw(b"{}"), Some("x")), Err(SignatureError::BodyMismatch));
}

#[test]
fn ports_and_apostrophes_may_differ_from_what_was_signed() {
    let accepted = [
        ("https://mycompany.com:1234/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (U, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ("https://mycompany.com/myapp.php?foo=1&bar=2&Body=It's+amazing", "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
        ("https://mycompany.com/myapp.php?foo=1&bar=2#rc=2&rt=5000", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://user:pass@mycompany.com/myapp.php?foo=1&bar=2", "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
    ];
    for (url, signature) in accepted {
        assert_eq!(verify(&token(), url, SignedBody::Form(&p()), Some(signature)), Ok(()), "{url}");
    }
}

#[test]
fn wrong_signatures_are_refused() {
    let good = Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    let mut changed: Vec<(String, String)> =
        p().pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    changed[2].1 = "1235".to_owned();
    let changed = Form::from_pairs(changed);
    assert_eq!(verify(&token(), U, SignedBody::Form(&changed), good), Err(SignatureError::Mismatch));
    // Sorted by key and value together instead of by key.
    assert_eq!(
        verify(&token(), U, SignedBody::Form(&p_reason()), Some("95+Bu0JVPi0r/SsESZCVf0dWAjw=")),
        Err(SignatureError::Mismatch)
    );
    assert_eq!(verify(&token(), U, SignedBody::Form(&p()), Some("")), Err(SignatureError::Missing));
    assert_eq!(verify(&token(), U, SignedBody::Form(&p()), Some("  ")), Err(SignatureError::Missing));
    assert_eq!(verify(&token(), U, SignedBody::Form(&p()), None), Err(SignatureError::Missing));
    assert_eq!(verify(&token(), "https://other.example/", SignedBody::Form(&p()), good), Err(SignatureError::Mismatch));
    let empty = [Personal::new(String::new())];
    let forged = sign(&empty[0], U, &p());
    assert_eq!(verify(&empty, U, SignedBody::Form(&p()), Some(&forged)), Err(SignatureError::NoToken));
    assert_eq!(verify(&[], U, SignedBody::Form(&p()), good), Err(SignatureError::NoToken));
}

#[test]
fn a_rotated_token_is_accepted_beside_the_new_one() {
    let tokens = [Personal::new("new".to_owned()), Personal::new("12345".to_owned())];
    assert_eq!(verify(&tokens, U, SignedBody::Form(&p()), Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=")), Ok(()));
    assert_eq!(
        verify(&tokens[..1], U, SignedBody::Form(&p()), Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=")),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn an_upgrade_is_accepted_with_either_scheme_slash_and_port() {
    let plain = "wss://media.example.com/twilio/stream";
    let slashed = "wss://media.example.com/twilio/stream/";
    for signature in ["pDBx1McycDg2sIBUyP9v+49T2ok=", "9+lhcuN5bumb61ewvDdxyWjPdxs="] {
        assert_eq!(verify_upgrade(&token(), plain, Some(signature)), Ok(()));
        assert_eq!(verify_upgrade(&token(), slashed, Some(signature)), Ok(()));
    }
    let empty = form(&[]);
    for signed in [
        "https://media.example.com/twilio/stream",
        "https://media.example.com/twilio/stream/",
        "wss://media.example.com:443/twilio/stream",
        "https://media.example.com:443/twilio/stream/",
    ] {
        let signature = sign(&token()[0], signed, &empty);
        assert_eq!(verify_upgrade(&token(), plain, Some(&signature)), Ok(()), "{signed}");
    }
    let elsewhere = sign(&token()[0], "wss://media.example.com/twilio/other", &empty);
    assert_eq!(verify_upgrade(&token(), plain, Some(&elsewhere)), Err(SignatureError::Mismatch));
    assert_eq!(verify_upgrade(&token(), plain, None), Err(SignatureError::Missing));
}
