//! How the cost of one item grows with the number of items.

use std::fmt::Write;

use crate::harness::{Measured, Side};
use crate::rows::figure;

/// The names of the cases begin with this.
pub const PREFIX: &str = "growth: ";

/// The fewest and the most items.
const FEW: u64 = 100;
const MANY: u64 = 1_000_000;

/// The table of the first entry of ours, and of the limit, in each case.
pub fn table(measured: &[Measured]) -> String {
    let mut table = String::from(HEAD);
    let mut known: Vec<&str> = Vec::new();
    for one in measured {
        let Some(work) = one.case.strip_prefix(PREFIX) else { continue };
        if known.contains(&work) {
            continue;
        }
        known.push(work);
        let [ours, limit] = [Side::Ours, Side::Limit].map(|side| grown(measured, &one.case, side));
        if let (Some((few, many)), Some((limit_few, limit_many))) = (ours, limit) {
            let figures = [few, many, many / few, limit_few, limit_many, limit_many / limit_few];
            let _ = writeln!(table, "| {work} | {} |", figures.map(figure).join(" | "));
        }
    }
    table
}

/// The figures of the first entry of that side.
fn grown(measured: &[Measured], case: &str, side: Side) -> Option<(f64, f64)> {
    let of = |size| {
        let mut of_case = measured.iter().filter(|one| one.case == case && one.side == side);
        Some(of_case.find(|one| one.size == size)?.least)
    };
    Some((of(FEW)?, of(MANY)?))
}

const HEAD: &str = "\
The cost of one item among 100 and among 1,000,000, and how many times as much the second is.

| work | ours, 100 | 1,000,000 | times | limit, 100 | 1,000,000 | times |
|---|---|---|---|---|---|---|
";
