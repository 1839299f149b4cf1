//! Which number a person sees who is called: people take calls from near by.

use crate::phone_number::E164;

/// The number of the pool that shares the longest beginning with `called`, the first of several. `None` when none is of the same
/// country: a foreign number is worse than the usual one.
pub fn nearest<'p>(pool: &'p [E164], called: &E164) -> Option<&'p E164> {
    let country = called.country_code()?;
    let shared =
        |number: &E164| number.digits().bytes().zip(called.digits().bytes()).take_while(|(a, b)| a == b).count();
    let mut best: Option<(&E164, usize)> = None;
    for number in pool.iter().filter(|number| number.country_code() == Some(country)) {
        let length = shared(number);
        if best.is_none_or(|(_, longest)| length > longest) {
            best = Some((number, length));
        }
    }
    best.map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164 {
        E164::from_carrier(text).unwrap()
    }

    #[test]
    fn the_number_of_the_same_city_is_chosen() {
        let pool = ["+918047112233", "+912247112233", "+14155550100", "+12125550100"].map(number);
        assert_eq!(nearest(&pool, &number("+912261234567")), Some(&pool[1]), "Mumbai");
        assert_eq!(nearest(&pool, &number("+914061234567")), Some(&pool[0]), "the first of the country");
        assert_eq!(nearest(&pool, &number("+12125550199")), Some(&pool[3]));
        assert_eq!(nearest(&pool, &number("+442079460000")), None, "no number of that country");
        assert_eq!(nearest(&[], &number("+912261234567")), None);
    }
}
