//! Holds the prose of the workspace to its width and its words. The rules are in `src/`.

use prose::violations;

#[test]
fn prose_keeps_its_width_and_its_words() {
    let complaints: Vec<String> = violations().iter().map(ToString::to_string).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
