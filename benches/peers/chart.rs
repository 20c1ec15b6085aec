//! A bar chart as SVG, which a light and a dark page can show.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
/// The room for names on the left and for numbers on the right.
const NAMES: f64 = 180.0;
const NUMBERS: f64 = 90.0;
const BAR: f64 = 13.0;
const STEP: f64 = 17.0;
const GAP: f64 = 30.0;
const TOP: f64 = 44.0;

/// Bars that are measured against the longest of them.
#[derive(Debug)]
pub(crate) struct Bars {
    pub(crate) title: String,
    pub(crate) bars: Vec<Bar>,
}

#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) text: String,
    pub(crate) shade: Shade,
}

/// Whose bar it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shade {
    Stack,
    Peer,
    /// What nobody can be better than.
    Bound,
}

pub(crate) fn svg(title: &str, groups: &[Bars]) -> String {
    let (mut body, mut y) = (String::new(), TOP);
    for group in groups {
        let _ = writeln!(
            body,
            "<text class=\"group\" x=\"0\" y=\"{}\">{}</text>",
            y + 11.0,
            escape(&group.title)
        );
        y += STEP + 3.0;
        let most = group.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        for bar in &group.bars {
            draw(&mut body, y, bar, most);
            y += STEP;
        }
        y += GAP - STEP;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-10 0 {} {y}\" width=\"{WIDTH}\" role=\"img\" \
         aria-label=\"{title}\">\n\
         <style>\n\
         text {{ font: 12px system-ui, sans-serif; fill: #3b4048; }}\n\
         .title {{ font-size: 15px; font-weight: 600; }}\n\
         .group {{ font-weight: 600; }}\n\
         .name {{ text-anchor: end; }}\n\
         .stack {{ fill: #2f7ed8; }}\n\
         .peer {{ fill: #9aa3ad; }}\n\
         .bound {{ fill: none; stroke: #9aa3ad; }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #d5d9de; }} .peer {{ fill: #79828c; }} }}\n\
         </style>\n\
         <text class=\"title\" x=\"0\" y=\"20\">{title}</text>\n{body}</svg>\n",
        WIDTH + 20.0,
        title = escape(title),
    )
}

fn draw(body: &mut String, y: f64, bar: &Bar, most: f64) {
    let length = ((WIDTH - NAMES - NUMBERS) * bar.value / most).max(1.0);
    let class = match bar.shade {
        Shade::Stack => "stack",
        Shade::Peer => "peer",
        Shade::Bound => "bound",
    };
    let (base, end) = (y + 11.0, NAMES + length + 6.0);
    let (name, text) = (escape(bar.name), escape(&bar.text));
    let _ = writeln!(body, "<text class=\"name\" x=\"{}\" y=\"{base}\">{name}</text>", NAMES - 8.0);
    let _ = writeln!(
        body,
        "<rect class=\"{class}\" x=\"{NAMES}\" y=\"{y}\" width=\"{length:.1}\" height=\"{BAR}\" rx=\"2\"/>"
    );
    let _ = writeln!(body, "<text x=\"{end:.1}\" y=\"{base}\">{text}</text>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
