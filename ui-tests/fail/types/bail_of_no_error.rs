//@ rustc: implement `std::error::Error` for the type, or write a text

#[derive(Debug)]
struct NoPage(u32);

#[gen::coroutine]
fn body(number: u32) -> gen::Result<u32> {
    gen::bail!(NoPage(number))
    //~^ rustc: the trait bound `NoPage: std::error::Error` is not satisfied
}

fn main() {}
