(* stack ./echo.ml
   curl 'http://127.0.0.1:3000/?foo=bar' *)

let () =
  print_endline "Hello, this is an OCaml script.";
  print_endline "hook_params is:";
  List.iter (fun (name, value) -> Printf.printf "(%S, %S)\n" name value) hook_params
