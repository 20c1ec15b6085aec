let () =
  Hook.write_head 201 "Made" [ ("X-A", "b") ];
  print_endline "text"
