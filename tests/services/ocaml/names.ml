let () =
  print_endline (List.assoc "foo" hook_params);
  print_endline (List.assoc "foo" Hook.params);
  print_endline (Option.get (Hook.param "foo"));
  print_endline (Hook.param_or "foo" "none")
