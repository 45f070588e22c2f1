//@ rustc: rustc calls the argument a local binding, because the expansion moves it into one

#[gen::coroutine]
fn body(Some(n): Option<u32>) -> gen::Result {
//~^ rustc: refutable pattern in local binding
    drop(n);
    Ok(())
}

fn main() {}
