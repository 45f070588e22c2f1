#[gen::coroutine]
extern "C" fn exported(n: u32) -> u32 {
//~^ gen: an `extern fn` cannot be a coroutine: what it returns is known to Rust only
//~| help: remove `extern`, and start the coroutine from an `extern fn` that is none
    n
}

fn main() {
    let _ = gen::block_on(exported(1));
}
