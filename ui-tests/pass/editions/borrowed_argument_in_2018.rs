//@ edition: 2018

#[gen::coroutine]
fn length<T: AsRef<str>>(text: &T, more: &mut Vec<u32>) -> usize {
    text.as_ref().len() + more.len()
}

fn main() {
    gen::block_on(length(&String::new(), &mut Vec::new()));
}
