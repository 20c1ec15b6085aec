//! The numbered sentences of `docs/contract.md`: a test for each, here or on the surface that it belongs to.

mod answers;
mod given;

use std::fs;
use std::path::Path;

use crate::harness::{Folder, PROJECT, Response, Server, interpreter};

/// The sentences whose tests stand elsewhere, and the beginnings of those tests' names.
const ELSEWHERE: &[(u32, &[&str])] = &[
    (1, &["row_20_every_request_has_a_process_of_its_own"]),
    (2, &["attack_09_a_query_is_no_argument", "attack_10_no_command_line_shows_the_request"]),
    (5, &["attack_12_a_service_has_its_own_descriptors_only"]),
    (11, &["row_63_a_service_knows_its_deadline"]),
    (15, &["row_31_one_rule_for", "row_32_json_keeps", "row_33_the_body_goes_before"]),
    (17, &["row_50_a_line_arrives_before"]),
    (18, &["row_56_words_for_the_log_carry"]),
    (19, &["row_53_json_and_field_lines_make", "row_54_every_message"]),
    (21, &["attack_33_what_is_no_message_is_ignored_and_logged", "attack_33_ten_megabytes_without_an_end"]),
    (22, &["row_53_a_message_before_the_first_byte_wins"]),
    (23, &["attack_34_the_framing_is_the_servers", "attack_34_a_body_shorter", "attack_34_a_body_longer"]),
    (24, &["row_52_without_a_type_browsers_must_not_guess"]),
    (25, &["engine_b8_trailers_that_are_known_early", "engine_b8_late_trailers"]),
    (
        28,
        &["engine_b4_without_end_the_exit_decides", "engine_b9_on_http_1_0_a_break", "row_58_codes_that_are"],
    ),
    (29, &["engine_b4_end_answers_while", "engine_b4_after_its_grace"]),
    (30, &["engine_b4_three_megabytes_reach", "attack_37_what_escaped"]),
    (31, &["row_15_"]),
    (32, &["row_62_a_client_that_leaves", "attack_25_a_half_close_that_is_honoured"]),
    (33, &["row_62_who_ignores_sigterm", "attack_42_a_killed_server"]),
    (34, &["attack_16_"]),
    (35, &["row_59_every_refusal_has_its_code", "row_59_json_for_who_asks"]),
];

#[test]
fn every_sentence_of_the_contract_has_its_test() {
    let contract =
        fs::read_to_string(Path::new(PROJECT).join("docs/contract.md")).expect("there is a contract");
    let numbers = contract.lines().filter_map(|line| line.split_once(". ")?.0.parse().ok());
    let numbers: Vec<u32> = numbers.collect();
    assert_eq!(numbers, (1..=numbers.last().copied().unwrap_or(0)).collect::<Vec<_>>(), "they are in order");
    let tests = test_functions(&Path::new(PROJECT).join("tests/it"));
    let mut untested = Vec::new();
    for number in numbers {
        let own = [format!("contract_{number:02}_")];
        let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == number);
        let wanted: Vec<&str> = match elsewhere {
            Some((_, names)) => names.to_vec(),
            None => own.iter().map(String::as_str).collect(),
        };
        let missing = wanted.into_iter().filter(|name| !tests.iter().any(|test| test.starts_with(name)));
        untested.extend(missing.map(|name| format!("{number}: no test begins with {name}")));
    }
    assert_eq!(untested, [""; 0]);
}

/// The names of the functions that are tests, in every file below.
fn test_functions(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            names.extend(test_functions(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let functions =
                text.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
            names.extend(functions.map(str::to_owned));
        }
    }
    names
}

/// The same script in each language that has a bridge.
struct Scripts {
    javascript: &'static str,
    python: &'static str,
    bash: &'static str,
}

impl Scripts {
    fn each(&self, mut test: impl FnMut(&str, &Server)) {
        let folder = Folder::new();
        let services = [
            ("node", folder.script("s.js", self.javascript)),
            ("python3", folder.script("s.py", self.python)),
            ("bash", folder.script("s.sh", self.bash)),
        ];
        for (language, service) in services {
            if interpreter(language) {
                test(language, &Server::start(&[service]));
            }
        }
    }
}

/// A program of one line of shell.
fn shell(flags: &[&str], line: &str) -> Server {
    Server::builder().arguments(flags).arguments(&["--", "sh", "-c", line]).start()
}

/// The text of an answer that is in order.
fn text_of(answer: &Response) -> String {
    assert!(answer.status == 200 && answer.complete, "{} {}", answer.status, answer.text());
    answer.text()
}
