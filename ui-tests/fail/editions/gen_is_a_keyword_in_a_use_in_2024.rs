//@ edition: 2024

use gen::yield_;
//~^ rustc: expected identifier, found reserved keyword `gen`

#[r#gen::coroutine]
fn body() -> r#gen::Result {
    yield_!(r#gen::moment())
}

fn main() {}
