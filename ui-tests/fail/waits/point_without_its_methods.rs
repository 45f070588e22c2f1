struct Point;

impl gen::YieldPoint for Point {
//~^ rustc: not all trait items implemented, missing: `start`, `is_ready`, `get_result`
    type Output = u32;
}

fn main() {}
