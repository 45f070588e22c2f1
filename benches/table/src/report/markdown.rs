//! `RESULTS.md`, and the rows of it that `README.md` repeats.

use std::fmt::Write;

use crate::harness::{Measured, Side};
use crate::rows::{figure, Compared, Row, Target, ROWS, ROWS_EVERYDAY, ROWS_ON_TOKIO};

use super::plots::Plot;
use super::{growth, machine};

pub fn render(measured: &[Measured], plots: &[Plot]) -> String {
    let mut page = String::new();
    page.push_str(INTRODUCTION);
    page.push_str(&machine::describe());
    page.push_str("\n\n## The table\n\n");
    table(&mut page, ROWS, measured, |_| true);
    page.push_str("\n## On tokio\n\n");
    page.push_str(ON_TOKIO);
    table(&mut page, ROWS_ON_TOKIO, measured, |_| true);
    page.push_str("\n## Everyday\n\n");
    page.push_str(EVERYDAY);
    table(&mut page, ROWS_EVERYDAY, measured, |_| true);
    page.push_str("\n## Targets below the limit\n\n");
    below_limit(&mut page, measured);
    page.push_str("\n## How the cost grows\n\n");
    page.push_str(&growth::table(measured));
    page.push('\n');
    for plot in plots {
        let _ = writeln!(page, "![{}](plots/{})\n", plot.title, plot.file);
    }
    page.push_str("## All figures\n");
    all_figures(&mut page, measured);
    page
}

/// The rows in which ours is behind the best peer, those whose target is below the limit, and the
/// growth.
pub fn losses(measured: &[Measured]) -> String {
    let mut part = String::new();
    table(&mut part, ROWS, measured, |compared| compared.is_lost());
    part.push('\n');
    part.push_str(ON_TOKIO);
    table(&mut part, ROWS_ON_TOKIO, measured, |compared| compared.is_lost());
    part.push('\n');
    part.push_str(EVERYDAY);
    table(&mut part, ROWS_EVERYDAY, measured, |compared| compared.is_lost());
    part.push('\n');
    below_limit(&mut part, measured);
    part.push('\n');
    part.push_str(&growth::table(measured));
    part
}

const ON_TOKIO: &str = "\
The same work on a current-thread runtime of tokio, in one of its tasks.

";

const EVERYDAY: &str = "\
Locks, queues and batches run in tasks of a loop of gen, those of the peers too. Of two threads each
has a loop of its own. The calls succeed at once, in a task of tokio.

";

const BELOW_LIMIT: &str = "\
In these rows the limit misses the target, too.

| work | ours | limit | target, as a figure |
|---|---|---|---|
";

const INTRODUCTION: &str = "\
# Results

`cargo run --release --manifest-path benches/table/Cargo.toml` has written this page. Its meaning
is in [README.md](README.md).

A figure is the least time of one operation in nanoseconds, or the bytes of the heap that are left.
*Limit* is code by hand that does only what the work needs, on one thread. The instructions are
those of one operation, counted by callgrind. In each round every entry of a case ran once, in
another order.

";

/// Writes how many rows meet their targets, and the rows that are to be shown.
fn table(page: &mut String, rows: &[Row], measured: &[Measured], is_shown: fn(&Compared<'_>) -> bool) {
    let compared: Vec<Compared<'_>> = rows.iter().filter_map(|row| row.compare(measured)).collect();
    let met = compared.iter().filter(|compared| compared.is_met()).count();
    let _ = writeln!(page, "{met} of {} rows meet their targets.\n", compared.len());
    page.push_str(
        "| work | ours | best peer | limit | ratio | target | | instructions: ours, peer, limit |\n",
    );
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    for compared in compared.iter().filter(|compared| is_shown(compared)) {
        table_line(page, compared);
    }
}

/// Writes the rows that no code can bring to their targets, as far as the limits tell.
fn below_limit(page: &mut String, measured: &[Measured]) {
    let compared = ROWS.iter().filter_map(|row| row.compare(measured));
    let below: Vec<_> = compared.filter(|row| !row.is_met() && row.is_below_limit()).collect();
    if below.is_empty() {
        page.push_str("Where a row that misses its target has a limit, the limit meets that target.\n");
        return;
    }
    page.push_str(BELOW_LIMIT);
    for compared in below {
        let figures = [Some(compared.ours.least), compared.limit.map(|limit| limit.least), compared.target()];
        let figures = figures.map(|one| one.map_or_else(dash, figure)).join(" | ");
        let _ = writeln!(page, "| {} | {figures} |", compared.row.work);
    }
}

fn table_line(page: &mut String, compared: &Compared<'_>) {
    let Compared { row, ours, best_peer, limit } = compared;
    let peer = best_peer.map_or_else(dash, |peer| format!("{} {}", peer.name, figure(peer.least)));
    let ratio = compared.ratio().map_or_else(dash, |ratio| format!("{ratio:.2}"));
    let target = match row.target {
        Target::TimesBestPeer(times) => format!("{times}"),
        Target::AtMost(most) => format!("at most {most}"),
    };
    let is_met = if compared.is_met() { "met" } else { "**not met**" };
    let counted = |one: &Measured| one.instructions.map_or_else(dash, figure);
    let instructions = [Some(*ours), *best_peer, *limit].map(|one| one.map_or_else(dash, counted)).join(", ");
    let limit = limit.map_or_else(dash, |limit| figure(limit.least));
    let _ = writeln!(
        page,
        "| {} | {} | {peer} | {limit} | {ratio} | {target} | {is_met} | {instructions} |",
        row.work,
        figure(ours.least)
    );
}

fn dash() -> String {
    "–".to_owned()
}

fn all_figures(page: &mut String, measured: &[Measured]) {
    let mut known: Option<(&str, u64)> = None;
    for one in measured {
        if known != Some((&one.case, one.size)) {
            known = Some((&one.case, one.size));
            let _ = write!(page, "\n### {}, {}\n\n", one.case, one.size);
            page.push_str("| | | least | median | allocations | bytes | most bytes | |\n");
            page.push_str("|---|---|---|---|---|---|---|---|\n");
        }
        figures_line(page, one);
    }
}

fn figures_line(page: &mut String, one: &Measured) {
    let side = match one.side {
        Side::Ours => "**ours**",
        Side::Peer => "peer",
        Side::Limit => "limit",
    };
    let notes: Vec<String> =
        one.notes.iter().map(|(note, value)| format!("{note}: {}", figure(*value))).collect();
    let _ = writeln!(
        page,
        "| {side} | {} | {} | {} | {:.2} | {} | {} | {} |",
        one.name,
        figure(one.least),
        figure(one.median),
        one.allocations,
        figure(one.bytes),
        figure(one.peak),
        notes.join("; ")
    );
}
