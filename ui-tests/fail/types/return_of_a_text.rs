//@ rustc: rustc does not say how: write `Err(gen::Error::new(text))`

#[gen::coroutine]
fn body(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Err("nothing");
        //~^ rustc: mismatched types
    }
    Ok(n)
}

fn main() {}
