//@ edition: 2024

#[r#gen::coroutine(crate = gen)]
fn body() -> r#gen::Result {
    r#gen::yield_!(r#gen::moment())
}

fn main() {
    r#gen::run_sync(body()).unwrap();
}
