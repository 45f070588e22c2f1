//! Names of types, as people read them.
//!
//! The compiler's name of a type has the whole path of each part, and those of our wrappers:
//!
//! ```text
//! gen::coroutine::suspend::Pending<tokio::sync::oneshot::Receiver<u32>, gen::..>
//! gen::coroutine::machine::Machine<app::fetch::{{closure}}, .., i32, gen::..>
//! ```
//!
//! These are printed as `oneshot::Receiver<u32>`, and as `app::fetch`. Such names are not stable,
//! so a name of another form is printed as far as it is understood.

/// Types of ours around one other type, which people do not know. Their first parameter is that
/// type. The last one is that of a coroutine with the option `boxed`.
const WRAPPERS: [&str; 8] = [
    "gen::coroutine::suspend::Pending<",
    "gen::coroutine::machine::Machine<",
    "gen::coroutine::map_output::MapOutput<",
    "gen::engine::Engine<",
    "gen::batch::call::Calling<",
    "gen::bracket::abandon::Abandoned<",
    "gen::metrics::measured::Measured<",
    "core::pin::Pin<alloc::boxed::Box<gen::coroutine::machine::Machine<",
];

/// Crates whose types are known by their names alone.
const WELL_KNOWN: [&str; 4] = ["core::", "alloc::", "std::", "gen::"];

/// The end of the name of a body: it is a closure in its function.
const CLOSURE: &str = "::{{closure}}";

/// The longest name that is printed whole.
const LONGEST: usize = 60;

/// The name of the type of a future, in short.
pub(crate) fn short(name: &str) -> String {
    let name = unwrapped(name);
    if let Some(function) = function(name) {
        return format!("an `async` block in {}", last_segments(function, 2));
    }
    let mut short = String::with_capacity(name.len());
    let mut rest = name;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "_:{}#".contains(c))).unwrap_or(rest.len());
        let (path, more) = rest.split_at(end);
        // The outermost type of another library keeps the last part of its module, which often
        // says what it is for.
        let is_known = WELL_KNOWN.iter().any(|known| path.starts_with(known));
        let kept = if short.is_empty() && !is_known { 2 } else { 1 };
        short.push_str(last_segments(path, kept));
        let other = more.chars().next().map_or(0, char::len_utf8);
        short.push_str(&more[..other]);
        rest = &more[other..];
    }
    cut(short)
}

/// The path of the function whose body it is, or the short name of another body.
pub(crate) fn of_body(name: &str) -> String {
    match function(unwrapped(name)) {
        Some(function) => function.to_owned(),
        None => short(name),
    }
}

/// The type within our wrappers.
fn unwrapped(mut name: &str) -> &str {
    while let Some(inner) = WRAPPERS.iter().find_map(|wrapper| name.strip_prefix(wrapper)) {
        name = first_parameter(inner);
    }
    name
}

/// The text up to the comma or the bracket that ends the first parameter.
fn first_parameter(parameters: &str) -> &str {
    let mut depth = 0_usize;
    let end = parameters.char_indices().find(|&(at, c)| {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            // The arrow of the type of a function is no bracket.
            '>' if parameters[..at].ends_with('-') => {}
            ',' | '>' if depth == 0 => return true,
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    });
    end.map_or(parameters, |(end, _)| &parameters[..end])
}

/// The function of a closure, without the closures around that one.
fn function(name: &str) -> Option<&str> {
    let function = name.strip_suffix(CLOSURE)?;
    let function = function.split(CLOSURE).next().unwrap_or(function);
    // The methods of a generic type have another form: `<app::Type<T> as app::Trait>::method`.
    Some(function)
}

fn last_segments(path: &str, count: usize) -> &str {
    match path.rmatch_indices("::").nth(count.saturating_sub(1)) {
        Some((at, colons)) => &path[at + colons.len()..],
        None => path,
    }
}

fn cut(mut name: String) -> String {
    if let Some((end, _)) = name.char_indices().nth(LONGEST) {
        name.truncate(end);
        name.push_str("..");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_future_is_that_of_the_type_within_our_wrappers() {
        let receiver = "gen::coroutine::suspend::Pending<tokio::sync::oneshot::Receiver<u32>, gen::Mode>";
        assert_eq!(short(receiver), "oneshot::Receiver<u32>");
        assert_eq!(short("core::future::pending::Pending<()>"), "Pending<()>");
        assert_eq!(short("app::Fut<alloc::string::String, (u8, app::T)>"), "app::Fut<String, (u8, T)>");
        assert_eq!(short("app::main::{{closure}}::{{closure}}"), "an `async` block in app::main");
    }

    #[test]
    fn the_name_of_a_body_is_that_of_its_function() {
        let machine = "gen::coroutine::machine::Machine<app::fetch::{{closure}}, app::fetch::__site, i32>";
        assert_eq!(of_body(machine), "app::fetch");
        assert_eq!(of_body("app::main::{{closure}}::{{closure}}"), "app::main");
        assert_eq!(of_body(&format!("core::pin::Pin<alloc::boxed::Box<{machine}>>")), "app::fetch");
        assert_eq!(of_body("core::future::ready::Ready<u8>"), "Ready<u8>");
    }

    #[test]
    fn a_long_name_is_cut() {
        let long = format!("app::Fut<{}>", "T".repeat(100));
        assert_eq!(short(&long).len(), LONGEST + 2);
    }
}
