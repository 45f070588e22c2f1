//! Plots of the cases that were measured at many sizes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{anyhow, Result};
use plotters::prelude::*;

use super::growth::PREFIX;
use crate::harness::Measured;

pub struct Plot {
    pub title: String,
    /// The name of the file.
    pub file: String,
}

/// The figures of each entry, by size.
type Lines<'a> = BTreeMap<&'a str, Vec<(f64, f64)>>;

pub fn draw_all(folder: &Path, measured: &[Measured]) -> Result<Vec<Plot>> {
    let mut cases: BTreeMap<&str, Lines<'_>> = BTreeMap::new();
    for one in measured {
        if let Some(title) = one.case.strip_prefix(PREFIX) {
            let line = cases.entry(title).or_default().entry(&one.name).or_default();
            line.push((one.size as f64, one.least));
        }
    }
    cases.into_iter().zip(1..).map(|((title, lines), number)| draw(folder, number, title, &lines)).collect()
}

fn draw(folder: &Path, number: usize, title: &str, lines: &Lines<'_>) -> Result<Plot> {
    let file = format!("growth-{number}.svg");
    let path = folder.join(&file);
    draw_file(&path, title, lines).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))?;
    Ok(Plot { title: title.to_owned(), file })
}

fn draw_file(path: &Path, title: &str, lines: &Lines<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.values().flatten();
    let of = |value: fn(&(f64, f64)) -> f64| {
        let least = points().map(value).fold(f64::INFINITY, f64::min);
        let most = points().map(value).fold(0.0, f64::max);
        (least, most)
    };
    let (sizes, times) = (of(|point| point.0), of(|point| point.1));
    let area = SVGBackend::new(path, (720, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .margin_right(36)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((sizes.0..sizes.1).log_scale(), (times.0 / 1.5..times.1 * 1.5).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("number of items")
        .y_desc("nanoseconds for one")
        .x_label_formatter(&|size| thousands(*size))
        .y_label_formatter(&|time| format!("{time:.0}"))
        .draw()?;
    for (index, (name, line)) in lines.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let points = line.iter().map(move |&point| Circle::new(point, 3, color.filled()));
        chart.draw_series(points)?;
        chart
            .draw_series(LineSeries::new(line.iter().copied(), color.stroke_width(2)))?
            .label(name.replace('`', ""))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// `1k` and `1M` are shorter than their digits.
fn thousands(size: f64) -> String {
    match size {
        ..1e3 => format!("{size:.0}"),
        ..1e6 => format!("{:.0}k", size / 1e3),
        _ => format!("{:.0}M", size / 1e6),
    }
}
