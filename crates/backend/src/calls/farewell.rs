//! Last sentences, in the number's language. More languages are more rows.

use domain::call::Farewell;

pub(super) fn words(farewell: Farewell, language: &str) -> &'static str {
    let hindi = language.starts_with("hi");
    match (farewell, hindi) {
        (Farewell::AllBusy, false) => "All our lines are busy. We will call you back. Goodbye.",
        (Farewell::AllBusy, true) => "हमारी सभी लाइनें व्यस्त हैं। हम आपको वापस फ़ोन करेंगे। धन्यवाद।",
        (Farewell::NoRoute, false) => "This number is not in service at present. Goodbye.",
        (Farewell::NoRoute, true) => "यह नंबर अभी सेवा में नहीं है। धन्यवाद।",
        (Farewell::AgentLost, false) => "We have lost the connection to your agent. We will call you back. Goodbye.",
        (Farewell::AgentLost, true) => "आपके एजेंट से संपर्क टूट गया है। हम आपको वापस फ़ोन करेंगे। धन्यवाद।",
    }
}
