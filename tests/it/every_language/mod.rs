//! What every language promises, held to in every language: one service a case in `tests/services`, one function a
//! check here, and one test for each pair of the two.
//!
//! `every_language::ruby::row_50_lines_without_a_flush` serves `tests/services/ruby/lines.rb`. A language has every
//! case, or an exception with its reason in [`dialect`].

pub(crate) mod dialect;
mod errors;
mod examples;
mod hostile;
mod parameters;
mod processes;
mod request;
mod response;
mod streaming;
mod texts;

use self::dialect::{DIALECTS, Dialect};

/// The media type of a form without files.
const FORM: &str = "application/x-www-form-urlencoded";

/// A module of tests for each language; the names are those of the table, with `_` for `-`.
macro_rules! languages {
    ($($language:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($language)),*];
        $(
            mod $language {
                checks! {
                    $language:
                    parameters::row_30_a_parameter,
                    parameters::row_31_nested_and_repeated,
                    parameters::row_40_a_form_is_parameters_and_the_bytes_too,
                    parameters::row_43_a_big_parameter,
                    parameters::every_name_of_a_parameter,
                    request::row_23_the_environment,
                    request::row_37_an_uploaded_file,
                    request::row_38_a_body_byte_for_byte,
                    request::row_44_the_request,
                    response::row_52_status_headers_and_trailers,
                    response::row_52_write_head,
                    response::row_52_json,
                    response::row_52_end,
                    response::row_52_text_is_utf_8_whatever_the_locale,
                    response::row_56_the_log,
                    response::row_58_success_without_output_is_empty,
                    streaming::row_50_lines_without_a_flush,
                    streaming::row_50_half_a_second_apart,
                    streaming::row_51_a_hundred_mebibytes,
                    errors::row_57_an_uncaught_error,
                    errors::row_57_an_uncaught_error_after_output,
                    errors::row_58_an_exit_code,
                    errors::row_61_a_syntax_error,
                    processes::row_20_nothing_of_a_request_survives_it,
                    processes::row_62_the_client_leaves,
                    processes::attack_09_a_query_is_no_argument,
                    processes::attack_10_no_command_line_shows_the_request,
                    hostile::attack_05_no_variable_changes,
                    hostile::attack_06_names_come_back,
                    hostile::attack_07_values_come_back,
                    hostile::attack_07_any_texts_come_back,
                    hostile::attack_08_a_nul_is_exact_or_refused,
                    examples::example_echo,
                    examples::example_hello_world,
                    examples::example_clock,
                    examples::example_status,
                    examples::a_starter_answers,
                }
            }
        )*
    };
}

macro_rules! checks {
    ($language:ident: $($group:ident::$check:ident,)*) => {
        $(
            #[test]
            fn $check() {
                super::$group::$check(super::Dialect::named(stringify!($language)));
            }
        )*
    };
}

languages! {
    javascript typescript coffee_script python bash ruby php perl lua tcl scheme smalltalk r
    go c rust python2 lisp ocaml java awk elixir deno bun
}

#[test]
fn every_dialect_is_tested() {
    let names = DIALECTS.iter().map(|dialect| dialect.name.replace('-', "_"));
    assert_eq!(names.collect::<Vec<_>>(), TESTED);
}
