//@ several: two arguments are borrowed

#[gen::engine]
fn engine<'a>(text: &str, name: &'static str, list: &'a mut [u8]) {
//~^ gen: an engine cannot borrow its arguments: it may run on after its call has returned
//~| help: take an owned value, an `Rc`, or a `'static` reference
//~^^^ gen: an engine cannot borrow its arguments: it may run on after its call has returned
//~| help: take an owned value, an `Rc`, or a `'static` reference
    println!("{text} {name} {list:?}");
}

fn main() {
    engine("", "", &mut []).unwrap();
}
