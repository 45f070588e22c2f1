#[gen::engine]
fn engine<'a>(text: &str, name: &'static str, list: &'a mut [u8]) {
    println!("{text} {name} {list:?}");
}

fn main() {
    engine("", "", &mut []).unwrap();
}
