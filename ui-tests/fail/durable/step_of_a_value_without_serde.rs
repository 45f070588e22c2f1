use gen::yield_;
use gen_durable::step;

struct Receipt {
    number: u32,
}

#[gen::coroutine]
fn pay() -> gen::Result<u32> {
    let receipt = yield_!(step("pay", || async { Ok(Receipt { number: 7 }) }))?;
    //~^ gen: `Receipt` cannot be kept in a journal
    //~| note: write `#[derive(serde::Serialize, serde::Deserialize)]` at the type; or return only that part of it which the body needs, owned
    Ok(receipt.number)
}

fn main() {}
