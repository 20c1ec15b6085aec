let () =
  let param name = List.assoc name hook_params in
  Printf.printf "%s %s %s\n" (param "a") (param "b") (input_line stdin)
