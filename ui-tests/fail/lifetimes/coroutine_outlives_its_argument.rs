#[gen::coroutine]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {
    let coroutine = {
        let text = String::new();
        length(&text)
        //~^ rustc: `text` does not live long enough
    };
    let _ = gen::block_on(coroutine);
}
