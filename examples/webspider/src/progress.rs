//! The progress bar, on standard error. Without a terminal there is none. It is gone with the
//! crawl, however the crawl ends.

use std::fmt::Write;

use indicatif::{ProgressBar, ProgressFinish, ProgressState, ProgressStyle};

/// Shows how many of the known addresses were visited.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let style =
            ProgressStyle::with_template("{bar:40.cyan} {human_pos}/{human_len} pages, {speed}, {elapsed}")
                // The template is a constant. If it were wrong, a plain bar would suffice.
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("speed", write_speed);
        Progress { bar: ProgressBar::new(0).with_style(style).with_finish(ProgressFinish::AndClear) }
    }

    /// The bar itself limits how often it is drawn.
    pub(crate) fn show(&self, visited: usize, known: usize) {
        self.bar.set_length(known as u64);
        self.bar.set_position(visited as u64);
    }
}

fn write_speed(state: &ProgressState, text: &mut dyn Write) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{:.0}/s", state.per_sec());
}
