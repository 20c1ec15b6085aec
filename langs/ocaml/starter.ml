(* A service in OCaml: a fresh process answers each request, and what it prints is the body. *)

let name = Hook.param_or "name" "world" (* of the query, a form, JSON, or an upload *)

let () =
  if String.length name > 100 then (
    Hook.status 400;
    print_endline "that is a long name")
  else (
    Hook.header "Content-Type" "text/plain; charset=utf-8";
    (* Every line is sent at once: a loop that sleeps between its lines streams. *)
    Printf.printf "hello %s\n" name)

(* Hook.req "method"   also url, path, headers.host; stdin is the request's body
   Hook.log "%d" 5     a line in the log; so is everything on stderr *)
