//! Everything that can be said about a row, under one name each.

use serde::{Deserialize, Serialize};

use super::{Notice, NumberProblem};

macro_rules! reasons {
    ($($variant:ident $left_out:literal $words:literal;)+) => {
        /// Why a row was left out, or what of it was doubtful.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "schema", derive(ts_rs::TS, utoipa::ToSchema))]
        pub enum Reason {
            $($variant,)+
        }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// False for a row that was taken in nevertheless.
            pub const fn left_out(self) -> bool {
                match self {
                    $(Self::$variant => $left_out,)+
                }
            }

            /// What is wrong and what to do, for files that people open.
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => $words,)+
                }
            }
        }
    };
}

reasons! {
    NumberMissing true "No telephone number. A lead needs one: fill it in.";
    NotANumber true "Not a telephone number. Write digits, such as +919812300021.";
    NumberShortened true "A spreadsheet shortened the number. Format the column as text, enter the number again and save.";
    NoCountry true "No country code. Write the number with + and the country code, or name the country.";
    TooShort true "Too few digits for a number of that country. Check the number.";
    TooLong true "Too many digits for a number of that country. Check the number.";
    NotInUse true "That country has no such number. Check the digits and the country.";
    NotCalled true "A premium or shared-cost number. Carriers place no calls to it: use another.";
    QuoteNotClosed true "A quotation mark opens a cell and none closes it. Close it, or double it inside a cell.";
    LineTooLong true "The row is longer than 256 KB. Shorten it.";
    TooManyCells true "The row has more than 16,384 cells. Check the separator.";
    Nul true "The row holds the character NUL. Save the file again as text.";
    Encoding true "The row holds bytes that are no text in this encoding. Choose another encoding, or save the file as UTF-8.";
    Twice true "The number is in the file twice. The first row counts.";
    Known true "A lead with this number is there already and stays as it is.";
    Listed true "The number is on the do-not-call list.";
    EmailDoubtful false "This is no e-mail address. It is kept as given, under email_as_given.";
    PriorityDoubtful false "The priority is no number from 0 to 100. It is kept as given, under priority_as_given.";
    LanguageUnknown false "This language is not known. It is kept as given, under language_as_given.";
    PincodeDoubtful false "This is no pincode of that country. It is kept as given, under pincode_as_given.";
    DateDoubtful false "This is no date in the order of the column. It is kept as given.";
    CountryUnknown false "This country is not known. The country of the import was taken.";
    OtherNumberDoubtful false "A further number cannot be dialed. It is kept as given, under phone_as_given.";
    TextShortened false "The text was longer than can be kept, and was cut.";
    YesOrNo false "Neither yes nor no. The lead is marked as not to be called.";
}

impl From<NumberProblem> for Reason {
    fn from(problem: NumberProblem) -> Self {
        match problem {
            NumberProblem::Missing => Self::NumberMissing,
            NumberProblem::NotANumber => Self::NotANumber,
            NumberProblem::Shortened => Self::NumberShortened,
            NumberProblem::NoCountry => Self::NoCountry,
            NumberProblem::TooShort => Self::TooShort,
            NumberProblem::TooLong => Self::TooLong,
            NumberProblem::NotInUse => Self::NotInUse,
            NumberProblem::NotCalled => Self::NotCalled,
        }
    }
}

impl From<Notice> for Reason {
    fn from(notice: Notice) -> Self {
        match notice {
            Notice::Email => Self::EmailDoubtful,
            Notice::Priority => Self::PriorityDoubtful,
            Notice::Language => Self::LanguageUnknown,
            Notice::Pincode => Self::PincodeDoubtful,
            Notice::Date => Self::DateDoubtful,
            Notice::Country => Self::CountryUnknown,
            Notice::OtherNumber => Self::OtherNumberDoubtful,
            Notice::Shortened => Self::TextShortened,
            Notice::YesOrNo => Self::YesOrNo,
        }
    }
}
