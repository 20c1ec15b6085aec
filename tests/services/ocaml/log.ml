let () =
  Hook.log "a %s %d" "log" 5;
  prerr_endline "an error";
  print_endline "body"
