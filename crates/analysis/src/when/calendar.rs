//! Names of days, months and ordinals in English and romanised Hindi.

use jiff::civil::Weekday;

pub fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mondays" | "somwar" | "somvar" | "somwaar" => Weekday::Monday,
        "tuesday" | "tuesdays" | "tues" | "mangalwar" | "mangalvar" | "mangal" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "budhwar" | "budhvar" | "budh" => Weekday::Wednesday,
        "thursday" | "thursdays" | "thurs" | "guruwar" | "guruvar" | "veervar" | "brihaspativar" => Weekday::Thursday,
        "friday" | "fridays" | "shukrawar" | "shukravar" | "shukrvar" => Weekday::Friday,
        "saturday" | "saturdays" | "shaniwar" | "shanivar" | "shanivaar" => Weekday::Saturday,
        "sunday" | "sundays" | "itwar" | "itvaar" | "ravivar" | "raviwar" => Weekday::Sunday,
        _ => return None,
    })
}

/// Three-letter day names, which are also other words: only beside a word that announces a day.
pub fn short_weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// 1 to 12.
pub fn month(word: &str) -> Option<i8> {
    Some(match word {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sep" | "sept" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// Day of the month as an ordinal word: "first", "twenty" + "fifth" is read by the caller.
pub fn ordinal(word: &str) -> Option<i8> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        "eleventh" => 11,
        "twelfth" => 12,
        "thirteenth" => 13,
        "fourteenth" => 14,
        "fifteenth" => 15,
        "sixteenth" => 16,
        "seventeenth" => 17,
        "eighteenth" => 18,
        "nineteenth" => 19,
        "twentieth" => 20,
        "thirtieth" => 30,
        _ => return None,
    })
}
