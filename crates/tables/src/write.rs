//! Rows for other people's spreadsheets.

/// Appends a row. A cell that a spreadsheet would take for a formula gets an apostrophe before it, so that it stays text (OWASP,
/// "CSV Injection").
pub fn write_row<'a>(cells: impl IntoIterator<Item = &'a str>, into: &mut String) {
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            into.push(',');
        }
        let formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']);
        // A telephone number is no formula.
        let number = cell
            .strip_prefix('+')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b' '));
        let guard = formula && !number;
        if guard || cell.contains(['"', ',', ';', '\n', '\r', '\t']) || cell.trim() != cell {
            into.push('"');
            into.push_str(if guard { "'" } else { "" });
            into.push_str(&cell.replace('"', "\"\""));
            into.push('"');
        } else {
            into.push_str(cell);
        }
    }
    into.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut text = String::new();
        write_row(cells.iter().copied(), &mut text);
        text
    }

    #[test]
    fn a_formula_stays_text_and_a_number_stays_a_number() {
        assert_eq!(
            row(&["=1+1", "@SUM(A1)", "-2+3", " =x", "+919812300021"]),
            "\"'=1+1\",\"'@SUM(A1)\",\"'-2+3\",\"' =x\",+919812300021\r\n"
        );
        assert_eq!(row(&["+1;cmd|' /C calc'!A0"]), "\"'+1;cmd|' /C calc'!A0\"\r\n");
        assert_eq!(row(&["\tx", "\rx", "\t=1"]), "\"'\tx\",\"'\rx\",\"'\t=1\"\r\n");
        // A number that was masked is none any more.
        assert_eq!(row(&["+91 98••••••21"]), "\"'+91 98••••••21\"\r\n");
    }

    #[test]
    fn marks_are_quoted() {
        assert_eq!(row(&["a,b", "say \"x\"", "", "two\nlines"]), "\"a,b\",\"say \"\"x\"\"\",,\"two\nlines\"\r\n");
    }
}
