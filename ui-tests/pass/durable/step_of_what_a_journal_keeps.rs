use gen::yield_;
use gen_durable::{step, MemoryJournal, Records};

#[derive(serde::Serialize, serde::Deserialize)]
struct Receipt {
    number: u32,
}

#[gen::coroutine]
fn pay() -> gen::Result<u32> {
    let receipt = yield_!(step("pay", || async { Ok(Receipt { number: 7 }) }))?;
    let is_there = yield_!(step("look", || async { Ok(std::fs::exists("a file that is not there")?) }))?;
    Ok(receipt.number + u32::from(is_there))
}

fn main() {
    let journal = MemoryJournal::new(&Records::new());
    assert_eq!(gen::run_sync(gen_durable::run(pay(), journal)).unwrap(), 7);
}
