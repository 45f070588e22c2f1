trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

impl Fetch for () {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u64> {
    //~^ rustc: expected `impl Coroutine + Future<Output = Result<u64, Error>>` to be a future that resolves to `Result<u32, Error>`, but it resolves to `Result<u64, Error>`
        Ok(1)
    }
}

fn main() {}
