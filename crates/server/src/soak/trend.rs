//! Whether a value rises.

use std::fmt;

use serde::Serialize;

/// How one value went with time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// Slope of the straight line with the least squares.
    pub per_hour: f64,
    /// Median of the first third.
    pub early: f64,
    /// Median of the last third.
    pub late: f64,
    pub most: f64,
}

impl Trend {
    /// Of `(seconds, value)` in the order of time; all zero without any.
    pub fn of(points: &[(f64, f64)]) -> Self {
        let third = points.len().div_ceil(3);
        Self {
            per_hour: slope(points) * 3_600.0,
            early: median(&points[..third.min(points.len())]),
            late: median(&points[points.len() - third.min(points.len())..]),
            most: points.iter().map(|point| point.1).fold(0.0, f64::max),
        }
    }

    pub fn rise(&self) -> f64 {
        self.late - self.early
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { per_hour, early, late, most } = self;
        write!(f, "{early:.1} early, {late:.1} late, {most:.1} at most, slope {per_hour:+.1} an hour")
    }
}

fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count.max(1.0);
    let (mean_at, mean_value) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - mean_at).powi(2)).sum();
    let common: f64 = points.iter().map(|point| (point.0 - mean_at) * (point.1 - mean_value)).sum();
    if spread > 0.0 { common / spread } else { 0.0 }
}

fn median(points: &[(f64, f64)]) -> f64 {
    let mut values: Vec<f64> = points.iter().map(|point| point.1).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_shows_and_noise_does_not() {
        let noisy = |at: usize| 100.0 + (at * 7 % 5) as f64;
        let flat: Vec<_> = (0..90).map(|at| (at as f64 * 2.0, noisy(at))).collect();
        let leaking: Vec<_> = (0..90).map(|at| (at as f64 * 2.0, noisy(at) + at as f64 * 0.2)).collect();
        assert!(Trend::of(&flat).rise().abs() < 1.0 && Trend::of(&flat).per_hour.abs() < 30.0, "{}", Trend::of(&flat));
        assert!(Trend::of(&leaking).rise() > 10.0, "{}", Trend::of(&leaking));
        assert!((Trend::of(&leaking).per_hour - 360.0).abs() < 30.0, "{}", Trend::of(&leaking));
    }

    #[test]
    fn nothing_seen_is_no_trend() {
        assert_eq!(Trend::of(&[]), Trend { per_hour: 0.0, early: 0.0, late: 0.0, most: 0.0 });
        assert_eq!(Trend::of(&[(1.0, 5.0)]), Trend { per_hour: 0.0, early: 5.0, late: 5.0, most: 5.0 });
    }
}
