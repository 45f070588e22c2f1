//! An engine returns `()` or `Result<()>`.

#[gen::engine]
fn plain() {}

#[gen::engine]
fn fallible(text: String, name: &'static str) -> gen::Result {
    assert_eq!(text, name);
    gen::yield_!(gen::moment())
}

#[gen::main]
fn main() -> gen::Result {
    plain()?;
    fallible("name".to_owned(), "name")
}
