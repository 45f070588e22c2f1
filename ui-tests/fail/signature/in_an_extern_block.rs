//@ rustc: a function of another language cannot be a coroutine; rustc reports it for the return type that the attribute makes

extern "C" {
    #[gen::coroutine]
    fn abs(n: i32) -> i32;
    //~^ rustc: `impl Trait` is not allowed in `extern fn` return types
}

fn main() {}
