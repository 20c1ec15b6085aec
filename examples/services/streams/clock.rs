// stack ./clock.rs
// curl 'http://127.0.0.1:3000/?count=3'

use std::{
    thread::sleep,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

fn main() {
    let count = stack::param("count").unwrap_or("10");
    if count.is_empty() || count.len() > 6 || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        stack::status(400);
        stack::end("count is a number up to 999999");
    }
    for tick in 0..count.parse().unwrap() {
        if tick > 0 {
            sleep(Duration::from_millis(500));
        }
        // Without a crate for time zones, this is UTC.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        println!("{:02}:{:02}:{:02}", now / 3600 % 24, now / 60 % 60, now % 60);
    }
}
