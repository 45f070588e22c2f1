#[gen::coroutine]
fn read(path: &str) -> std::io::Result<(usize, usize)> {
    if path.is_empty() {
        return Ok((0, 0));
    }
    gen::yield_!((async { path.len() }, async { 1 }))
    //~^ rustc: mismatched types
}

fn main() {}
