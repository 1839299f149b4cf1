//! In which zone a telephone number most likely lives. Only where the number leaves no doubt about the clock; numbers that
//! cover several clocks, and mobile numbers of countries with several, give nothing.

use crate::phone_number::E164;

/// Where the answer comes from, as it is stored beside the zone.
const SOURCE: &str = "phone";

/// IANA zone and `"phone"`. North American numbers go by area code.
///
/// Area codes keep their clock, people do not always: a mobile number moves with its owner. What the person said goes first.
pub fn zone_of(number: &E164) -> Option<(&'static str, &'static str)> {
    let digits = number.digits();
    let zone = match digits.strip_prefix('1') {
        Some(national) => north_america(national.get(..3)?),
        None => country(number.country_code()?, digits),
    };
    zone.map(|zone| (zone, SOURCE))
}

/// Country calling code to the country's only clock (ITU-T E.164 list of assigned codes).
fn country(code: u16, digits: &str) -> Option<&'static str> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| digits.starts_with(prefix));
    Some(match code {
        20 => "Africa/Cairo",
        27 => "Africa/Johannesburg",
        30 => "Europe/Athens",
        31 => "Europe/Amsterdam",
        32 => "Europe/Brussels",
        33 => "Europe/Paris",
        // The Canaries are an hour behind.
        34 if starts(&["34822", "34828", "34922", "34928"]) => "Atlantic/Canary",
        34 => "Europe/Madrid",
        36 => "Europe/Budapest",
        39 => "Europe/Rome",
        40 => "Europe/Bucharest",
        41 => "Europe/Zurich",
        43 => "Europe/Vienna",
        44 => "Europe/London",
        45 => "Europe/Copenhagen",
        46 => "Europe/Stockholm",
        47 => "Europe/Oslo",
        48 => "Europe/Warsaw",
        49 => "Europe/Berlin",
        60 => "Asia/Kuala_Lumpur",
        61 if starts(&["612"]) => "Australia/Sydney",
        61 if starts(&["613"]) => "Australia/Melbourne",
        61 if starts(&["617"]) => "Australia/Brisbane",
        63 => "Asia/Manila",
        64 => "Pacific/Auckland",
        65 => "Asia/Singapore",
        66 => "Asia/Bangkok",
        81 => "Asia/Tokyo",
        82 => "Asia/Seoul",
        84 => "Asia/Ho_Chi_Minh",
        86 => "Asia/Shanghai",
        90 => "Europe/Istanbul",
        91 => "Asia/Kolkata",
        92 => "Asia/Karachi",
        94 => "Asia/Colombo",
        95 => "Asia/Yangon",
        212 => "Africa/Casablanca",
        233 => "Africa/Accra",
        234 => "Africa/Lagos",
        254 => "Africa/Nairobi",
        255 => "Africa/Dar_es_Salaam",
        256 => "Africa/Kampala",
        // Madeira and the Azores have area codes of their own.
        351 if starts(&["351291", "351292", "351295", "351296"]) => return None,
        351 => "Europe/Lisbon",
        353 => "Europe/Dublin",
        358 => "Europe/Helsinki",
        380 => "Europe/Kyiv",
        420 => "Europe/Prague",
        852 => "Asia/Hong_Kong",
        880 => "Asia/Dhaka",
        886 => "Asia/Taipei",
        960 => "Indian/Maldives",
        962 => "Asia/Amman",
        965 => "Asia/Kuwait",
        966 => "Asia/Riyadh",
        968 => "Asia/Muscat",
        971 => "Asia/Dubai",
        972 => "Asia/Jerusalem",
        973 => "Asia/Bahrain",
        974 => "Asia/Qatar",
        975 => "Asia/Thimphu",
        977 => "Asia/Kathmandu",
        _ => return None,
    })
}

/// Area codes of the North American Numbering Plan that lie within one clock. Codes across a border of clocks (such as 850 in
/// Florida, 812 in Indiana, 928 in Arizona) are left out.
fn north_america(area: &str) -> Option<&'static str> {
    const BY_ZONE: [(&str, &str); 14] = [
        (
            "America/New_York",
            "201 202 203 207 212 215 216 234 239 240 267 272 276 301 302 304 305 315 321 330 332 336 339 347 351 352 380 \
             386 401 404 407 410 412 413 419 434 440 443 445 470 475 478 484 508 513 516 518 540 551 561 567 570 571 585 \
             603 607 609 610 614 617 631 646 667 678 680 681 689 703 704 706 716 717 718 724 727 732 740 743 754 757 762 \
             770 772 774 781 786 802 803 804 813 814 828 838 843 845 848 854 856 857 860 862 863 864 865 878 904 908 910 \
             912 914 917 919 929 934 937 941 954 959 973 978 980 984",
        ),
        ("America/Detroit", "248 269 313 517 586 616 734 810 947 989"),
        (
            "America/Chicago",
            "205 210 214 217 224 225 228 251 254 256 262 281 309 312 314 316 318 319 320 325 331 334 337 346 361 402 405 \
             409 414 417 430 469 479 501 504 507 512 515 531 534 539 563 573 601 608 612 615 618 629 630 636 641 651 660 \
             662 682 708 712 713 715 726 731 737 763 769 773 779 806 815 816 817 830 832 847 870 872 901 903 913 918 920 \
             936 938 940 945 952 956 972 979 985",
        ),
        ("America/Denver", "303 307 385 406 435 505 575 719 720 801 915 970"),
        ("America/Phoenix", "480 520 602 623"),
        (
            "America/Los_Angeles",
            "206 209 213 253 279 310 323 341 360 408 415 424 425 442 503 509 510 530 559 562 564 619 626 628 650 657 661 \
             669 702 707 714 725 747 760 805 818 820 831 858 909 916 925 949 951 971",
        ),
        ("Pacific/Honolulu", "808"),
        ("America/Puerto_Rico", "787 939"),
        ("America/Toronto", "226 289 343 365 416 437 438 450 514 519 548 579 613 647 905"),
        ("America/Vancouver", "604"),
        ("America/Edmonton", "403 587 780 825"),
        ("America/Winnipeg", "204 431"),
        ("America/Regina", "306 639"),
        ("America/Halifax", "782 902"),
    ];
    BY_ZONE.iter().find(|(_, areas)| areas.split(' ').any(|known| known == area)).map(|(zone, _)| *zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone_of_text(number: &str) -> Option<&'static str> {
        zone_of(&E164::from_carrier(number).unwrap()).map(|(zone, source)| {
            assert_eq!(source, "phone");
            zone
        })
    }

    #[test]
    fn a_number_tells_its_clock_where_there_is_no_doubt() {
        assert_eq!(zone_of_text("+919812300021"), Some("Asia/Kolkata"));
        assert_eq!(zone_of_text("+447400123456"), Some("Europe/London"));
        assert_eq!(zone_of_text("+14155550100"), Some("America/Los_Angeles"));
        assert_eq!(zone_of_text("+12125550100"), Some("America/New_York"));
        assert_eq!(zone_of_text("+14805550100"), Some("America/Phoenix"));
        assert_eq!(zone_of_text("+16045550100"), Some("America/Vancouver"));
        assert_eq!(zone_of_text("+34928123456"), Some("Atlantic/Canary"));
        assert_eq!(zone_of_text("+971501234567"), Some("Asia/Dubai"));
    }

    #[test]
    fn a_number_that_covers_several_clocks_tells_nothing() {
        // Florida's panhandle, toll-free, Russia, an Australian mobile, a satellite telephone.
        for number in ["+18505550100", "+18005550100", "+74951234567", "+61412345678", "+870123456789"] {
            assert_eq!(zone_of_text(number), None, "{number}");
        }
    }

    #[test]
    fn every_zone_that_is_named_exists() {
        let mut seen = std::collections::BTreeSet::new();
        for area in 200..1000 {
            if let Some(zone) = north_america(&area.to_string()) {
                assert!(crate::zone::zone(zone).is_ok(), "{zone}");
                seen.insert(zone);
            }
        }
        assert_eq!(seen.len(), 14);
        for code in 1..1000 {
            if let Some(zone) = country(code, &code.to_string()) {
                assert!(crate::zone::zone(zone).is_ok(), "{zone}");
            }
        }
    }
}
