//! Writes three lines, half a second apart.

use std::{thread::sleep, time::Duration};

fn main() {
    for tick in 1..=3 {
        if tick > 1 {
            sleep(Duration::from_millis(500));
        }
        println!("{tick}");
    }
}
