//@ rustc: a function of another language cannot be a coroutine: rustc says so of what the attribute makes of its return type

extern "C" {
    #[gen::coroutine]
    fn abs(n: i32) -> i32;
    //~^ rustc: `impl Trait` is not allowed in `extern fn` return types
}

fn main() {}
