//@ rustc: the function must return a `Result`

#[gen::coroutine]
fn body(number: u32) -> u32 {
    gen::ensure!(number > 0, "there is no page {number}");
    //~^ rustc: mismatched types
    number
}

fn main() {}
