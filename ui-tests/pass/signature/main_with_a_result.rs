//! `main` may return every type that a `main` may return.

#[gen::main]
fn main() -> gen::Result {
    gen::yield_!(gen::moment())
}
