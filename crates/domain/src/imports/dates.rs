//! Dates as four parts of the world write them.

use serde::{Deserialize, Serialize};

/// In which order day, month and year stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
pub enum DateOrder {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
    YearDayMonth,
}

impl DateOrder {
    pub const ALL: [Self; 4] = [Self::DayMonthYear, Self::MonthDayYear, Self::YearMonthDay, Self::YearDayMonth];

    /// `YYYY-MM-DD`; `None` for a text that is no date in this order. A time of day behind the date is passed over.
    pub fn read(self, text: &str) -> Option<String> {
        let date = text.trim().split([' ', 'T']).next().filter(|date| date.len() >= 6);
        let with_name = text.trim();
        let mut parts = date.filter(|date| date.bytes().all(|b| b.is_ascii_digit() || b"/-.".contains(&b)));
        if parts.is_none() && with_name.chars().any(char::is_alphabetic) {
            parts = Some(with_name);
        }
        let parts: Vec<&str> = parts?.split(['/', '-', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
        let [one, two, three] = parts.get(..3)?.try_into().ok()?;
        let (day, month, year) = match self {
            Self::DayMonthYear => (one, two, three),
            Self::MonthDayYear => (two, one, three),
            Self::YearMonthDay => (three, two, one),
            Self::YearDayMonth => (two, three, one),
        };
        let (day, month, year) = (number(day)?, month_of(month)?, year_of(year)?);
        let date = jiff::civil::Date::new(year, month, i8::try_from(day).ok()?).ok()?;
        Some(date.to_string())
    }
}

fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn month_of(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = text.get(..3).map(str::to_ascii_lowercase);
    let named = name.and_then(|name| NAMES.iter().position(|one| *one == name));
    named.and_then(|at| i8::try_from(at + 1).ok()).or_else(|| number(text).and_then(|month| i8::try_from(month).ok()))
}

/// Two digits mean 1970 to 2069.
fn year_of(text: &str) -> Option<i16> {
    let year = i16::try_from(number(text)?).ok()?;
    match text.len() {
        4 => Some(year),
        2 => Some(if year < 70 { 2_000 + year } else { 1_900 + year }),
        _ => None,
    }
}

/// The order in which all of a column's texts are dates; when several are possible, as the country writes them. `None` when
/// they are no dates.
pub fn order_of<'a>(texts: impl Iterator<Item = &'a str> + Clone, country: &str) -> Option<DateOrder> {
    let mut texts = texts.filter(|text| !text.trim().is_empty()).peekable();
    texts.peek()?;
    let possible: Vec<DateOrder> =
        DateOrder::ALL.into_iter().filter(|order| texts.clone().all(|text| order.read(text).is_some())).collect();
    let usual = if country == "US" { DateOrder::MonthDayYear } else { DateOrder::DayMonthYear };
    possible.iter().copied().find(|order| *order == usual).or_else(|| possible.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_day_in_four_orders() {
        for (text, order) in [
            ("03/11/2026", DateOrder::DayMonthYear),
            ("3.11.26", DateOrder::DayMonthYear),
            ("11-03-2026", DateOrder::MonthDayYear),
            ("2026-11-03", DateOrder::YearMonthDay),
            ("2026/03/11", DateOrder::YearDayMonth),
            ("3 Nov 2026", DateOrder::DayMonthYear),
            ("November 3, 2026", DateOrder::MonthDayYear),
            ("2026-11-03 14:30", DateOrder::YearMonthDay),
            ("2026-11-03T14:30:00", DateOrder::YearMonthDay),
        ] {
            assert_eq!(order.read(text).as_deref(), Some("2026-11-03"), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "31/02/2026", "13/13/2026", "1/1", "soon", "12345678", "1/1/123"] {
            assert_eq!(DateOrder::DayMonthYear.read(text), None, "{text}");
        }
    }

    #[test]
    fn the_order_of_a_column_is_the_one_that_fits_all_of_it() {
        let order = |texts: &[&str], country| order_of(texts.iter().copied(), country);
        assert_eq!(order(&["03/11/2026", "25/12/2026"], "US"), Some(DateOrder::DayMonthYear));
        assert_eq!(order(&["11/25/2026", ""], "IN"), Some(DateOrder::MonthDayYear));
        assert_eq!(order(&["03/11/2026"], "IN"), Some(DateOrder::DayMonthYear));
        assert_eq!(order(&["03/11/2026"], "US"), Some(DateOrder::MonthDayYear));
        assert_eq!(order(&["2026-25-11"], "IN"), Some(DateOrder::YearDayMonth));
        assert_eq!(order(&["03/11/2026", "soon"], "IN"), None);
        assert_eq!(order(&["", " "], "IN"), None);
    }
}
