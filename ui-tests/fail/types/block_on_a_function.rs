#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

fn main() {
    let _ = gen::block_on(fetch);
    //~^ rustc: `fn() -> impl gen::Coroutine + Future<Output = Result<u32, gen::Error>> {fetch}` is not a future
}
