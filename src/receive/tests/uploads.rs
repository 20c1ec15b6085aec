//! Uploads beyond their limits, and requests that go away.

use std::iter;

use super::{Bench, Step, head, notation, pieces, post, read, runtime, sent};
use crate::{failure::Kind, params::Value};

const TYPE: &str = "multipart/form-data; boundary=x";

fn part(name: &str, content: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{content}\r\n")
}

fn file(content: &str) -> String {
    part("f; filename=g", content)
}

#[test]
fn row_37_64_megabytes_arrive_whole() {
    let bench = Bench::new();
    let chunk = |number: u8| sent(vec![number; 64 << 10]);
    let begin = [sent("--x\r\nContent-Disposition: form-data; name=f; filename=g\r\n\r\n")];
    let content = (0..1024_u32).map(|number| chunk(number.to_le_bytes()[0]));
    let steps: Vec<_> = begin.into_iter().chain(content).chain([sent("\r\n--x--")]).collect();
    let received = bench.read(post(TYPE), &steps).unwrap();
    let Some(Value::File(file)) = received.params.get("f") else { panic!() };
    let content = std::fs::read(&file.path).unwrap();
    assert_eq!((file.size, content.len()), (64 << 20, 64 << 20));
    assert!(
        content
            .chunks(64 << 10)
            .zip(0_u32..)
            .all(|(chunk, number)| { chunk.iter().all(|&byte| byte == number.to_le_bytes()[0]) })
    );
}

#[test]
fn row_46_fields_and_names_have_a_limit_together_and_files_another() {
    let mut bench = Bench::new();
    bench.caps.body = 20;
    bench.caps.upload = 100;
    let fits = [part("ab", "12345678"), part("cd", "12345678")].concat() + "--x--";
    assert_eq!(notation(&bench.read(post(TYPE), &[sent(fits)]).unwrap().params), "{ab:12345678,cd:12345678}");
    for over in [part("ab", "12345678") + &part("cd", "123456789"), part(&"n".repeat(21), "")] {
        assert_eq!(bench.refused(post(TYPE), &[sent(over + "--x--")]), Kind::BodyTooLarge);
    }
    let exactly = file(&"x".repeat(60)) + &file(&"x".repeat(40)) + "--x--";
    assert!(bench.read(post(TYPE), &[sent(exactly)]).is_ok());
    let over = file(&"x".repeat(60)) + &file(&"x".repeat(41)) + "--x--";
    assert_eq!(bench.refused(post(TYPE), &[sent(over)]), Kind::UploadTooLarge);
}

#[test]
fn row_46_the_fields_of_forms_are_paid_from_the_budget() {
    let bench = Bench::new();
    let rest = bench.budget.take(super::BUDGET - 10).unwrap();
    let held = bench.read(post(TYPE), &[sent(part("a", "1234") + "--x--")]).unwrap().held;
    assert!(bench.budget.take(6).is_err() && bench.budget.take(5).is_ok());
    let failure = bench.read(post(TYPE), &[sent(part("a", "12345") + "--x--")]).unwrap_err();
    assert_eq!(failure.kind, Kind::NoMemory);
    drop((held, rest));
    assert!(bench.is_clean());
}

#[test]
fn attack_30_100_001_parts_and_attack_32_10_000_files_are_refused() {
    let bench = Bench::new();
    let many =
        |part: String, count| iter::repeat_n(sent(part), count).chain([sent("--x--")]).collect::<Vec<_>>();
    assert_eq!(bench.refused(post(TYPE), &many(part("a", "b"), 100_001)), Kind::BadParameters);
    assert_eq!(bench.refused(post(TYPE), &many(file("b"), 10_000)), Kind::UploadTooLarge);
    assert!(bench.read(post(TYPE), &many(part("a", "b"), 1_000)).is_ok());
    let query = post(TYPE).uri(format!("/?{}", "a&".repeat(998)));
    assert_eq!(bench.refused(query, &many(part("a", "b"), 3)), Kind::BadParameters);
}

#[test]
fn attack_30_a_part_header_of_a_megabyte_is_refused_early() {
    let begin = "--x\r\nContent-Disposition: form-data; name=a\r\n";
    let megabyte = "x".repeat(1 << 20);
    let fields = "X-Pad: 1234567890\r\n".repeat(60_000);
    for (before, endless) in
        [(begin, &megabyte), (begin, &fields), ("", &megabyte), ("--x", &" ".repeat(1 << 20))]
    {
        for size in [1 << 10, 16 << 10, 1 << 20] {
            let bench = Bench::new();
            let mut steps = vec![sent(before)];
            steps.extend(pieces(endless.as_bytes(), size));
            assert_eq!(bench.refused(post(TYPE), &steps), Kind::BadMultipart);
            assert!(bench.taken() <= (80 << 10) + size, "{} bytes in pieces of {size}", bench.taken());
        }
    }
}

#[test]
fn attack_30_the_longest_part_header_does_not_depend_on_the_pieces() {
    let header = |length: usize| part(&format!("a\r\nX-Pad: {}", "x".repeat(length)), "b") + "--x--";
    let fixed = "content-disposition: form-data; name=a\r\nx-pad: \r\n".len();
    let longest = (16 << 10) - fixed;
    for size in [1, 100, 5_000, 1 << 20] {
        let bench = Bench::new();
        assert!(bench.read(post(TYPE), &pieces(header(longest).as_bytes(), size)).is_ok(), "{size}");
        assert_eq!(
            bench.refused(post(TYPE), &pieces(header(longest + 1).as_bytes(), size)),
            Kind::BadMultipart
        );
    }
}

#[test]
fn attack_32_a_request_that_goes_away_leaves_nothing() {
    let bench = Bench::new();
    let head = head(post(TYPE));
    let mut steps = pieces(file(&"x".repeat(600 << 10)).as_bytes(), 64 << 10);
    steps.push(Step::Hang);
    for polls in 0..60 {
        runtime().block_on(async {
            let place = bench.place();
            let mut request = Box::pin(read(&head, bench.client(&steps), &place));
            for _ in 0..polls {
                tokio::select! {
                    biased;
                    _ = &mut request => panic!("it hangs"),
                    () = tokio::task::yield_now() => {}
                }
            }
        });
        assert!(bench.is_clean(), "after {polls} polls");
    }
}

#[test]
fn attack_32_a_folder_that_takes_no_files_is_the_servers_fault() {
    let bench = Bench::new();
    let place = bench.temp.path().join("missing");
    let head = head(post(TYPE));
    let place = super::Place { temp: &place, ..bench.place() };
    let read = read(&head, bench.client(&[sent(file("b") + "--x--")]), &place);
    assert_eq!(runtime().block_on(read).unwrap_err().kind, Kind::Internal);
    assert!(bench.is_clean());
}

#[test]
fn row_37_what_follows_the_last_boundary_is_read_within_bounds() {
    let bench = Bench::new();
    let begin = [sent(part("a", "b") + "--x--")];
    let steps: Vec<_> = begin.into_iter().chain(iter::repeat_n(sent(vec![b'x'; 10_000]), 1_000)).collect();
    assert_eq!(notation(&bench.read(post(TYPE), &steps).unwrap().params), "{a:b}");
    assert!(bench.taken() < 80_000 + (64 << 10));
}
