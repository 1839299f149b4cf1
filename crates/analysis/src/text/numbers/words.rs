//! Number words of English and romanised Hindi.

/// A Hindi fraction word.
#[derive(Debug, Clone, Copy)]
pub enum Fraction {
    /// dedh 1.5, dhai 2.5, aadha 0.5
    Alone(f64),
    /// saade +0.5, sawa +0.25, paune -0.25; some may stand alone ("sawa crore" is 1.25).
    Shift { by: f64, alone: Option<f64> },
}

pub fn fraction(word: &str) -> Option<Fraction> {
    Some(match word {
        "dedh" | "derh" | "dhed" => Fraction::Alone(1.5),
        "dhai" | "dhaai" | "adhai" => Fraction::Alone(2.5),
        "aadha" | "aadhe" | "adha" | "adhe" => Fraction::Alone(0.5),
        "saade" | "sadhe" | "saadhe" | "sade" => Fraction::Shift { by: 0.5, alone: None },
        "sawa" | "sava" => Fraction::Shift { by: 0.25, alone: Some(1.25) },
        "paune" | "pone" => Fraction::Shift { by: -0.25, alone: None },
        _ => return None,
    })
}

/// The factor of a scale word.
pub fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "k" | "thousand" | "hazaar" => 1_000.0,
        "lakh" | "l" => 100_000.0,
        "million" | "millions" | "mn" => 1_000_000.0,
        "crore" => 10_000_000.0,
        "billion" | "bn" => 1_000_000_000.0,
        _ => return None,
    })
}

pub fn unit_word(word: &str) -> Option<u32> {
    Some(match word {
        "zero" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        _ => return None,
    })
}

/// 0 to 19.
pub fn small_word(word: &str) -> Option<u32> {
    Some(match word {
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        other => return unit_word(other),
    })
}

pub fn tens_word(word: &str) -> Option<u32> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" | "ninty" => 90,
        _ => return None,
    })
}

/// One spoken digit of a phone number: English, Hindi, "oh".
pub fn digit(word: &str) -> Option<u32> {
    match word {
        "oh" | "o" | "shunya" | "sunya" | "nil" => Some(0),
        _ => unit_word(word).or_else(|| hindi_small(word).filter(|&value| value < 10)),
    }
}

/// 1 to 99 in romanised Hindi; irregular up to a hundred, so it is a list.
pub fn hindi_small(word: &str) -> Option<u32> {
    Some(match word {
        "ek" => 1,
        "do" => 2,
        "teen" | "tin" => 3,
        "char" | "chaar" => 4,
        "paanch" | "panch" | "paach" => 5,
        "chhe" | "chhah" | "chah" | "cheh" | "che" | "chhai" => 6,
        "saat" | "sat" => 7,
        "aath" | "ath" => 8,
        "nau" => 9,
        "das" | "dus" => 10,
        "gyarah" | "gyaarah" | "gyara" => 11,
        "barah" | "baarah" | "bara" | "baara" => 12,
        "terah" => 13,
        "chaudah" | "chauda" => 14,
        "pandrah" | "pandhra" | "pandra" => 15,
        "solah" | "sola" => 16,
        "satrah" | "satra" => 17,
        "atharah" | "athara" | "attharah" => 18,
        "unnis" => 19,
        "bees" | "bis" => 20,
        "ikkis" => 21,
        "bais" | "baais" => 22,
        "teis" | "teyis" => 23,
        "chaubis" => 24,
        "pachis" | "pachees" | "pacchis" => 25,
        "chabbis" => 26,
        "sattais" => 27,
        "atthais" | "athais" => 28,
        "untis" => 29,
        "tees" | "tis" => 30,
        "ikattis" | "iktis" => 31,
        "battis" => 32,
        "taintis" | "tentis" => 33,
        "chautis" => 34,
        "paintis" | "pentis" => 35,
        "chhattis" | "chattis" => 36,
        "saintis" => 37,
        "adtis" | "artis" => 38,
        "untalis" => 39,
        "chalis" | "chaalis" | "chalees" => 40,
        "iktalis" => 41,
        "bayalis" => 42,
        "taintalis" => 43,
        "chavalis" | "chauvalis" => 44,
        "paintalis" | "pentalis" => 45,
        "chhiyalis" => 46,
        "saintalis" => 47,
        "adtalis" => 48,
        "unchas" => 49,
        "pachas" | "pachaas" | "pachhas" => 50,
        "ikyavan" => 51,
        "bavan" | "baavan" | "bawan" | "baawan" => 52,
        "tirpan" => 53,
        "chauvan" => 54,
        "pachpan" => 55,
        "chhappan" | "chappan" => 56,
        "sattavan" => 57,
        "atthavan" => 58,
        "unsath" => 59,
        "saath" | "sath" => 60,
        "iksath" => 61,
        "basath" => 62,
        "tirsath" => 63,
        "chausath" => 64,
        "painsath" | "pensath" => 65,
        "chhiyasath" => 66,
        "sadsath" => 67,
        "adsath" => 68,
        "unhattar" => 69,
        "sattar" | "sattr" => 70,
        "ikhattar" => 71,
        "bahattar" => 72,
        "tihattar" => 73,
        "chauhattar" => 74,
        "pachattar" | "pachhattar" | "pichattar" | "pichhattar" => 75,
        "chhihattar" => 76,
        "satattar" => 77,
        "athhattar" => 78,
        "unasi" => 79,
        "assi" | "asi" => 80,
        "ikyasi" => 81,
        "bayasi" => 82,
        "tirasi" => 83,
        "chaurasi" => 84,
        "pachasi" | "pachaasi" => 85,
        "chhiyasi" => 86,
        "sattasi" => 87,
        "atthasi" => 88,
        "navasi" => 89,
        "nabbe" | "navve" => 90,
        "ikyanve" => 91,
        "banve" => 92,
        "tiranve" => 93,
        "chauranve" => 94,
        "pachanve" | "pachaanve" => 95,
        "chhiyanve" => 96,
        "sattanve" => 97,
        "atthanve" => 98,
        "ninyanve" => 99,
        "sau" => 100,
        _ => return None,
    })
}
