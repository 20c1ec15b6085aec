let () =
  let known name = List.assoc name hook_env in
  Printf.printf "%s|%s|%s\n" (known "T_A") (known "REQUEST_METHOD") (Sys.getenv "HTTP_X_B")
