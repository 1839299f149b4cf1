//! Every message of RFC 4475 and RFC 5118, as the RFCs have them: those that are valid are understood, also by the library behind
//! the guard, and the others are refused with the status that the RFC names, or ignored where there is nobody to tell.

use std::path::Path;

use rsipstack::sip::SipMessage;
use switchboard_sip::message::{Verdict, check};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Understood,
    Refused(u16),
    Ignored,
}

use Fate::{Ignored, Refused, Understood};

/// Section 3.1.1 of RFC 4475 is valid, 3.1.2 is not; 3.2 and 3.3 are for layers above, which are told by what they get.
const RFC_4475: [(&str, Fate); 49] = [
    // 3.1.1 valid messages
    ("wsinv", Understood),
    // Its method is nobody's; the RFC lets an element that does not know it say so.
    ("intmeth", Refused(501)),
    ("esc01", Understood),
    ("escnull", Understood),
    // `RE%47IST%45R` is another method than REGISTER.
    ("esc02", Refused(501)),
    ("lwsdisp", Understood),
    ("longreq", Understood),
    ("dblreq", Understood),
    ("semiuri", Understood),
    ("transports", Understood),
    // A body in parts; a MESSAGE is not for a call centre, which the layer above says.
    ("mpart01", Understood),
    ("unreason", Understood),
    ("noreason", Understood),
    // 3.1.2 invalid messages
    ("badinv01", Refused(400)),
    ("clerr", Refused(400)),
    ("ncl", Refused(400)),
    ("scalar02", Refused(400)),
    ("scalarlg", Ignored),
    ("quotbal", Refused(400)),
    ("ltgtruri", Refused(400)),
    ("lwsruri", Refused(400)),
    ("lwsstart", Refused(400)),
    ("trws", Refused(400)),
    ("escruri", Refused(400)),
    // The date is in another zone than it must be; "an element may ignore" it, and we do not read dates.
    ("baddate", Understood),
    ("regbadct", Refused(400)),
    // Blanks in an address, which the RFC lets an element tolerate.
    ("badaspec", Understood),
    // A name that should be in quotation marks; what it is for is clear.
    ("baddn", Understood),
    ("badvers", Refused(505)),
    ("mismatch01", Refused(400)),
    ("mismatch02", Refused(400)),
    ("bigcode", Ignored),
    // 3.2 transaction layer
    ("badbranch", Refused(400)),
    // 3.3 application layer
    ("insuf", Refused(400)),
    ("unkscm", Refused(416)),
    ("novelsc", Refused(416)),
    ("unksm2", Refused(400)),
    ("bext01", Refused(420)),
    ("invut", Refused(415)),
    // An unknown scheme of authorisation counts as none: the registrar asks for one that it knows.
    ("regaut01", Understood),
    ("multi01", Refused(400)),
    ("mcl01", Refused(400)),
    // A response that nobody waits for, which the transaction layer drops.
    ("bcast", Understood),
    // No hop is left, and none is needed: it is for us.
    ("zeromf", Understood),
    ("cparam01", Understood),
    ("cparam02", Understood),
    ("regescrt", Understood),
    // It wants an answer in a form that we do not have; the offer is refused above.
    ("sdp01", Understood),
    // 3.4 backward compatibility
    ("inv2543", Understood),
];

const RFC_5118: [(&str, Fate); 12] = [
    ("ipv6-good", Understood),
    ("ipv6-bad", Refused(400)),
    ("port-ambiguous", Understood),
    ("port-unambiguous", Understood),
    ("via-received-param-with-delim", Understood),
    ("via-received-param-no-delim", Understood),
    ("ipv6-in-sdp", Understood),
    ("mult-ip-in-header", Understood),
    ("mult-ip-in-sdp", Understood),
    ("ipv4-mapped-ipv6", Understood),
    ("ipv6-bug-abnf-3-colons", Refused(400)),
    ("ipv6-correct-abnf-2-colons", Understood),
];

fn fate(rfc: &str, name: &str) -> Fate {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(rfc).join(format!("{name}.sip"));
    let datagram = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    match check(&datagram, "t") {
        Verdict::Ignore => Ignored,
        Verdict::Refuse(refusal) => {
            SipMessage::try_from(refusal.reply.as_slice())
                .unwrap_or_else(|error| panic!("{name}: our answer: {error}"));
            Refused(refusal.status)
        }
        Verdict::Pass(plain) => {
            SipMessage::try_from(plain.as_slice()).unwrap_or_else(|error| panic!("{name}: the library: {error}"));
            Understood
        }
    }
}

fn all(rfc: &str, table: &[(&str, Fate)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages").join(rfc);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), table.len(), "each message stands in the table");
    let found: Vec<_> = table.iter().map(|(name, _)| (*name, fate(rfc, name))).collect();
    let wrong: Vec<_> = table.iter().zip(&found).filter(|(expected, found)| expected != found).collect();
    assert!(wrong.is_empty(), "expected and found: {wrong:#?}");
}

#[test]
fn every_message_of_rfc_4475_meets_its_fate() {
    all("rfc4475", &RFC_4475);
}

#[test]
fn every_message_of_rfc_5118_meets_its_fate() {
    all("rfc5118", &RFC_5118);
}
