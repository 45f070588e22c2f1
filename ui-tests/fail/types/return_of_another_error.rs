#[gen::coroutine]
fn read(path: &str) -> std::io::Result<usize> {
    return ::gen::yield_!(async { path.len() });
    //~^ rustc: mismatched types
}

fn main() {}
