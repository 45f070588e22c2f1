#[gen::coroutine]
extern "C" fn exported(n: u32) -> u32 {
//~^ gen: an `extern fn` cannot be a coroutine: the type that it returns exists in Rust only
//~| help: remove `extern`, and start the coroutine in a separate `extern fn`
    n
}

fn main() {
    let _ = gen::block_on(exported(1));
}
