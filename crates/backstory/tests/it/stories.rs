//! Three stories, whole, in `docs/stories`: as the program tells them now.

use expect_test::expect_file;

use crate::program::Case;

#[test]
fn the_stories_in_the_documentation_are_what_is_told() {
    let told = |kind: &str, more: &[&str]| Case::of(kind, 1, drill::Settings::default()).tell(more).out;
    expect_file!["../../../../docs/stories/certificate.md"].assert_eq(&told("certificate", &["--output", "md"]));
    expect_file!["../../../../docs/stories/input.txt"].assert_eq(&told("input", &["--full"]));
    expect_file!["../../../../docs/stories/silent.txt"].assert_eq(&told("silent", &["--full"]));
}
