//! `main` may return what any `main` may.

#[gen::main]
fn main() -> gen::Result {
    gen::yield_!(gen::moment())
}
