//! One spelling for each word. Romanised Hindi has no fixed spelling; each speech engine writes its own.

use super::tokens::Kind;

/// Lower case, apostrophes out, known variants to one form.
pub fn level(piece: &str, kind: Kind) -> String {
    if kind != Kind::Word {
        return piece.replace(['–', '—'], "-");
    }
    let plain: String = piece.chars().filter(|c| !matches!(c, '\'' | '’' | '.')).flat_map(char::to_lowercase).collect();
    match variant(&plain) {
        Some(known) => known.to_owned(),
        None => plain,
    }
}

fn variant(word: &str) -> Option<&'static str> {
    grammar(word).or_else(|| things(word))
}

fn grammar(word: &str) -> Option<&'static str> {
    Some(match word {
        "nahin" | "nhi" | "nahee" | "nai" | "naheen" => "nahi",
        "haa" | "haan" | "han" | "haanji" | "hanji" => "haan",
        "hain" | "hae" => "hai",
        "hu" | "hun" | "hoo" | "hoon" => "hoon",
        "mein" | "mei" => "mein",
        "mai" | "main" => "main",
        "chaiye" | "chahie" | "chahiyee" | "chahiya" | "chahye" => "chahiye",
        "chahta" | "chahti" | "chahte" | "chaahta" | "chaahte" => "chahta",
        "mujhko" | "muje" | "mujhe" => "mujhe",
        "humko" | "hume" | "hamein" | "humein" | "hamko" => "humein",
        "mere" | "meri" | "mera" => "mera",
        "hamara" | "hamare" | "hamari" | "humara" | "humare" => "hamara",
        "apka" | "aapka" | "aapki" | "aapke" | "apki" => "aapka",
        "raha" | "rahi" | "rahe" => "raha",
        "thik" | "theek" | "teek" | "theekh" => "theek",
        "acha" | "accha" | "achha" | "acchha" | "achchha" | "achi" | "achhi" | "acchi" | "ache" | "achhe" => "achha",
        "kyonki" | "kyuki" | "kyunki" => "kyunki",
        "lekin" | "lakin" => "lekin",
        "zyada" | "jyada" | "zyaada" | "jyaada" => "zyada",
        "thoda" | "thodi" | "thora" | "thode" => "thoda",
        "bahut" | "bohot" | "bahot" | "bohut" => "bahut",
        "wapas" | "vapas" | "wapis" => "wapas",
        "baat" | "bat" => "baat",
        "naam" | "nam" => "naam",
        "agle" | "agla" | "agli" | "aglay" => "agle",
        "pichle" | "pichla" | "pichli" => "pichle",
        "pehle" | "pahle" | "phele" => "pehle",
        "baje" | "bje" | "bajay" | "bajey" => "baje",
        "parso" | "parson" | "parsoo" => "parson",
        "okay" | "okey" | "ok" => "ok",
        "yeah" | "yep" | "yup" => "yes",
        "jee" => "ji",
        "tomorow" | "tmrw" | "tommorow" | "tommorrow" => "tomorrow",
        _ => return None,
    })
}

fn things(word: &str) -> Option<&'static str> {
    Some(match word {
        "lac" | "lacs" | "lakhs" | "laakh" | "lakh" => "lakh",
        "crores" | "cr" | "crs" | "karod" | "karor" | "caror" | "crore" | "kror" => "crore",
        "hazar" | "hazaar" | "hajar" | "hajaar" => "hazaar",
        "rupees" | "rupee" | "rupaye" | "rupay" | "rupiya" | "rupye" | "rs" | "inr" => "rupees",
        "dollars" | "dollar" | "bucks" | "usd" => "dollars",
        "bedrooms" | "bedroom" => "bedroom",
        "flats" => "flat",
        "apartments" => "apartment",
        "villas" => "villa",
        "plots" => "plot",
        "houses" => "house",
        "makan" | "makaan" => "makaan",
        "kamra" | "kamre" | "kamron" | "kamray" => "kamre",
        "mehnga" | "mahanga" | "mehenga" | "mehengi" | "mahangi" | "mehangi" | "mehanga" | "mehengaa" => "mehenga",
        "door" | "dur" | "duur" => "door",
        "shaam" | "sham" => "shaam",
        "subah" | "subha" | "subeh" => "subah",
        "dopahar" | "dopeher" | "dophar" | "dopahr" => "dopahar",
        "hafta" | "hafte" | "hafton" | "haftay" => "hafte",
        "mahina" | "mahine" | "mahino" | "mahinon" | "maheene" | "mahiney" => "mahine",
        "saal" | "sal" | "saalon" => "saal",
        "ghanta" | "ghante" | "ghanton" | "ghantay" => "ghante",
        "minat" | "mins" | "min" | "minutes" | "minute" => "minute",
        "days" | "day" => "day",
        "weeks" | "week" => "week",
        "months" | "month" => "month",
        "years" | "year" | "yr" | "yrs" => "year",
        "hours" | "hour" | "hr" | "hrs" => "hour",
        "mail" | "email" | "emails" => "email",
        "watsapp" | "whatsap" | "whatsapp" => "whatsapp",
        "jankari" | "jaankari" => "jaankari",
        "kharidna" | "khareedna" | "kharidne" | "khareedne" => "kharidna",
        "kiraya" | "kiraye" | "kiray" => "kiraye",
        _ => return None,
    })
}
