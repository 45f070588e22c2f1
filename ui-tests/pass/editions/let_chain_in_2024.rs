//@ edition: 2024

use r#gen::yield_;

#[r#gen::coroutine]
fn body(given: Option<u32>) -> r#gen::Result<u32> {
    if let Some(n) = given
        && yield_!(std::future::ready(n))? > 0
    {
        return Ok(n);
    }
    Ok(0)
}

fn main() {
    r#gen::run_sync(body(Some(1))).unwrap();
}
