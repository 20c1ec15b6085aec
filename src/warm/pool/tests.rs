//! The pool's bounds, with a clock that is given to it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    super::{Work, spare},
    Ahead, BACK_OFF, IDLE, Pool, Taken, UNUSED,
};
use crate::service::{Launch, Warmth};

const ROOM: u64 = 1 << 20;

/// A pool for at most three, and the launch that keeps it wanted.
fn pool() -> (Pool, Arc<Launch>) {
    pool_of(Warmth { spares: 3, ..Warmth::default() })
}

fn pool_of(warmth: Warmth) -> (Pool, Arc<Launch>) {
    let launch = Arc::new(Launch::endless());
    let warmth = Arc::new(warmth);
    (Pool::new(&Ahead { launch: &launch, file: None, warmth: &warmth }), launch)
}

fn missing(pool: &Pool, now: Instant, room: u64) -> Option<usize> {
    pool.refill(now, room).map(|refill| refill.missing)
}

#[test]
fn it_grows_with_the_requests_that_found_none_up_to_its_bound() {
    let (mut pool, _launch) = pool();
    let now = Instant::now();
    assert_eq!(missing(&pool, now, ROOM), None);
    for wanted in [1, 2, 3, 3] {
        assert!(matches!(pool.take(None, now).0, Taken::Nothing));
        assert_eq!(missing(&pool, now, ROOM), Some(wanted));
    }
    assert_eq!(missing(&pool, now, 0), None, "there is no room");
}

#[test]
fn a_failure_puts_the_next_off_for_longer_each_time() {
    let (mut pool, _launch) = pool();
    let mut now = Instant::now();
    pool.want(now);
    for pause in [BACK_OFF.0, 2 * BACK_OFF.0, 4 * BACK_OFF.0] {
        pool.failed(now);
        assert_eq!(missing(&pool, now + pause - Duration::from_millis(1), ROOM), None);
        now += pause;
        assert_eq!(missing(&pool, now, ROOM), Some(1));
    }
}

#[test]
fn a_service_that_nobody_asks_for_or_that_has_gone_wants_none() {
    let (mut idle, _launch) = pool();
    let now = Instant::now();
    idle.want(now);
    idle.look_after(now + IDLE);
    assert_eq!((missing(&idle, now + IDLE, ROOM), idle.is_over(now + IDLE)), (None, true));
    let (mut gone, launch) = pool();
    gone.want(now);
    drop(launch);
    gone.look_after(now);
    assert_eq!((missing(&gone, now, ROOM), gone.is_over(now)), (None, true));
}

#[tokio::test]
async fn it_shrinks_by_one_for_each_time_that_one_was_never_used() {
    let (mut pool, _launch) = pool();
    let mut now = Instant::now();
    for _ in 0..3 {
        pool.take(None, now);
    }
    while let Some(refill) = pool.refill(now, ROOM) {
        let spare = spare(&refill).await.expect("tail is everywhere");
        assert!(pool.add(&refill, (spare, None), now).is_none(), "it is wanted");
    }
    assert_eq!(pool.waiting.len(), 3);
    // They came within the first of these times, which therefore tells nothing.
    for left in [3, 2, 1, 1] {
        assert_eq!(pool.look_after(now + UNUSED - Duration::from_millis(1)).len(), 0);
        now += UNUSED;
        pool.look_after(now);
        assert_eq!((pool.waiting.len(), missing(&pool, now, ROOM)), (left, None));
    }
}

#[tokio::test]
async fn what_was_begun_before_a_retirement_is_given_back() {
    let (mut pool, _launch) = pool();
    let now = Instant::now();
    pool.want(now);
    let refill = pool.refill(now, ROOM).expect("one is wanted");
    let spare = spare(&refill).await.expect("tail is everywhere");
    assert!(pool.retire().is_empty());
    assert!(pool.add(&refill, (spare, None), now).is_some());
    assert_eq!(missing(&pool, now, ROOM), Some(1));
}

#[test]
fn one_fork_server_is_started_at_a_time_and_nothing_in_its_place() {
    let (mut pool, _launch) = pool_of(Warmth { spares: 3, forks: Some(&[]), ..Warmth::default() });
    let now = Instant::now();
    pool.want(now);
    let is_fork_server =
        |pool: &Pool| pool.refill(now, ROOM).map(|refill| matches!(refill.work, Work::Forks));
    assert_eq!(is_fork_server(&pool), Some(true));
    pool.load();
    assert_eq!((is_fork_server(&pool), pool.is_loading()), (None, true));
    pool.loaded();
    assert_eq!((is_fork_server(&pool), pool.is_loading()), (Some(true), false));
}
