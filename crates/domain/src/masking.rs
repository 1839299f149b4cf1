//! The one policy of who sees a person's number and e-mail. Screens, exports, notifications, file names and logs ask here.

use crate::{phone_number::E164, role::Role};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContactView {
    Full,
    Masked,
}

const DOT: char = '•';
/// Digits that stay readable at each end of the national number, so that an agent can recognise a person they know.
const KEPT: usize = 2;

/// `owns`: the lead is the reader's own. Telecallers own leads too and still read them masked: they call by lead, not by
/// number.
pub const fn contact_view(role: Role, owns: bool) -> ContactView {
    // A field agent has to reach the person at whose door they stand, from a telephone that is not ours.
    if role.sees_contact_data() || (owns && matches!(role, Role::FieldAgent)) {
        ContactView::Full
    } else {
        ContactView::Masked
    }
}

/// `+919812300021` becomes `+91 98••••••21`. Texts that are no E.164 number lose everything but their last two characters.
pub fn mask_number(number: &str) -> String {
    let Ok(known) = E164::from_carrier(number) else {
        return mask_rest(number);
    };
    let code = known.country_code().map(|code| code.to_string()).unwrap_or_default();
    let national = known.digits().strip_prefix(code.as_str()).unwrap_or(known.digits());
    let masked = mask_middle(national);
    if code.is_empty() { format!("+{masked}") } else { format!("+{code} {masked}") }
}

/// `asha.marigold@example.com` becomes `a•••@example.com`; a text without `@` is masked whole.
pub fn mask_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}{DOT}{DOT}{DOT}@{domain}")
        }
        None => DOT.to_string().repeat(3),
    }
}

pub fn show_number(number: &str, view: ContactView) -> String {
    match view {
        ContactView::Full => number.to_owned(),
        ContactView::Masked => mask_number(number),
    }
}

pub fn show_email(email: &str, view: ContactView) -> String {
    match view {
        ContactView::Full => email.to_owned(),
        ContactView::Masked => mask_email(email),
    }
}

fn mask_middle(digits: &str) -> String {
    // Short numbers would be given away by four digits.
    if digits.len() < 3 * KEPT {
        return mask_rest(digits);
    }
    let last = digits.len() - KEPT;
    digits.chars().enumerate().map(|(at, digit)| if at < KEPT || at >= last { digit } else { DOT }).collect()
}

fn mask_rest(text: &str) -> String {
    let length = text.chars().count();
    let kept = if length > 2 * KEPT { KEPT } else { 0 };
    text.chars().enumerate().map(|(at, c)| if at + kept >= length { c } else { DOT }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_masked_number_keeps_country_and_two_digits_at_each_end() {
        assert_eq!(mask_number("+919812300021"), "+91 98••••••21");
        assert_eq!(mask_number("+14155550100"), "+1 41••••••00");
        assert_eq!(mask_number("anonymous"), "•••••••us");
        assert_eq!(mask_number("100"), "•••");
        assert_eq!(mask_number(""), "");
    }

    #[test]
    fn a_masked_address_keeps_its_first_letter_and_domain() {
        assert_eq!(mask_email("asha.marigold@example.com"), "a•••@example.com");
        assert_eq!(mask_email("@example.com"), "•••@example.com");
        assert_eq!(mask_email("asha"), "•••");
    }

    #[test]
    fn who_sees_what() {
        for owns in [false, true] {
            assert_eq!(contact_view(Role::TenantAdmin, owns), ContactView::Full);
            assert_eq!(contact_view(Role::Manager, owns), ContactView::Full);
            assert_eq!(contact_view(Role::Telecaller, owns), ContactView::Masked);
            assert_eq!(contact_view(Role::Viewer, owns), ContactView::Masked);
        }
        assert_eq!(contact_view(Role::FieldAgent, true), ContactView::Full);
        assert_eq!(contact_view(Role::FieldAgent, false), ContactView::Masked);
        assert_eq!(show_number("+919812300021", ContactView::Full), "+919812300021");
        assert_eq!(show_email("a@b.c", ContactView::Masked), "a•••@b.c");
    }

    proptest! {
        #[test]
        fn no_masked_text_shows_three_digits_in_a_row_of_the_subscriber(digits in "[1-9][0-9]{6,14}") {
            let masked = mask_number(&format!("+{digits}"));
            let shown = masked.split_once(' ').map_or(masked.as_str(), |(_, rest)| rest);
            let longest = shown.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
            prop_assert!(longest <= 2, "{masked}");
        }

        #[test]
        fn masking_any_text_hides_at_least_half(text in "\\PC{0,40}") {
            let masked = mask_number(&text);
            let hidden = masked.chars().filter(|c| *c == DOT).count();
            prop_assert!(hidden * 2 >= text.chars().count().saturating_sub(4), "{text:?} {masked:?}");
        }
    }
}
